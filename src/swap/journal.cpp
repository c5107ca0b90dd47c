#include "swap/journal.hpp"

#include <algorithm>
#include <array>
#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/error.hpp"
#include "base/fd.hpp"
#include "base/log.hpp"
#include "base/text.hpp"
#include "scratch/owner.hpp"

namespace dksnap::swap {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

constexpr const char* kHint = "make room there, or set XDG_STATE_HOME to a directory to write in";
constexpr std::size_t kIdBytes = 4;
constexpr std::size_t kLargestEntry = 4 * 1024 * 1024;
// A line of so many bytes, blanks and the line's end included: it is overwritten in place.
constexpr std::size_t kStageLine = 16;
constexpr std::array kStageNames{"started", "stopping", "overwriting", "done", "undone"};

std::string stage_line(Stage stage) {
  return fmt::format("{:<{}}\n", kStageNames.at(static_cast<std::size_t>(stage)), kStageLine - 1);
}

std::optional<Stage> parse_stage(std::string_view line) {
  const auto found = std::find(kStageNames.begin(), kStageNames.end(), dksnap::trim(line));
  if (found == kStageNames.end()) return std::nullopt;
  return static_cast<Stage>(found - kStageNames.begin());
}

json write_spec(const docker::RawContainerSpec& spec) {
  json networks = json::array();
  for (const auto& one : spec.networks)
    networks.push_back({{"network", one.network}, {"settings", one.settings}});
  return {{"body", spec.body}, {"networks", networks}};
}

docker::RawContainerSpec read_spec(const json& object) {
  docker::RawContainerSpec spec;
  spec.body = object.at("body");
  for (const json& one : object.at("networks"))
    spec.networks.push_back({one.at("network"), one.at("settings")});
  return spec;
}

json write_side(const SwapSide& side) {
  return {{"id", side.id},
          {"name", side.name},
          {"restart", side.restart},
          {"running", side.running},
          {"lasting", side.lasting},
          {"volatile_data", side.volatile_data},
          {"spec", write_spec(side.spec)}};
}

SwapSide read_side(const json& object) {
  return {object.at("id"),
          object.at("name"),
          object.at("restart"),
          object.at("running"),
          object.at("lasting"),
          object.at("volatile_data"),
          read_spec(object.at("spec"))};
}

json write_swap(const Swap& swap) {
  json places = json::array();
  for (const DataPlace& place : swap.places) {
    places.push_back(
        {{"type", place.type}, {"source", place.source}, {"destination", place.destination}});
  }
  return {
      {"out", write_side(swap.out)}, {"in", write_side(swap.in)}, {"places", places},
      {"kind", swap.kind},           {"safety", swap.safety},     {"safety_name", swap.safety_name},
      {"data", swap.data},           {"keep", swap.keep}};
}

Swap read_swap(const json& object) {
  Swap swap;
  swap.out = read_side(object.at("out"));
  swap.in = read_side(object.at("in"));
  for (const json& one : object.at("places"))
    swap.places.push_back({one.at("type"), one.at("source"), one.at("destination")});
  swap.kind = object.at("kind");
  swap.safety = object.at("safety");
  swap.safety_name = object.at("safety_name");
  swap.data = object.at("data");
  swap.keep = object.at("keep");
  return swap;
}

void sync_directory(const fs::path& directory) {
  const Fd fd = open_file(directory.string(), O_RDONLY | O_DIRECTORY);
  if (::fsync(fd.get()) != 0) throw system_error("cannot write " + directory.string());
}

std::optional<JournalEntry> read_entry(const fs::path& path) {
  FdSource file(open_file(path.string(), O_RDONLY), path.string());
  const std::string text = read_all(file, kLargestEntry);
  if (text.size() < kStageLine) return std::nullopt;
  const auto stage = parse_stage(text.substr(0, kStageLine));
  auto entry = parse_journal_entry(text.substr(kStageLine));
  if (!stage || !entry) return std::nullopt;
  entry->stage = *stage;
  return entry;
}

}  // namespace

std::string to_json(const JournalEntry& entry) {
  json removed = json::array();
  for (const RemovedSnapshot& one : entry.removed) {
    removed.push_back({{"id", one.id},
                       {"title", one.title},
                       {"bin_reference", one.bin_reference},
                       {"names", one.names}});
  }
  json object = {{"id", entry.id},
                 {"verb", entry.verb},
                 {"title", entry.title},
                 {"engine", entry.engine},
                 {"owner", entry.owner},
                 {"container", entry.container},
                 {"when_ns", entry.when.time_since_epoch().count()},
                 {"removed", removed}};
  if (entry.swap) object["swap"] = write_swap(*entry.swap);
  return object.dump(-1, ' ', false, json::error_handler_t::replace);
}

