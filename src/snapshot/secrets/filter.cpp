#include "snapshot/secrets/filter.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <map>

#include <nlohmann/json.hpp>

#include "base/text.hpp"
#include "snapshot/secrets/arguments.hpp"
#include "snapshot/secrets/names.hpp"
#include "snapshot/secrets/values.hpp"

namespace dksnap::snapshot {
namespace {

using nlohmann::json;
using Strings = std::vector<std::string>;

// From here on one of several kinds of characters is no word that stands somewhere by chance, and
// of one kind from there on.
constexpr std::size_t kTellingMixture = 8;
constexpr std::size_t kTellingWord = 20;
// Of what stands before a value and says that it is a credential.
constexpr std::size_t kLongestName = 256;

std::pair<std::string, std::string> split_variable(const std::string& line) {
  const std::size_t equals = line.find('=');
  if (equals == std::string::npos) return {line, {}};
  return {line.substr(0, equals), line.substr(equals + 1)};
}

bool is_word_character(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_';
}

// "postgres", "Admin", "my-app-dev", "20240101": what people call things, and use as passwords too.
bool is_telling(std::string_view value) {
  bool lower = false;
  bool upper = false;
  bool digit = false;
  bool other = false;
  char before = 0;
  for (const char c : value) {
    const bool letter = std::isalpha(static_cast<unsigned char>(c)) != 0;
    const bool begins = std::isalnum(static_cast<unsigned char>(before)) == 0;
    lower = lower || (letter && c >= 'a');
    upper = upper || (letter && c < 'a' && !begins);
    digit = digit || std::isdigit(static_cast<unsigned char>(c)) != 0;
    other = other || (!letter && std::isdigit(static_cast<unsigned char>(c)) == 0 &&
                      std::string_view("-_. /").find(c) == std::string_view::npos);
    before = c;
  }
  const int kinds = int{lower} + int{upper} + int{digit} + int{other};
  return value.size() >= (kinds > 1 ? kTellingMixture : kTellingWord);
}

// What comes before a value says that it is a credential: "user:VALUE@", "-pVALUE", "-a VALUE",
// "--password=VALUE", "PASSWORD: VALUE". `before`: all that stands before it.
bool stands_as_credential(std::string_view before, std::string_view value, std::string_view after) {
  if (after.starts_with('@') && before.ends_with(':')) return true;
  std::string_view between = before;
  before = before.substr(0, before.find_last_not_of("=: \t\"'") + 1);  // npos + 1: 0
  between.remove_prefix(before.size());
  const std::string_view word = before.substr(before.find_last_of(" \t\n;|&,?\"'{(") + 1);
  const bool number = value.find_first_not_of("0123456789") == std::string_view::npos;
  if (word == "-p") return !number;  // or a port, a count
  if (between.empty() || word.empty()) return false;
  if (word == "-a") return !number;
  const bool option = word.starts_with('-');
  if (!option && between.find_first_of("=:") == std::string_view::npos) return false;
  const std::string_view name = word.substr(std::min(word.find_first_not_of('-'), word.size()));
  return !name.empty() && names_secret(name, value, NamedIn::text);
}

// Where a left-out value gives itself away: wherever it stands, if it is no ordinary word; else as
// a credential only. `context`: what comes before the text.
std::size_t find_secret(std::string_view text, std::string_view value, std::size_t from = 0,
                        std::string_view context = {}) {
  if (is_telling(value)) return text.find(value, from);
  for (std::size_t at = text.find(value, from); at != std::string_view::npos;
       at = text.find(value, at + 1)) {
    const std::string_view after = text.substr(at + value.size());
    const bool ends = after.empty() || !is_word_character(after.front());
    if (!ends) continue;
    std::string before(text.substr(0, at).substr(at - std::min(at, kLongestName)));
    if (before.size() == at) before.insert(0, context);
    if (stands_as_credential(before, value, after)) return at;
  }
  return std::string_view::npos;
}

// Anywhere, but not within a word.
bool holds_word(std::string_view text, std::string_view value) {
  for (std::size_t at = text.find(value); at != std::string_view::npos;
       at = text.find(value, at + 1)) {
    const std::size_t end = at + value.size();
    const bool inside_word = (at > 0 && is_word_character(text[at - 1])) ||
                             (end < text.size() && is_word_character(text[end]));
    if (!inside_word || is_telling(value)) return true;
  }
  return false;
}

// A user or a database that has the password's name is no secret for that, and a copy needs it.
bool is_public_name(const std::string& name) {
  static constexpr std::array<std::string_view, 7> kNames{"USER", "USERNAME", "DB",      "DATABASE",
                                                          "NAME", "HOST",     "HOSTNAME"};
  const Strings words = words_of_name(name);
  return !words.empty() && std::find(kNames.begin(), kNames.end(), words.back()) != kNames.end();
}

json raw_member(const docker::Config& config, const char* name) {
  if (!config.raw || !config.raw->is_object()) return {};
  const auto found = config.raw->find(name);
  return found == config.raw->end() ? json() : *found;
}

class Filter {
 public:
  explicit Filter(const FilterRequest& request) : request_(request) {
    for (const std::string& line : request.image.env) image_env_.insert(split_variable(line));
  }

