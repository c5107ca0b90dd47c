#include "snapshot/snapshot.hpp"

#include <nlohmann/json.hpp>

#include "databases/registry.hpp"
#include "snapshot/labels.hpp"

namespace dksnap::snapshot {
namespace {

using nlohmann::json;

std::string dump(const json& value) {
  return value.dump(-1, ' ', false, json::error_handler_t::replace);
}

json run_label(const RunInfo& run) {
  json label = {{"ports", run.ports},
                {"networks", run.networks},
                {"volumes", run.volumes},
                {"left_out_env", run.left_out_env},
                {"left_out_args", run.left_out_args},
                {"left_out_config", run.left_out_config},
                {"shm_bytes", run.shm_bytes}};
  if (!run.hostname.empty()) label["hostname"] = run.hostname;
  return label;
}

}  // namespace

const databases::Database& database_of(const Snapshot& snapshot) {
  if (snapshot.kind.empty()) return databases::files_kind();
  if (const databases::Database* known = databases::find(snapshot.kind)) return *known;
  return snapshot.is_recipe ? databases::files_kind() : databases::by_name(snapshot.kind);
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
      {label::kRun, dump(run_label(snapshot.run))},
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
  if (!snapshot.chain.empty()) labels[label::kChain] = snapshot.chain;
  if (!snapshot.purpose.empty()) labels[label::kPurpose] = snapshot.purpose;
  if (!snapshot.note.empty()) labels[label::kNote] = snapshot.note;
  if (snapshot.is_recipe) labels[label::kRecipe] = "true";
  if (snapshot.pinned) labels[label::kPinned] = "true";
  return labels;
}

}  // namespace dksnap::snapshot
