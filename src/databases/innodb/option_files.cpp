#include "databases/innodb/option_files.hpp"

#include <algorithm>
#include <array>
#include <future>
#include <optional>

#include "base/paths.hpp"
#include "base/text.hpp"

namespace dksnap::databases::innodb {
namespace {

// The servers themselves allow includes of ten levels (mysys/my_default.c, MAX_INCLUDE_DEPTH).
constexpr int kDeepest = 10;
constexpr std::size_t kMostFiles = 100;

// Between quotes as it stands, else up to a comment behind a blank; \n, \t, \b, \r, \s, \\ are one.
std::string value_in(std::string_view text) {
  text = dksnap::trim(text);
  if (text.size() > 1 && (text.front() == '\'' || text.front() == '"')) {
    const std::size_t end = text.find(text.front(), 1);
    if (end != std::string_view::npos) return std::string(text.substr(1, end - 1));
  }
  text = dksnap::trim(text.substr(0, text.find(" #")));
  std::string value;
  for (std::size_t i = 0; i < text.size(); ++i) {
    static constexpr std::string_view kLetters = "ntbrs\\", kMeant = "\n\t\b\r \\";
    const std::size_t escape = text[i] == '\\' && i + 1 < text.size() ? kLetters.find(text[i + 1])
                                                                      : std::string_view::npos;
    value += escape == std::string_view::npos ? text[i] : kMeant[escape];
    if (escape != std::string_view::npos) ++i;
  }
  return value;
}

class OptionFiles {
 public:
  OptionFiles(const ContainerFacts& facts, std::vector<std::string> groups, Configuration& found)
      : facts_(facts), groups_(std::move(groups)), found_(found) {}

  void read(const std::string& file, int depth) {
    if (is_welcome(file, depth)) take(file, facts_.read(file), depth);
  }

 private:
  bool is_welcome(const std::string& file, int depth) const {
    const auto& files = found_.files;
    const bool known = std::find(files.begin(), files.end(), file) != files.end();
    return depth <= kDeepest && files.size() < kMostFiles && !known && is_normal_path(file);
  }

  void take(const std::string& file, const std::optional<std::string>& text, int depth) {
    if (!text) return;
    found_.files.push_back(file);
    bool is_ours = false;
    for (const std::string& whole : split(*text, '\n')) {
      const std::string_view line = dksnap::trim(whole);
      if (line.empty() || line.front() == '#' || line.front() == ';') continue;
      if (line.starts_with("!includedir")) {
        read_directory(normal_path(std::string(dksnap::trim(line.substr(11)))), depth + 1);
      } else if (line.starts_with("!include")) {
        read(std::string(dksnap::trim(line.substr(8))), depth + 1);
      } else if (line.front() == '[') {
        const std::string group(line.substr(1, line.find(']') - 1));
        is_ours = std::find(groups_.begin(), groups_.end(), group) != groups_.end();
      } else if (is_ours) {
        const std::size_t equals = line.find('=');
        const std::string name(dksnap::trim(line.substr(0, equals)));
        take_setting(equals == std::string_view::npos
                         ? name
                         : name + "=" + value_in(line.substr(equals + 1)),
                     found_.settings);
      }
    }
  }

  // Those that end so, in the order of their names. Each is a call of the engine, of a tenth of a
  // second: at once.
  void read_directory(const std::string& directory, int depth) {
    if (!is_normal_path(directory)) return;
    std::vector<std::string> names = facts_.files(directory);
    std::erase_if(names, [](const std::string& name) { return !name.ends_with(".cnf"); });
    std::sort(names.begin(), names.end());
    if (names.size() > kMostFiles) names.resize(kMostFiles);
    std::vector<std::future<std::optional<std::string>>> texts;
    for (const std::string& name : names) {
      texts.push_back(std::async(std::launch::async, [this, path = join_path(directory, name)] {
        return facts_.read(path);
      }));
    }
    for (std::size_t i = 0; i < names.size(); ++i) {
      const std::string file = join_path(directory, names[i]);
      const auto text = texts[i].get();
      if (is_welcome(file, depth)) take(file, text, depth);
    }
  }

  const ContainerFacts& facts_;
  std::vector<std::string> groups_;
  Configuration& found_;
};

std::vector<std::string> groups_of(const Product& product, const ServerSettings& options,
                                   const std::string& version) {
  std::vector<std::string> groups;
  for (const std::string_view group : product.groups) {
    groups.emplace_back(group);
    if (!version.empty()) groups.push_back(std::string(group) + "-" + version);
  }
  const std::string suffix = value_of(options, "defaults_group_suffix");
  const std::size_t count = suffix.empty() ? 0 : groups.size();
  for (std::size_t i = 0; i < count; ++i) groups.push_back(groups[i] + suffix);
  return groups;
}

// Where they lie is compiled in; these are the places of the distributions' and the vendors'
// builds.
constexpr std::array<const char*, 2> kUsualFiles{"/etc/my.cnf", "/etc/mysql/my.cnf"};

}  // namespace

Configuration read_configuration(const ContainerFacts& facts, const Product& product,
                                 const std::vector<std::string>& command,
                                 const std::string& version) {
  const ServerSettings options = read_options(command);
  Configuration found;
  OptionFiles files(facts, groups_of(product, options, version), found);
  const std::string only = value_of(options, "defaults_file");
  if (!only.empty()) {
    files.read(only, 0);
  } else if (!is_on(options, "no_defaults")) {
    for (const char* file : kUsualFiles) files.read(file, 0);
    for (const std::string_view prefix : product.prefixes) {
      if (const auto home = facts.config.env_value(std::string(prefix) + "HOME"))
        files.read(join_path(*home, "my.cnf"), 0);
    }
    const std::string extra = value_of(options, "defaults_extra_file");
    if (!extra.empty()) files.read(extra, 0);
  }
  for (const auto& [name, value] : options) found.settings[name] = value;
  return found;
}

}  // namespace dksnap::databases::innodb