  FilteredConfig run() {
    find_in_variables();
    find_in_commands();
    drop_everywhere();
    filter_variables();
    filter_commands();
    filter_healthcheck();
    return std::move(result_);
  }

 private:
  bool is_kept(const std::string& name) const {
    return std::find(request_.keep.begin(), request_.keep.end(), name) != request_.keep.end();
  }
  bool is_of_image(const std::string& name, const std::string& value) const {
    const auto found = image_env_.find(name);
    return found != image_env_.end() && found->second == value;
  }

  // What the image says for itself is no secret of the container's.
  bool stands_in_image(const std::string& value) const {
    const docker::Config& image = request_.image;
    const auto any = [&](const Strings& words) {
      return std::any_of(words.begin(), words.end(),
                         [&](const std::string& word) { return holds_word(word, value); });
    };
    return any(image.env) || any(image.cmd) || any(image.entrypoint);
  }

  void remember(const std::string& name, const std::string& value) {
    Strings parts = secret_parts(value);
    parts.push_back(value);
    for (std::string& part : parts) {
      if (part.empty() || stands_in_image(part)) continue;
      names_of_values_.emplace(part, name);
      result_.values.push_back(std::move(part));
    }
  }

  void find_in_variables() {
    for (const std::string& line : request_.container.env) {
      const auto [name, value] = split_variable(line);
      if (!looks_secret(name, value) || is_kept(name)) continue;
      if (is_of_image(name, value)) {
        result_.from_image.push_back(name);
        continue;
      }
      result_.left_out_env.push_back(name);
      remember(name, value);
    }
  }

  bool is_command_of_image() const {
    return request_.entrypoint == request_.image.entrypoint &&
           request_.container.cmd == request_.image.cmd;
  }

  // Entrypoint and command are one list of words: an option may end the one, its value begin the
  // other.
  void find_in_commands() {
    words_ = request_.entrypoint;
    words_.insert(words_.end(), request_.container.cmd.begin(), request_.container.cmd.end());
    if (is_command_of_image()) return;
    for (SecretArgument& found : find_secret_arguments(words_)) {
      const std::string value = words_[found.word].substr(found.begin, found.length);
      if (is_kept(found.name)) continue;
      // One that a variable has as well is asked for once.
      const auto known = names_of_values_.find(value);
      if (known != names_of_values_.end()) {
        found.name = known->second;
      } else {
        found.name = unused_name(found.name);
        remember(found.name, value);
      }
      note_argument(found.name);
      arguments_.push_back(std::move(found));
    }
  }

  std::string unused_name(const std::string& wanted) const {
    const auto is_used = [&](const std::string& name) {
      const auto& env = request_.container.env;
      return std::find(result_.left_out_args.begin(), result_.left_out_args.end(), name) !=
                 result_.left_out_args.end() ||
             std::any_of(env.begin(), env.end(), [&](const std::string& line) {
               return split_variable(line).first == name;
             });
    };
    std::string name = wanted;
    for (int number = 2; is_used(name); ++number) name = wanted + "_" + std::to_string(number);
    return name;
  }

  void note_argument(const std::string& name) {
    auto& names = result_.left_out_args;
    if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
  }

