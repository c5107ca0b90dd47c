#include "cli/render/json.hpp"

#include <nlohmann/json.hpp>

#include "base/time.hpp"
#include "scratch/owner.hpp"

namespace dksnap::cli {
namespace {

using nlohmann::ordered_json;

// Names of files and titles may hold bytes that are no UTF-8, and marks that act on a terminal.
PrintedLine line(const ordered_json& value) {
  return PrintedLine::json(value.dump(-1, ' ', false, ordered_json::error_handler_t::replace));
}

double seconds(std::chrono::nanoseconds duration) {
  return std::chrono::duration<double>(duration).count();
}

ordered_json snapshot_object(const snapshot::Snapshot& snapshot) {
  ordered_json left_out = ordered_json::array();
  for (const auto& item : snapshot.left_out)
    left_out.push_back({{"what", item.what}, {"why", item.why}});
  return {
      {"id", snapshot.id},
      {"title", snapshot.title},
      {"created", to_rfc3339(snapshot.created)},
      {"parent", snapshot.parent},
      {"container", snapshot.source},
      {"container_id", snapshot.source_id},
      {"kind", snapshot.kind},
      {"server_version", snapshot.server_version},
      {"capture", snapshot.capture},
      {"settled", snapshot.settled},
      {"base", snapshot.base},
      {"names", snapshot.names},
      {"image_id", snapshot.image_id},
      {"added_bytes", snapshot.added_bytes},
      {"data_bytes", snapshot.data_bytes},
      {"paths", snapshot.paths},
      {"ports", snapshot.run.ports},
      {"networks", snapshot.run.networks},
      {"left_out_env", snapshot.run.left_out_env},
      {"left_out_args", snapshot.run.left_out_args},
      {"left_out_config", snapshot.run.left_out_config},
      {"left_out", left_out},
      {"architecture", snapshot.architecture},
      {"libc", snapshot.libc},
      {"note", snapshot.note},
      {"pinned", snapshot.pinned},
      {"legacy", snapshot.legacy},
      {"purpose", snapshot.purpose},
      {"built_on", ""},
  };
}

}  // namespace

PrintedLine json_snapshot(const snapshot::Snapshot& snapshot) {
  return line(snapshot_object(snapshot));
}

PrintedLine json_built(const snapshot::BuiltImage& image) {
  snapshot::Snapshot snapshot;
  snapshot.image_id = image.image_id;
  snapshot.names = image.names;
  snapshot.created = image.created;
  snapshot.parent = image.built_on;
  snapshot.source = image.source;
  snapshot.base = image.base;
  ordered_json object = snapshot_object(snapshot);
  object["id"] = nullptr;
  object["built_on"] = image.built_on;
  return line(object);
}

PrintedLine json_create(const capture::CreateResult& result) {
  ordered_json object = snapshot_object(result.snapshot);
  object["frozen_ms"] =
      std::chrono::duration_cast<std::chrono::microseconds>(result.frozen).count() / 1000.0;
  object["seconds"] = seconds(result.took);
  object["copied_bytes"] = result.copied_bytes;
  object["stored_bytes"] = result.stored_bytes;
  object["changed_files"] = result.changed_files;
  object["deleted_files"] = result.deleted_files;
  object["missing"] = result.missing;
  return line(object);
}

namespace {

ordered_json ports_array(const std::vector<docker::PortBinding>& bindings) {
  ordered_json ports = ordered_json::array();
  for (const auto& port : bindings) {
    ports.push_back({{"container_port", port.container_port},
                     {"host_ip", port.host_ip},
                     {"host_port", port.host_port}});
  }
  return ports;
}

ordered_json entry_object(const swap::JournalEntry& entry) {
  ordered_json titles = ordered_json::array();
  for (const auto& one : entry.removed) titles.push_back(one.title);
  return {{"undo_id", entry.id},
          {"verb", entry.verb},
          {"title", entry.title},
          {"container", entry.container},
          {"when", to_rfc3339(entry.when)},
          {"removed", titles},
          {"parked", entry.swap && entry.swap->out.lasting ? entry.swap->out.name : ""},
          {"safety_snapshot", entry.swap ? entry.swap->safety : ""},
          {"saved_volume", entry.swap ? entry.swap->saved : ""},
          {"whose", scratch::whose({}).name}};
}

}  // namespace

PrintedLine json_swap(const swap::JournalEntry& entry, const swap::SwapResult& result) {
  ordered_json object = entry_object(entry);
  object["container_id"] = result.container_id;
  object["snapshot"] = entry.swap ? entry.swap->data : "";
  object["connection"] = result.connection;
  object["ports"] = ports_array(result.ports);
  object["stood_still_ms"] =
      std::chrono::duration_cast<std::chrono::microseconds>(result.stood_still).count() / 1000.0;
  object["written_files"] = result.written_files;
  object["written_bytes"] = result.written_bytes;
  object["seconds"] = seconds(result.took);
  return line(object);
}

PrintedLine json_entry(const swap::JournalEntry& entry) {
  return line(entry_object(entry));
}

// With the keys of an entry; what only the other one's journal knows is empty.
PrintedLine json_foreign(const swap::ForeignSwap& foreign) {
  return line({{"undo_id", foreign.id},
               {"verb", "replace"},
               {"title", ""},
               {"container", foreign.container},
               {"when", to_rfc3339(foreign.when)},
               {"removed", ordered_json::array()},
               {"parked", foreign.parked},
               {"safety_snapshot", ""},
               {"saved_volume", ""},
               {"whose", foreign.whose}});
}

PrintedLine json_boot(const snapshot::Snapshot& snapshot, const boot::BootResult& result) {
  return line({{"container", result.name},
               {"container_id", result.container_id},
               {"snapshot", snapshot.id},
               {"connection", result.connection},
               {"ports", ports_array(result.ports)},
               {"seconds", seconds(result.took)}});
}

PrintedLine json_container(const snapshot::ContainerOverview& container) {
  return line({{"container", container.name},
               {"container_id", container.id},
               {"image", container.image},
               {"kind", container.kind},
               {"version", container.version},
               {"other_kinds", container.other_kinds},
               {"reason", container.reason},
               {"state", container.state},
               {"status", container.status},
               {"snapshot", container.snapshot != nullptr ? container.snapshot->id : ""},
               {"snapshot_title", container.snapshot != nullptr ? container.snapshot->title : ""},
               {"snapshots", container.snapshots}});
}

PrintedLine json_removed(const snapshot::Snapshot& snapshot, const std::string& bin_reference) {
  return line({{"id", snapshot.id}, {"title", snapshot.title}, {"bin", bin_reference}});
}

PrintedLine json_error(const Error& error) {
  return line({{"message_type", "exit_error"},
               {"code", static_cast<int>(error.code())},
               {"name", error_code_name(error.code())},
               {"message", error.message()},
               {"why", error.why()},
               {"hint", error.hint()}});
}

PrintedLine json_finding(const DoctorFinding& finding) {
  return line({{"check", finding.check},
               {"ok", finding.ok},
               {"text", finding.text},
               {"hint", finding.hint}});
}

PrintedLine json_version(const std::string& version) {
  return line({{"version", version}});
}

PrintedLine json_step(const std::string& type, const std::string& text,
                      std::optional<std::chrono::nanoseconds> took) {
  ordered_json object{{"message_type", type}, {"text", text}};
  if (took) object["seconds"] = seconds(*took);
  return line(object);
}

PrintedLine json_progress(const std::string& text, std::uint64_t bytes, std::uint64_t total) {
  return line({{"message_type", "progress"}, {"text", text}, {"bytes", bytes}, {"total", total}});
}

}  // namespace dksnap::cli
