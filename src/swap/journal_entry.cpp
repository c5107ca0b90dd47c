#include "swap/journal_entry.hpp"

#include <algorithm>
#include <array>
#include <cstdint>

#include <nlohmann/json.hpp>

#include "base/paths.hpp"
#include "image/reference.hpp"
#include "snapshot/labels.hpp"

namespace dksnap::swap {
namespace {

using nlohmann::json;

// More than anybody has, and little enough to be read in no time.
constexpr std::size_t kMostThings = 1000;
constexpr std::size_t kLongestText = 4096;
constexpr std::size_t kLongestBody = 2 * 1024 * 1024;
// A request's body has objects in objects, ten deep at most; what writes JSON goes as deep as it
// is.
constexpr int kDeepest = 64;
// Nanoseconds; in the year 2200. Later ones would overflow where times are compared.
constexpr std::int64_t kLatest = 7'258'118'400'000'000'000;
// Longer ones are cut when they are written: they are for people.
constexpr std::size_t kLongestTitle = 1000;
constexpr std::size_t kEntryIdDigits = 8;
constexpr std::size_t kContainerIdDigits = 64;
// Of the original's snapshots, and of ours.
constexpr std::array<std::size_t, 2> kSnapshotIdDigits{12, 16};

constexpr std::string_view kHexDigits = "0123456789abcdef";
constexpr std::string_view kLetters =
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";

json write_spec(const docker::RawContainerSpec& spec) {
  json networks = json::array();
  for (const auto& one : spec.networks)
    networks.push_back({{"network", one.network}, {"settings", one.settings}});
  return {{"body", spec.body}, {"networks", networks}, {"left_networks", spec.left_networks}};
}

json write_twin(const Twin& twin) {
  return {{"name", twin.name},
          {"layers", twin.layers},
          {"config", twin.config},
          {"captured", twin.captured}};
}

json write_side(const SwapSide& side) {
  json object = {{"id", side.id},
                 {"name", side.name},
                 {"restart", side.restart},
                 {"started_at", side.started_at},
                 {"running", side.running},
                 {"lasting", side.lasting},
                 {"volatile_data", side.volatile_data},
                 {"spec", write_spec(side.spec)}};
  if (!side.twin.name.empty()) object["twin"] = write_twin(side.twin);
  return object;
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
      {"saved", swap.saved},         {"data", swap.data},         {"keep", swap.keep}};
}

// What is wrong with it ends the reading of the entry.
struct Damaged {};

void insist(bool good) {
  if (!good) throw Damaged{};
}

// Deeper than kDeepest is none.
json parse_bounded(const std::string& text) {
  return json::parse(text, [](int depth, json::parse_event_t, json&) {
    insist(depth <= kDeepest);
    return true;
  });
}

bool is_hex(std::string_view text) {
  return !text.empty() && text.find_first_not_of(kHexDigits) == std::string_view::npos;
}

std::string read_text(const json& object, const char* name) {
  std::string text = object.at(name);
  insist(text.size() <= kLongestText);
  return text;
}

const json& read_list(const json& object, const char* name) {
  const json& list = object.at(name);
  insist(list.is_array() && list.size() <= kMostThings);
  return list;
}

// Of a container, or of a volume: what the engine takes, and nothing that is a path.
std::string read_name(const json& object, const char* name, bool may_be_empty = false) {
  std::string text = read_text(object, name);
  if (text.empty() && may_be_empty) return text;
  insist(!text.empty() && kLetters.find(text[0]) != std::string_view::npos &&
         text.find_first_not_of(std::string(kLetters) + "_.-") == std::string::npos);
  return text;
}

std::string read_container_id(const json& object, const char* name) {
  std::string id = read_text(object, name);
  insist(id.empty() || (id.size() == kContainerIdDigits && is_hex(id)));
  return id;
}

std::string read_snapshot_id(const json& object, const char* name) {
  std::string id = read_text(object, name);
  insist(id.empty() || (is_hex(id) && std::find(kSnapshotIdDigits.begin(), kSnapshotIdDigits.end(),
                                                id.size()) != kSnapshotIdDigits.end()));
  return id;
}

void insist_reference(const std::string& text) {
  insist(text.size() <= kLongestText && image::parse_reference(text).has_value());
}

std::string read_policy(const json& object, const char* name) {
  std::string text = read_text(object, name);
  const std::string word = text.substr(0, text.find(':'));
  const std::string count = text.size() > word.size() ? text.substr(word.size() + 1) : "0";
  insist(word == "no" || word == "always" || word == "unless-stopped" || word == "on-failure");
  insist(text.back() != ':' && count.size() <= 9 &&
         count.find_first_not_of("0123456789") == std::string::npos);
  return text;
}

docker::RawContainerSpec read_spec(const json& object) {
  docker::RawContainerSpec spec;
  spec.body = object.at("body");
  insist(spec.body.size() <= kLongestBody);
  if (!spec.body.empty()) insist(parse_bounded(spec.body).is_object());
  for (const json& one : read_list(object, "networks")) {
    docker::NetworkConnection& network = spec.networks.emplace_back();
    network.network = read_text(one, "network");
    insist(!network.network.empty());
    network.settings = read_text(one, "settings");
    insist(parse_bounded(network.settings).is_object());
  }
  if (!object.contains("left_networks")) return spec;  // of an older one
  for (const json& one : read_list(object, "left_networks")) {
    spec.left_networks.push_back(one);
    insist(!spec.left_networks.back().empty() && spec.left_networks.back().size() <= kLongestText);
  }
  return spec;
}

Twin read_twin(const json& object) {
  Twin twin;
  twin.name = read_text(object, "name");
  insist_reference(twin.name);
  insist(twin.name.starts_with(snapshot::kTwinRepository));
  twin.layers = read_text(object, "layers");
  insist_reference(twin.layers);
  twin.config = object.at("config");
  insist(twin.config.size() <= kLongestBody);
  if (!twin.config.empty()) insist(parse_bounded(twin.config).is_object());
  for (const json& one : read_list(object, "captured")) {
    twin.captured.push_back(one);
    insist(is_normal_path(twin.captured.back()));
  }
  return twin;
}

SwapSide read_side(const json& object) {
  SwapSide side;
  side.id = read_container_id(object, "id");
  side.name = read_name(object, "name", side.id.empty());
  side.restart = read_policy(object, "restart");
  if (object.contains("started_at")) side.started_at = read_text(object, "started_at");
  side.running = object.at("running");
  side.lasting = object.at("lasting");
  side.volatile_data = object.at("volatile_data");
  side.spec = read_spec(object.at("spec"));
  // Older ones had none.
  if (object.contains("twin")) side.twin = read_twin(object.at("twin"));
  return side;
}

DataPlace read_place(const json& object) {
  DataPlace place;
  place.type = read_text(object, "type");
  insist(place.type == "volume" || place.type == "bind");
  if (place.type == "volume") {
    place.source = read_name(object, "source");
  } else {
    place.source = read_text(object, "source");
    insist(is_normal_path(place.source));
  }
  place.destination = read_text(object, "destination");
  insist(is_normal_path(place.destination));
  return place;
}

Swap read_swap(const json& object) {
  Swap swap;
  swap.out = read_side(object.at("out"));
  swap.in = read_side(object.at("in"));
  insist(!swap.in.name.empty());
  for (const json& one : read_list(object, "places")) swap.places.push_back(read_place(one));
  swap.kind = read_name(object, "kind", true);
  swap.safety = read_snapshot_id(object, "safety");
  swap.safety_name = read_text(object, "safety_name");
  if (!swap.safety_name.empty()) insist_reference(swap.safety_name);
  if (object.contains("saved")) swap.saved = read_name(object, "saved", true);
  swap.data = read_snapshot_id(object, "data");
  swap.keep = object.at("keep");
  return swap;
}

RemovedSnapshot read_removed(const json& object) {
  RemovedSnapshot removed;
  removed.id = read_snapshot_id(object, "id");
  removed.title = read_text(object, "title");
  removed.bin_reference = read_text(object, "bin_reference");
  insist(!removed.id.empty());
  insist_reference(removed.bin_reference);
  insist(
      removed.bin_reference.starts_with(std::string(snapshot::kBinRepository) + removed.id + ":"));
  for (const json& one : read_list(object, "names")) {
    insist_reference(one);
    removed.names.push_back(one);
  }
  return removed;
}

JournalEntry read_entry_of(const std::string& id, const json& object) {
  JournalEntry entry;
  entry.id = id;
  // Older ones had it in them as well.
  if (object.contains("id")) insist(object.at("id") == id);
  entry.verb = read_name(object, "verb");
  entry.title = read_text(object, "title");
  entry.engine = read_text(object, "engine");
  entry.owner = read_text(object, "owner");
  entry.container = read_text(object, "container");
  const std::int64_t when = object.at("when_ns");
  insist(when >= 0 && when < kLatest);
  entry.when = TimePoint(TimePoint::duration(when));
  for (const json& one : read_list(object, "removed")) entry.removed.push_back(read_removed(one));
  if (object.contains("swap")) {
    entry.swap = read_swap(object.at("swap"));
    read_name(object, "container");
  }
  return entry;
}

}  // namespace

bool is_entry_id(std::string_view text) {
  return text.size() == kEntryIdDigits && is_hex(text);
}

std::string to_json(const JournalEntry& entry) {
  json removed = json::array();
  for (const RemovedSnapshot& one : entry.removed) {
    removed.push_back({{"id", one.id},
                       {"title", one.title.substr(0, kLongestTitle)},
                       {"bin_reference", one.bin_reference},
                       {"names", one.names}});
  }
  json object = {{"verb", entry.verb},
                 {"title", entry.title.substr(0, kLongestTitle)},
                 {"engine", entry.engine},
                 {"owner", entry.owner},
                 {"container", entry.container},
                 {"when_ns", entry.when.time_since_epoch().count()},
                 {"removed", removed}};
  if (entry.swap) object["swap"] = write_swap(*entry.swap);
  return object.dump(-1, ' ', false, json::error_handler_t::replace);
}

std::optional<JournalEntry> parse_journal_entry(const std::string& id, const std::string& text) {
  if (!is_entry_id(id)) return std::nullopt;
  try {
    return read_entry_of(id, parse_bounded(text));
  } catch (const json::exception&) {
    return std::nullopt;
  } catch (const Damaged&) {
    return std::nullopt;
  }
}

}  // namespace dksnap::swap
