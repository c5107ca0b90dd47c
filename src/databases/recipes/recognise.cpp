#include <algorithm>

#include <fmt/format.h>

#include "base/paths.hpp"
#include "base/text.hpp"
#include "databases/recipes/recipe.hpp"

namespace dksnap::databases::recipes {
namespace {

using Words = std::vector<std::string>;

Words words_of(const docker::Config& config) {
  Words words = config.entrypoint;
  words.insert(words.end(), config.cmd.begin(), config.cmd.end());
  return words;
}

// "registry/name/etcd:v3@sha256:…" → "etcd".
std::string image_name(const std::string& image) {
  const std::string name = base_name(image.substr(0, image.find('@')));
  return name.substr(0, name.find(':'));
}

// What it is known by, for the reason; and the words that its data may be named in.
struct Sign {
  std::string text;
  Words words;
  bool runs = false;  // it is a process
};

bool fits(const ProcessRule& rule, const Words& words) {
  return !words.empty() && base_name(words.front()) == rule.program &&
         (rule.argument.empty() ||
          std::any_of(words.begin() + 1, words.end(), [&](const std::string& word) {
            return word.find(rule.argument) != std::string::npos;
          }));
}

std::optional<Sign> find_process(const RecipeData& recipe, const ContainerFacts& facts) {
  for (const docker::Process& process : facts.processes) {
    Words words = split(process.command, ' ');
    for (const ProcessRule& rule : recipe.processes) {
      if (fits(rule, words)) return Sign{fmt::format("{} runs in it", rule.program), words, true};
    }
  }
  return std::nullopt;
}

bool holds(const Words& list, const std::string& word) {
  return std::find(list.begin(), list.end(), word) != list.end();
}

bool is_started_by(const RecipeData& recipe, const std::string& name) {
  return holds(recipe.commands, name) ||
         std::any_of(recipe.processes.begin(), recipe.processes.end(),
                     [&](const ProcessRule& rule) {
                       return rule.argument.empty() && rule.program == name;
                     });
}

// Of one whose processes are not seen.
std::optional<Sign> find_in_configuration(const RecipeData& recipe, const ContainerFacts& facts) {
  Words words = words_of(facts.config);
  for (const std::string& word : words) {
    if (is_started_by(recipe, base_name(word)))
      return Sign{fmt::format("its command is {}", base_name(word)), words};
  }
  for (const std::string& name : recipe.environment) {
    if (facts.config.env_value(name))
      return Sign{fmt::format("it has the variable {}", name), words};
  }
  if (const std::string image = image_name(facts.image); holds(recipe.images, image))
    return Sign{fmt::format("its image is {}", image), words};
  return std::nullopt;
}

std::optional<Sign> find_sign(const RecipeData& recipe, const ContainerFacts& facts) {
  const bool by_data_alone = recipe.processes.empty() && recipe.commands.empty() &&
                             recipe.images.empty() && recipe.environment.empty();
  if (by_data_alone) return Sign{"", words_of(facts.config)};
  // What runs in it says more than what it was made for.
  if (!facts.processes.empty() && !recipe.processes.empty()) return find_process(recipe, facts);
  return find_in_configuration(recipe, facts);
}

// The word after the last `name`, or what stands behind it and a "=".
std::string argument_value(const Words& words, const std::string& name) {
  std::string value;
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (words[i].starts_with(name + "=")) value = words[i].substr(name.size() + 1);
    if (words[i] == name && i + 1 < words.size()) value = words[i + 1];
  }
  return value;
}

// Empty: the rule names none.
std::string named_by(const DataRule& rule, const ContainerFacts& facts, const Words& words) {
  std::string path = rule.value;
  if (rule.kind == DataRule::Kind::environment)
    path = facts.config.env_value(rule.value).value_or("");
  if (rule.kind == DataRule::Kind::argument) path = argument_value(words, rule.value);
  if (path.empty() || path.find('\0') != std::string::npos) return {};
  const std::string& below = facts.config.working_dir;
  return normal_path(path.front() == '/' ? path : (below.empty() ? "/" : below) + "/" + path);
}

bool may_be_captured(const std::string& path) {
  const bool kernels = is_within(path, "/proc") || is_within(path, "/sys") ||
                       (is_within(path, "/dev") && !is_within(path, "/dev/shm"));
  return is_normal_path(path) && path != "/" && !kernels;
}

bool lies_in_tmpfs(const ContainerFacts& facts, const std::string& path) {
  return std::any_of(facts.mounts.begin(), facts.mounts.end(), [&](const docker::Mount& mount) {
    return mount.type == "tmpfs" && is_within(path, mount.destination);
  });
}

// Where the rule's directory is, behind a link too; empty: nowhere.
std::string find_place(const DataRule& rule, const ContainerFacts& facts, const Words& words) {
  std::string path = named_by(rule, facts, words);
  if (path.empty() || !may_be_captured(path)) return {};
  // It cannot be seen from outside; the server that runs says enough.
  if (facts.running && rule.holds.empty() && lies_in_tmpfs(facts, path)) return path;
  auto stat = facts.stat(path);
  if (stat && !stat->link_target.empty()) {
    path = normal_path(stat->link_target);
    if (!may_be_captured(path)) return {};
    stat = facts.stat(path);
  }
  if (!stat || !stat->is_directory()) return {};
  if (!rule.holds.empty() && !facts.stat(join_path(path, rule.holds))) return {};
  return path;
}

// As labels take it; nothing of what an image may write there instead.
std::string plain_version(const docker::Config& config, const std::string& variable) {
  if (variable.empty()) return {};
  std::string version = config.env_value(variable).value_or("");
  const bool fits = version.size() < 40 && std::all_of(version.begin(), version.end(), [](char c) {
                      return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '.' ||
                             c == '-' || c == '_' || c == '+';
                    });
  return fits ? version : "";
}

}  // namespace

std::optional<Recognition> Recipe::recognise(const ContainerFacts& facts) const {
  const auto sign = find_sign(data_, facts);
  if (!sign) return std::nullopt;
  Recognition recognition;
  recognition.runs = sign->runs;
  for (const DataRule& rule : data_.data) {
    std::string place = find_place(rule, facts, sign->words);
    if (place.empty()) continue;
    recognition.reason = fmt::format("{}, and {} is {}{}", sign->text, place,
                                     rule.holds.empty() ? "there" : "there with " + rule.holds,
                                     sign->text.empty() ? "" : ": the recipe " + data_.name);
    if (sign->text.empty())
      recognition.reason = fmt::format("{} has {}: the recipe {}", place, rule.holds, data_.name);
    recognition.data_paths.push_back(std::move(place));
    break;
  }
  if (recognition.data_paths.empty()) return std::nullopt;
  for (const DataRule& rule : data_.also) {
    std::string place = find_place(rule, facts, sign->words);
    if (!place.empty() && !holds(recognition.data_paths, place))
      recognition.data_paths.push_back(std::move(place));
  }
  recognition.version = plain_version(facts.config, data_.version);
  return recognition;
}

}  // namespace dksnap::databases::recipes