std::optional<JournalEntry> parse_journal_entry(const std::string& text) {
  try {
    const json object = json::parse(text);
    JournalEntry entry;
    entry.id = object.at("id");
    entry.verb = object.at("verb");
    entry.title = object.at("title");
    entry.engine = object.at("engine");
    entry.owner = object.at("owner");
    entry.container = object.at("container");
    entry.when = TimePoint(TimePoint::duration(object.at("when_ns").get<std::int64_t>()));
    for (const json& one : object.at("removed")) {
      entry.removed.push_back({one.at("id"), one.at("title"), one.at("bin_reference"),
                               one.at("names").get<std::vector<std::string>>()});
    }
    if (object.contains("swap")) entry.swap = read_swap(object.at("swap"));
    return entry;
  } catch (const json::exception&) {
    return std::nullopt;
  }
}

JournalEntry new_entry(const std::string& verb, const std::string& engine,
                       const std::string& container) {
  JournalEntry entry;
  entry.id = random_hex(kIdBytes);
  entry.verb = verb;
  entry.engine = engine;
  entry.owner = scratch::owner_text();
  entry.container = container;
  entry.when = std::chrono::system_clock::now();
  return entry;
}

std::vector<JournalEntry> Journal::entries(docker::Engine& engine) const {
  std::error_code none;
  if (!fs::exists(directory_, none) || fs::is_empty(directory_, none)) return {};
  return entries(engine.info().id);
}

void Journal::begin(const JournalEntry& entry) const {
  std::error_code failure;
  fs::create_directories(directory_, failure);
  if (failure) {
    throw Error(ErrorCode::failed, "cannot make " + directory_.string(), failure.message(), kHint);
  }
  // Until it is closed, nobody else begins.
  const Fd lock = open_file(directory_.string(), O_RDONLY | O_DIRECTORY);
  if (::flock(lock.get(), LOCK_EX) != 0) throw system_error("cannot lock " + directory_.string());
  for (const JournalEntry& other : entries(entry.engine)) {
    const bool same = other.swap && entry.swap && other.swap->out.id == entry.swap->out.id;
    if (!same || is_over(other.stage)) continue;
    throw Error(ErrorCode::in_use, "another dksnap is at " + entry.container,
                fmt::format("its `{}` has not ended", other.verb),
                "wait for it; `dksnap undo` takes back one that was killed");
  }
  const std::string beside = path(entry.id).string() + ".part";
  try {
    FdSink file(open_file(beside, O_WRONLY | O_CREAT | O_TRUNC, 0600), beside);
    file.write(stage_line(entry.stage) + to_json(entry) + "\n");
    file.close();
    const Fd written = open_file(beside, O_RDONLY);
    if (::fsync(written.get()) != 0) throw system_error("cannot write " + beside);
    if (::rename(beside.c_str(), path(entry.id).c_str()) != 0)
      throw system_error("cannot write " + beside);
    sync_directory(directory_);
  } catch (Error& error) {
    fs::remove(beside, failure);  // the first failure is the one to tell
    fs::remove(path(entry.id), failure);
    error.add_context("cannot note what is to be done");
    error.default_hint(kHint);
    throw;
  }
}

void Journal::set_stage(const std::string& id, Stage stage) const {
  const std::string file = path(id).string();
  const Fd fd = open_file(file, O_WRONLY);
  const std::string line = stage_line(stage);
  if (::pwrite(fd.get(), line.data(), line.size(), 0) != static_cast<ssize_t>(line.size()) ||
      ::fdatasync(fd.get()) != 0) {
    throw system_error("cannot write " + file);
  }
}

void Journal::forget(const std::string& id) const {
  std::error_code failure;
  fs::remove(path(id), failure);
  if (failure) log(LogLevel::info, "cannot remove " + path(id).string() + ": " + failure.message());
}

std::vector<JournalEntry> Journal::entries(const std::string& engine) const {
  std::vector<JournalEntry> result;
  std::error_code failure;
  for (const auto& file : fs::directory_iterator(directory_, failure)) {
    if (file.path().extension() == ".part") continue;
    std::optional<JournalEntry> entry;
    try {
      entry = read_entry(file.path());
    } catch (const Error& error) {
      if (fs::exists(file.path(), failure)) throw;  // not one that was just forgotten
      continue;
    }
    if (!entry) {
      log(LogLevel::info, file.path().string() + " is damaged, and left alone");
    } else if (entry->engine == engine) {
      result.push_back(std::move(*entry));
    }
  }
  std::sort(result.begin(), result.end(), [](const JournalEntry& a, const JournalEntry& b) {
    return a.when != b.when ? a.when > b.when : a.id > b.id;
  });
  return result;
}

}  // namespace dksnap::swap
