#include "documents.hpp"

#include <algorithm>
#include <fstream>
#include <stdexcept>

#include "base/text.hpp"
#include "support/paths.hpp"

namespace dksnap::test {
namespace {

std::vector<std::string> cells(const std::string& line) {
  std::vector<std::string> result;
  const auto parts = split(line, '|');
  for (std::size_t i = 1; i + 1 < parts.size(); ++i) {
    std::string cell(trim(parts[i]));
    if (cell.size() > 1 && cell.front() == '`' && cell.back() == '`' &&
        cell.find('`', 1) == cell.size() - 1) {
      cell = cell.substr(1, cell.size() - 2);
    }
    result.push_back(cell);
  }
  return result;
}

}  // namespace

Table document_table(const std::string& document, const std::string& heading,
                     const std::string& after) {
  std::ifstream file(source_path(document));
  std::string line;
  bool inside = false;
  bool passed = after.empty();
  Table table;
  while (std::getline(file, line)) {
    if (line == heading) {
      inside = true;
    } else if (inside && line.starts_with('#')) {
      break;
    } else if (inside && line == after) {
      passed = true;
    } else if (inside && passed && line.starts_with('|')) {
      table.push_back(cells(line));
    } else if (!table.empty()) {
      break;
    }
  }
  if (table.size() < 3) throw std::runtime_error("no table \"" + heading + "\" in " + document);
  table.erase(table.begin(), table.begin() + 2);  // names of the columns, and the line below them
  return table;
}

std::vector<std::string> first_column(const Table& table) {
  std::vector<std::string> column;
  for (const auto& row : table) column.push_back(row.front());
  return column;
}

}  // namespace dksnap::test
