#include "snapshot/snapshot.hpp"

#include <charconv>

#include <nlohmann/json.hpp>

#include "snapshot/labels.hpp"

namespace dksnap::snapshot {
namespace {

using nlohmann::json;

std::string get(const docker::StringMap& labels, const char* name) {
  const auto found = labels.find(name);
  return found == labels.end() ? std::string() : found->second;
}

std::uint64_t get_number(const docker::StringMap& labels, const char* name) {
  const std::string text = get(labels, name);
  std::uint64_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

json parse(const std::string& text) {
  json value = json::parse(text, nullptr, false);
  return value.is_discarded() ? json() : value;
}

std::vector<std::string> strings(const json& array) {
  std::vector<std::string> result;
  if (!array.is_array()) return result;
  for (const json& item : array) {
    if (item.is_string()) result.push_back(item.get<std::string>());
  }
  return result;
}

json member(const json& object, const char* name) {
  return object.is_object() && object.contains(name) ? object[name] : json();
}

std::string text_member(const json& object, const char* name) {
  const json value = member(object, name);
  return value.is_string() ? value.get<std::string>() : std::string();
}

RunInfo parse_run(const std::string& text) {
  const json run = parse(text);
  return {strings(member(run, "ports")),         strings(member(run, "networks")),
          strings(member(run, "volumes")),       strings(member(run, "left_out_env")),
          strings(member(run, "left_out_args")), strings(member(run, "left_out_config"))};
}

std::string dump(const json& value) {
  return value.dump(-1, ' ', false, json::error_handler_t::replace);
}

}  // namespace

Snapshot from_labels(const docker::StringMap& labels, std::string image_id,
                     std::vector<std::string> names) {
  Snapshot snapshot;
  snapshot.id = get(labels, label::kId);
  snapshot.legacy = snapshot.id.empty();
  if (snapshot.legacy) {
    const std::size_t colon = image_id.find(':');
    snapshot.id = image_id.substr(colon == std::string::npos ? 0 : colon + 1, 16);
  }
  snapshot.image_id = std::move(image_id);
  snapshot.names = std::move(names);
  snapshot.title = get(labels, label::kTitle);
  snapshot.created = parse_rfc3339(get(labels, label::kCreated)).value_or(TimePoint{});
  snapshot.parent = get(labels, label::kParent);
  snapshot.base = get(labels, label::kBase);
  snapshot.base_id = get(labels, label::kBaseId);
  snapshot.kind = get(labels, label::kKind);
  snapshot.server_version = get(labels, label::kServerVersion);
  snapshot.capture = get(labels, label::kCapture);
  if (snapshot.legacy && !get(labels, label::kLegacyDumpPath).empty()) snapshot.capture = "dump";
  snapshot.settled = get(labels, label::kSettled) == "true";
  snapshot.paths = strings(parse(get(labels, label::kPaths)));
  snapshot.source = get(labels, label::kSource);
  snapshot.source_id = get(labels, label::kSourceId);
  snapshot.run = parse_run(get(labels, label::kRun));
  const json left_out = parse(get(labels, label::kLeftOut));
  if (left_out.is_array()) {
    for (const json& item : left_out) {
      snapshot.left_out.push_back({text_member(item, "what"), text_member(item, "why")});
    }
  }
  snapshot.architecture = get(labels, label::kArch);
  snapshot.libc = get(labels, label::kLibc);
  snapshot.added_bytes = get_number(labels, label::kAddedBytes);
  snapshot.data_bytes = get_number(labels, label::kDataBytes);
  snapshot.note = get(labels, label::kNote);
  snapshot.pinned = get(labels, label::kPinned) == "true";
  return snapshot;
}

docker::StringMap to_labels(const Snapshot& snapshot) {
  docker::StringMap labels{
      {label::kTitle, snapshot.title},
      {label::kCreated, to_rfc3339(snapshot.created)},
      {label::kFormat, kFormatVersion},
      {label::kId, snapshot.id},
      {label::kBase, snapshot.base},
      {label::kBaseId, snapshot.base_id},
      {label::kKind, snapshot.kind},
      {label::kCapture, snapshot.capture},
      {label::kSettled, snapshot.settled ? "true" : "false"},
      {label::kPaths, dump(json(snapshot.paths))},
      {label::kSource, snapshot.source},
      {label::kSourceId, snapshot.source_id},
      {label::kRun, dump({{"ports", snapshot.run.ports},
                          {"networks", snapshot.run.networks},
                          {"volumes", snapshot.run.volumes},
                          {"left_out_env", snapshot.run.left_out_env},
                          {"left_out_args", snapshot.run.left_out_args},
                          {"left_out_config", snapshot.run.left_out_config}})},
      {label::kArch, snapshot.architecture},
      {label::kLibc, snapshot.libc},
      {label::kAddedBytes, std::to_string(snapshot.added_bytes)},
      {label::kDataBytes, std::to_string(snapshot.data_bytes)},
  };
  json left_out = json::array();
  for (const LeftOut& item : snapshot.left_out) {
    left_out.push_back({{"what", item.what}, {"why", item.why}});
  }
  labels[label::kLeftOut] = dump(left_out);
  if (!snapshot.parent.empty()) labels[label::kParent] = snapshot.parent;
  if (!snapshot.server_version.empty()) labels[label::kServerVersion] = snapshot.server_version;
  if (!snapshot.note.empty()) labels[label::kNote] = snapshot.note;
  if (snapshot.pinned) labels[label::kPinned] = "true";
  return labels;
}

}  // namespace dksnap::snapshot
