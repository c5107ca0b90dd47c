#include "snapshot/original.hpp"

#include <optional>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/error.hpp"
#include "base/text.hpp"
#include "snapshot/facts.hpp"
#include "snapshot/label_reader.hpp"
#include "snapshot/labels.hpp"

namespace dksnap::snapshot {
namespace {

// The label that the original wrote from its later versions on: a list of words, or null.
std::optional<std::vector<std::string>> from_label(const docker::StringMap& labels) {
  const auto text = labels.find(label::kLegacyEntrypoint);
  if (text == labels.end()) return std::nullopt;
  const auto words = parse_bounded_json(text->second);
  if (!words || !(words->is_null() || words->is_array())) return std::nullopt;
  std::vector<std::string> result;
  for (const auto& word : *words) {
    if (!word.is_string()) return std::nullopt;
    result.push_back(word.get<std::string>());
  }
  return result;
}

// The earlier versions' script ends in `exec PROGRAM $@`.
std::optional<std::vector<std::string>> from_script(const std::string& script) {
  for (const std::string& line : split(script, '\n')) {
    std::vector<std::string> words = split(line, ' ');
    if (words.size() < 2 || words.front() != "exec") continue;
    if (words.back() != "$@" && words.back() != "\"$@\"") continue;
    words.erase(words.begin());
    words.pop_back();
    for (std::string& word : words) {
      if (word.size() >= 2 && word.front() == '"' && word.back() == '"')
        word = word.substr(1, word.size() - 2);
    }
    std::erase(words, "");
    return words;
  }
  return std::nullopt;
}

}  // namespace

std::vector<std::string> own_entrypoint(docker::Engine& engine,
                                        const docker::Container& container) {
  const docker::Config& config = container.config;
  if (config.entrypoint != std::vector<std::string>{kLoaderScript}) return config.entrypoint;
  if (const auto words = from_label(config.labels)) return *words;
  const auto read = gather_facts(engine, container).read;
  if (const auto script = read(kLoaderScript)) {
    if (const auto words = from_script(*script)) return *words;
  }
  throw Error(ErrorCode::failed, fmt::format("cannot snapshot {}", container.name),
              fmt::format("its entrypoint {} of the original dksnap wipes the data at every start, "
                          "and what it starts after that cannot be told",
                          kLoaderScript),
              "start the container with an --entrypoint of its own");
}

}  // namespace dksnap::snapshot
