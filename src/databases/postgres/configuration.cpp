#include "databases/postgres/configuration.hpp"

#include <algorithm>
#include <cctype>

#include "base/paths.hpp"
#include "base/text.hpp"

namespace dksnap::databases::postgres {
namespace {

// The server itself allows includes of ten levels (guc-file.l, CONF_FILE_MAX_DEPTH).
constexpr int kDeepest = 10;
constexpr std::size_t kMostFiles = 100;

bool is_blank(char c) {
  return c == ' ' || c == '\t' || c == '\r' || c == '\f';
}

// What stands between single quotes: '' and \' are one, as is what a backslash hides.
std::string unquote(std::string_view text) {
  std::string value;
  for (std::size_t i = 1; i < text.size(); ++i) {
    const bool escaped = text[i] == '\\' && i + 1 < text.size();
    const bool doubled = text[i] == '\'' && i + 1 < text.size() && text[i + 1] == '\'';
    if (escaped || doubled)
      ++i;
    else if (text[i] == '\'')
      break;
    value += text[i];
  }
  return value;
}

class Reader {
 public:
  Reader(const ContainerFacts& facts, Configuration& found) : facts_(facts), found_(found) {}

  void read(const std::string& file, int depth) {
    const auto& files = found_.files;
    const bool known = std::find(files.begin(), files.end(), file) != files.end();
    if (depth > kDeepest || files.size() == kMostFiles || known || !is_normal_path(file)) return;
    const auto text = facts_.read(file);
    if (!text) return;
    found_.files.push_back(file);
    for (const std::string& line : split(*text, '\n')) {
      auto [name, value] = read_setting(line);
      if (name == "include" || name == "include_if_exists")
        read(beside(file, value), depth + 1);
      else if (name == "include_dir")
        read_directory(beside(file, value), depth + 1);
      else if (!name.empty())
        found_.settings[name] = std::move(value);
    }
  }

 private:
  static std::string beside(const std::string& file, const std::string& named) {
    if (named.empty() || named.front() == '/') return named;
    return normal_path(join_path(parent_path(file), named));
  }

  // In the order of their names; those alone that end so and do not begin with a dot.
  void read_directory(const std::string& directory, int depth) {
    if (!is_normal_path(directory)) return;
    std::vector<std::string> names = facts_.files(directory);
    std::sort(names.begin(), names.end());
    for (const std::string& name : names) {
      if (name.ends_with(".conf") && !name.starts_with('.'))
        read(join_path(directory, name), depth);
    }
  }

  const ContainerFacts& facts_;
  Configuration& found_;
};

}  // namespace

std::pair<std::string, std::string> read_setting(std::string_view line) {
  std::size_t at = 0;
  const auto skip_blanks = [&] {
    while (at < line.size() && is_blank(line[at])) ++at;
  };
  skip_blanks();
  std::string name;
  while (at < line.size() && (std::isalnum(static_cast<unsigned char>(line[at])) != 0 ||
                              line[at] == '_' || line[at] == '.' || line[at] == '$'))
    name += static_cast<char>(std::tolower(static_cast<unsigned char>(line[at++])));
  skip_blanks();
  if (at < line.size() && line[at] == '=') ++at;
  skip_blanks();
  if (name.empty() || at == line.size() || line[at] == '#') return {};
  const std::string_view rest = line.substr(at);
  if (rest.front() == '\'') return {name, unquote(rest)};
  const auto end =
      std::find_if(rest.begin(), rest.end(), [](char c) { return is_blank(c) || c == '#'; });
  return {name, std::string(rest.begin(), end)};
}

Configuration read_configuration(const ContainerFacts& facts, const std::string& file) {
  Configuration found;
  Reader(facts, found).read(file, 0);
  return found;
}

}  // namespace dksnap::databases::postgres
