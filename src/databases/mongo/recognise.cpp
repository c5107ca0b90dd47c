#include <algorithm>

#include "base/paths.hpp"
#include "base/text.hpp"
#include "databases/entrypoint.hpp"
#include "databases/mongo/mongo.hpp"
#include "databases/mongo/places.hpp"

namespace dksnap::databases::mongo {
namespace {

bool in_memory(const ContainerFacts& facts, const std::string& path) {
  return is_within(path, "/dev/shm") ||
         std::any_of(facts.mounts.begin(), facts.mounts.end(), [&](const docker::Mount& mount) {
           return mount.type == "tmpfs" && is_within(path, mount.destination);
         });
}

// "7.0": of the image's variables, which name the release. Anything else is not shown.
std::string version_by_image(const docker::Config& config) {
  std::string text = config.env_value("MONGO_MAJOR").value_or("");
  if (text.empty()) text = config.env_value("MONGO_VERSION").value_or("");
  const std::size_t dot = text.find('.');
  if (dot == std::string::npos || text.find_first_not_of("0123456789.") < dot) return {};
  const std::size_t end = text.find_first_not_of("0123456789", dot + 1);
  return text.substr(0, end);
}

bool is_directory(const ContainerFacts& facts, const std::string& path) {
  const auto stat = facts.stat(path);
  return stat && stat->is_directory();
}

// What lies elsewhere: the journal, behind a link or mounted, and with --directoryperdb whatever is
// mounted below the data directory.
void add_other_places(const ContainerFacts& facts, const MongodOptions& options,
                      const std::string& directory, std::vector<std::string>& paths) {
  const auto add = [&](const std::string& path) {
    if (is_normal_path(path) && path != "/" && !is_within(path, "/proc") &&
        !is_within(path, "/sys") && std::find(paths.begin(), paths.end(), path) == paths.end())
      paths.push_back(path);
  };
  const auto journal = facts.stat(directory + "/journal");
  if (journal && !journal->link_target.empty() && is_directory(facts, journal->link_target))
    add(journal->link_target);
  const bool in_parts =
      flag_in(options, "directoryperdb") || flag_in(options, "wiredTigerDirectoryForIndexes");
  for (const docker::Mount& mount : facts.mounts) {
    const std::string& place = mount.destination;
    if (place == directory || !is_within(place, directory)) continue;
    if ((in_parts || place == directory + "/journal") && is_directory(facts, place)) add(place);
  }
  // The official image's other volume.
  if (is_directory(facts, kConfigDirectory) && !is_within(directory, kConfigDirectory))
    add(kConfigDirectory);
}

}  // namespace

std::optional<Recognition> Mongo::recognise(const ContainerFacts& facts) const {
  const MongodProcess process = find_mongod(facts);
  const std::vector<std::string> words = mongod_words(facts, process);
  if (words.empty()) return std::nullopt;
  const MongodOptions options = mongod_settings(facts, words).options;
  const std::string directory = mongod_directory(options);
  const bool has_files =
      facts.stat(directory + "/WiredTiger") || facts.stat(directory + "/storage.bson");
  const bool runs = !process.command.empty();
  Recognition recognition;
  recognition.runs = runs;
  recognition.version = version_by_image(facts.config);
  const std::string name =
      "MongoDB" + (recognition.version.empty() ? "" : " " + recognition.version);
  if (runs)
    recognition.reason = name + " (mongod) runs in it, its data in " + directory;
  else if (has_files)
    recognition.reason = "its command is mongod, and the data in " + directory + " are MongoDB's";
  else if (facts.running && facts.processes.empty() && in_memory(facts, directory))
    recognition.reason = "its command is mongod, with its data on a tmpfs at " + directory;
  else if (!facts.running || !entrypoint_above(facts, ""))
    return std::nullopt;
  else
    recognition.reason = "its command is mongod, which its entrypoint is about to start";
  recognition.initialising = is_mongods_first_run(facts, process);
  recognition.data_paths.push_back(directory);
  add_other_places(facts, options, directory, recognition.data_paths);
  return recognition;
}

}  // namespace dksnap::databases::mongo
