// Rows and documents as servers' clients print them. The first byte says which reader reads the
// rest.
#include <string>

#include "base/error.hpp"
#include "base/stream.hpp"
#include "databases/mongo/archive.hpp"
#include "databases/mongo/documents.hpp"
#include "databases/text_rows.hpp"
#include "diff/json_paths.hpp"
#include "targets.hpp"

namespace dksnap::fuzz {
namespace {

std::string printed(const diff::Row& row) {
  std::string line;
  for (const diff::Cell& cell : row) {
    if (!line.empty()) line += '\t';
    if (!cell) {
      line += "NULL";
      continue;
    }
    line += '=';
    for (const char c : *cell) {
      if (c == '\n')
        line += "\\n";
      else if (c == '\t')
        line += "\\t";
      else if (c == '\\')
        line += "\\\\";
      else
        line += c;
    }
  }
  return line;
}

void read_rows(const std::string& text, std::size_t columns, databases::NullMark mark) {
  databases::TextRows rows(std::make_unique<StringSource>(text), columns, mark);
  for (diff::Row row; rows.next(row);) {
    require(row.size() == columns, "a row has its columns");
    if (columns == 0) continue;
    require(databases::parse_row(printed(row), columns, databases::NullMark::word) == row,
            "a row is read as it was printed");
  }
}

void read_documents(const std::string& text) {
  databases::mongo::DocumentRows rows(std::make_unique<StringSource>(text));
  for (diff::Row row; rows.next(row);) {
    const std::string document = row[1].value_or("");
    require(diff::compare_json(document, document).empty(), "a document is like itself");
    static_cast<void>(diff::compare_json(document, "{\"_id\":1}"));
  }
}

}  // namespace

int fuzz_rows(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  constexpr std::uint8_t kReaders = 5;
  constexpr std::size_t kColumns = 3;
  const std::string text(reinterpret_cast<const char*>(data) + 1, size - 1);
  try {
    switch (data[0] % kReaders) {
      case 0:
        read_rows(text, kColumns, databases::NullMark::backslash_n);
        break;
      case 1:
        read_rows(text, kColumns, databases::NullMark::word);
        break;
      case 2:
        read_rows(text, 0, databases::NullMark::none);
        break;
      case 3: {
        StringSource source(text);
        static_cast<void>(databases::mongo::read_prelude(source));
        break;
      }
      default:
        read_documents(text);
    }
  } catch (const Error&) {
    return 0;
  }
  return 0;
}

}  // namespace dksnap::fuzz