  // The same values, where nothing else gives them away.
  void drop_everywhere() {
    for (const std::string& line : request_.container.env) {
      const auto [name, value] = split_variable(line);
      auto& left_out = result_.left_out_env;
      if (is_kept(name) || is_of_image(name, value) ||
          std::find(left_out.begin(), left_out.end(), name) != left_out.end())
        continue;
      if (is_public_name(name) && names_of_values_.count(value) > 0) continue;
      if (result_.holds_value(value)) left_out.push_back(name);
    }
    if (is_command_of_image()) return;
    for (std::size_t word = 0; word < words_.size(); ++word) {
      for (const auto& [value, name] : names_of_values_) drop_from_word(word, value, name);
    }
    std::sort(arguments_.begin(), arguments_.end(), [](const auto& a, const auto& b) {
      return std::pair(a.word, a.begin) < std::pair(b.word, b.begin);
    });
  }

  void drop_from_word(std::size_t word, const std::string& value, const std::string& name) {
    const std::string& text = words_[word];
    const std::string context = word > 0 ? words_[word - 1] + " " : std::string();
    for (std::size_t at = find_secret(text, value, 0, context); at != std::string::npos;
         at = find_secret(text, value, at + value.size(), context)) {
      const bool covered =
          std::any_of(arguments_.begin(), arguments_.end(), [&](const SecretArgument& other) {
            return other.word == word && at < other.begin + other.length &&
                   other.begin < at + value.size();
          });
      if (covered) continue;
      arguments_.push_back({word, at, value.size(), name});
      note_argument(name);
    }
  }

  void filter_variables() {
    const auto& left_out = result_.left_out_env;
    for (const std::string& line : request_.container.env) {
      const auto [name, value] = split_variable(line);
      if (std::find(left_out.begin(), left_out.end(), name) == left_out.end()) {
        result_.env.push_back(line);
        continue;
      }
      const auto in_image = image_env_.find(name);
      if (in_image != image_env_.end()) result_.env.push_back(name + "=" + in_image->second);
    }
  }

  void filter_commands() {
    const Strings words = without_secrets(words_, arguments_);
    const auto middle = words.begin() + static_cast<std::ptrdiff_t>(request_.entrypoint.size());
    result_.entrypoint.assign(words.begin(), middle);
    result_.cmd.assign(middle, words.end());
  }

  void filter_healthcheck() {
    const json check = raw_member(request_.container, "Healthcheck");
    if (!check.is_object()) return;
    result_.healthcheck = check.dump(-1, ' ', false, json::error_handler_t::replace);
    if (check == raw_member(request_.image, "Healthcheck")) return;
    Strings words;
    if (check.contains("Test") && check["Test"].is_array()) {
      for (const json& word : check["Test"]) {
        if (word.is_string()) words.push_back(word.get<std::string>());
      }
    }
    if (find_secret_arguments(words).empty() && !result_.holds_value(join(words, " "))) return;
    // Without the secret it would only ever fail.
    result_.healthcheck = R"({"Test":["NONE"]})";
    result_.left_out_config.emplace_back(kHealthCheck);
  }

  const FilterRequest& request_;
  std::map<std::string, std::string> image_env_;
  std::map<std::string, std::string> names_of_values_;
  Strings words_;
  std::vector<SecretArgument> arguments_;
  FilteredConfig result_;
};

}  // namespace

bool looks_secret(std::string_view name, std::string_view value) {
  if (value.empty() || is_reference(value, false)) return false;
  if (names_secret(name, value, NamedIn::variables) || !secret_parts(value).empty()) return true;
  // A line of options: "--requirepass X".
  return value.find(' ') != std::string_view::npos &&
         !find_secret_arguments({std::string(value)}).empty();
}

bool FilteredConfig::holds_value(std::string_view text) const {
  return std::any_of(values.begin(), values.end(), [&](const std::string& value) {
    return find_secret(text, value) != std::string_view::npos;
  });
}

FilteredConfig filter_config(const FilterRequest& request) {
  return Filter(request).run();
}

void guard(FilteredConfig& config, bool data_protects_itself) {
  if (data_protects_itself) {
    for (const std::string& name : config.left_out_args) {
      take_away(config.entrypoint, name);
      take_away(config.cmd, name);
    }
    return;
  }
  const auto& others = config.left_out_config;
  const bool files = std::any_of(others.begin(), others.end(),
                                 [](const std::string& what) { return what != kHealthCheck; });
  if (config.left_out_env.empty() && config.left_out_args.empty() && !files) return;
  if (!config.entrypoint.empty() && config.entrypoint.front() == kMissingSecrets) return;
  config.entrypoint.insert(config.entrypoint.begin(), kMissingSecrets);
}

}  // namespace dksnap::snapshot
