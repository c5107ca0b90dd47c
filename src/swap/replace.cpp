#include "swap/replace.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/paths.hpp"
#include "base/text.hpp"
#include "capture/contents.hpp"
#include "capture/stop.hpp"
#include "databases/dump.hpp"
#include "scratch/ours.hpp"
#include "snapshot/parent.hpp"
#include "swap/data_format.hpp"
#include "swap/swap_plan.hpp"

namespace dksnap::swap {
namespace {

std::string major_of(const std::string& version) {
  return version.substr(0, version.find('.'));
}

class ReplacePlanner {
 public:
  ReplacePlanner(snapshot::Context& context, const snapshot::Catalog& catalog,
                 const ReplaceRequest& request)
      : context_(context),
        catalog_(catalog),
        request_(request),
        snapshot_(*request.snapshot),
        engine_(context.engine.info()) {}

  SwapPlan run() {
    plan_.source = inspect_replaceable(context_, request_.container, snapshot_.kind);
    refuse_unlike();
    if (request_.safety) {
      refuse_loss(context_, plan_.source,
                  fmt::format("take a snapshot of it first (`dksnap create {}`), then say "
                              "--no-safety",
                              shell_quote(plan_.source.name())));
    }
    begin_plan(plan_, "replace", engine_);
    JournalEntry& entry = plan_.swap.entry;
    entry.title = snapshot_.title;
    entry.swap->data = snapshot_.id;
    entry.swap->keep = request_.keep_old;
    if (!snapshot_.kind.empty()) entry.swap->kind = snapshot_.kind;
    if (brings_files_) entry.swap->kind = plan_.source.kind.recognition.kind;
    const std::vector<std::string> paths = paths_in_new();
    MountChoice mounts = choose_mounts(plan_.source.container, paths);
    keep_what_is_not_the_snapshots(context_.engine, plan_.source.container, snapshot_, mounts);
    entry.swap->places = mounts.places;
    refuse_shared_places(context_, plan_);
    describe(mounts);
    plan_.swap.data = {snapshot_.image_id, paths, {}, is_dump() ? databases::kEmptyDirectory : ""};
    plan_.swap.loads_dump = is_dump();
    if (is_dump() && runs_another())
      plan_.swap.files = {snapshot_.image_id, {databases::kDumpDirectory, databases::kDumpLoader}};
    if (brings_files_) plan_.swap.files = {snapshot_.image_id, paths_beside(mounts)};
    look_into_places(context_, plan_);
    plan_.loaded_bytes = snapshot_.data_bytes;
    plan_safety(context_, plan_, request_.safety, engine_);
    plan_.lines.push_back({"stand-still", describe_stand_still(plan_)});
    if (is_dump())
      plan_.lines.push_back({"beware",
                             "it is a dump, which the new server loads before it answers: the "
                             "stand-still is longer by that"});
    refuse_full_disk(context_, plan_, engine_, snapshot_.data_bytes);
    plan_new_container(context_, plan_, snapshot_, mounts, engine_);
    plan_.swap.doing = fmt::format("\"{}\"", printable(snapshot_.title));
    plan_.swap.wait = request_.wait;
    finish_plan(context_, plan_);
    return std::move(plan_);
  }

 private:
  Error unlike(const std::string& why, const std::string& more = {}) const {
    return {ErrorCode::failed,
            fmt::format("\"{}\" cannot take the place of {}'s data", printable(snapshot_.title),
                        plan_.source.name()),
            why, fmt::format("boot it beside it: `dksnap boot {}`{}", snapshot_.short_id(), more)};
  }
  // Its files are of one version and one C library, and what its server tells is of none.
  Error unlike_files(const std::string& why) const {
    const Error error = unlike(why);
    if (!plan_.source.kind.database->can_be_dumped()) return error;
    return {error.code(), error.message(), error.why(),
            fmt::format("take what any version loads, from where it came: `dksnap create {} "
                        "--method dump`; or {}",
                        shell_quote(snapshot_.source), error.hint())};
  }

  // The server may be what has to be repaired: one whose data cannot be recognised any more counts
  // as what it was.
  bool is_its_own() const {
    const auto& below = plan_.source.image.diff_ids;
    const auto above = context_.engine.inspect_image(snapshot_.image_id).diff_ids;
    return snapshot_.source == plan_.source.name() || snapshot_.source_id == plan_.source.id() ||
           (below.size() <= above.size() && std::equal(below.begin(), below.end(), above.begin()));
  }

  // One that the new server loads; of some kinds it starts from it like from any other files.
  bool is_dump() const {
    return snapshot_.capture == "dump" && !snapshot_.legacy &&
           std::find(snapshot_.paths.begin(), snapshot_.paths.end(), databases::kDumpDirectory) !=
               snapshot_.paths.end();
  }
  // Than a dump's source: another version (of MariaDB, 11.4 and 11.8 are two), or another C
  // library.
  bool runs_another() const {
    const databases::Recognition& found = plan_.source.kind.recognition;
    const bool same = is_dump() ? snapshot_.server_version == found.version
                                : major_of(snapshot_.server_version) == major_of(found.version);
    return !same || libcs_differ();
  }
  bool libcs_differ() const {
    const std::string libc = capture::find_libc(context_.engine, plan_.source.id());
    const auto known = [](const std::string& name) { return !name.empty() && name != "unknown"; };
    return known(libc) && known(snapshot_.libc) && libc != snapshot_.libc;
  }
  // What the new container gets from the snapshot. A dump is loaded into the container's own data
  // directory, wherever that lies.
  std::vector<std::string> paths_in_new() const {
    if (brings_files_) return plan_.source.kind.recognition.data_paths;
    if (!is_dump()) return snapshot_.paths;
    std::vector<std::string> paths = plan_.source.kind.recognition.data_paths;
    paths.emplace_back(databases::kDumpDirectory);
    if (!runs_another()) paths.emplace_back(databases::kFirstStartScripts);
    return paths;
  }

  // Those that are in no mount that is written.
  std::vector<std::string> paths_beside(const MountChoice& mounts) const {
    std::vector<std::string> paths = paths_in_new();
    std::erase_if(paths, [&](const std::string& path) {
      return std::any_of(mounts.places.begin(), mounts.places.end(), [&](const DataPlace& place) {
        return is_within(path, place.destination);
      });
    });
    return paths;
  }

  // What the container has mounted there its entrypoint would run in place of the loader, or beside
  // it; and what is put there would lie in the user's own folder.
  void refuse_hidden_loader() const {
    for (const docker::Mount& mount : plan_.source.container.mounts) {
      const std::string& at = mount.destination;
      const bool hides = is_within(at, databases::kFirstStartScripts) ||
                         is_within(databases::kFirstStartScripts, at) ||
                         is_within(at, databases::kDumpDirectory) ||
                         is_within(databases::kDumpDirectory, at);
      if (!hides) continue;
      throw unlike(fmt::format(
          "it is a dump, which the image's entrypoint loads from {}, and {} has a {} at {}",
          databases::kFirstStartScripts, plan_.source.name(), mount.type, at));
    }
  }

  // Its own files may say what its version does not: which server reads them. Those are then
  // brought to the container's own server, whatever their own one was.
  void refuse_by_format(bool other_kind) {
    const capture::SourceContainer& source = plan_.source;
    const databases::Recognition& found = source.kind.recognition;
    const auto data = start_data_in(context_, snapshot_.image_id, source);
    if (data && !data->not_found.empty())
      throw unlike(fmt::format("{} would start empty: {}", source.name(), data->not_found));
    const bool another = other_kind || runs_another();
    const auto& paths = found.data_paths;
    const bool moves = std::any_of(paths.begin(), paths.end(), [](const std::string& path) {
      return capture::place_in_copy(path) != path;
    });
    if (!data || data->format.empty() || !another || moves) return;
    if (const auto why = cannot_read(context_, *data, source)) {
      throw unlike(fmt::format("its data are of the format {}, which {} ({} {}) does not read: {}",
                               data->format, source.name(), found.kind, found.version, *why),
                   other_kind && snapshot_.capture != "dump"
                       ? "; or take a dump of its source (--method dump), which may be of an older "
                         "format"
                       : "");
    }
    brings_files_ = true;
    format_ = data->format;
  }

  void refuse_other_place() const {
    for (const std::string& path : plan_.source.kind.recognition.data_paths) {
      const std::string place = capture::place_in_copy(path);
      const auto holds = [&](const std::string& captured) { return is_within(place, captured); };
      if (!std::any_of(snapshot_.paths.begin(), snapshot_.paths.end(), holds)) {
        throw unlike(fmt::format("its data is in {}, and {} keeps it in {}",
                                 join(snapshot_.paths, ", "), plan_.source.name(), path));
      }
    }
  }

  void refuse_unlike() {
    const databases::Recognition& found = plan_.source.kind.recognition;
    if (!snapshot_.architecture.empty() && snapshot_.architecture != engine_.architecture) {
      throw unlike(fmt::format("it holds programs for {}, and the engine runs on {}",
                               snapshot_.architecture, engine_.architecture));
    }
    // Throws where it is a newer dksnap's.
    const databases::Database& database = database_of(snapshot_);
    const bool other_kind = database.name() != found.kind;
    const bool may_fit = !snapshot_.legacy && database.may_read_files_of(found.kind);
    if (may_fit) refuse_by_format(other_kind);
    if (brings_files_) return refuse_other_place();
    if (other_kind) {
      if (found.kind == "files" && is_its_own()) return;
      throw unlike(fmt::format("it is of kind {}, and {} is of kind {} ({})", snapshot_.kind,
                               plan_.source.name(), found.kind, found.reason));
    }
    if (is_dump()) {  // which is loaded by whatever server there is
      refuse_hidden_loader();
      return;
    }
    const std::string theirs = major_of(snapshot_.server_version);
    const std::string ours = major_of(found.version);
    if (!theirs.empty() && !ours.empty() && theirs != ours) {
      throw unlike_files(fmt::format("it is of {} {}, and {} runs {} {}", snapshot_.kind,
                                     snapshot_.server_version, plan_.source.name(), found.kind,
                                     found.version));
    }
    // The arguments stay, so the server would look where nothing is, and begin anew.
    refuse_other_place();
    if (libcs_differ()) {
      throw unlike_files(
          fmt::format("it was taken on {}, and {} runs on another C library, which sorts text in "
                      "another order: "
                      "indexes would be wrong",
                      snapshot_.libc, plan_.source.name()));
    }
  }

  void describe_followers() {
    if (!plan_.source.container.running) return;
    databases::Shell shell(context_.engine, plan_.source.id());
    std::optional<std::vector<std::string>> followers;
    try {
      followers =
          plan_.source.kind.database->followers(shell, plan_.source.kind.recognition.server);
    } catch (const Error& error) {
      // An engine may refuse to start a program in it.
      if (!scratch::can_go_on_after(error)) throw;
    }
    if (!followers) {
      plan_.lines.push_back({"unknown",
                             "whether standbys, subscribers or an archive go by its data: it does "
                             "not let dksnap ask"});
    } else if (!followers->empty()) {
      plan_.lines.push_back(
          {"breaks",
           fmt::format("{}: older data does not fit what came after it, so make anew what "
                       "goes by it",
                       join(*followers, ", "))});
    }
  }

  void describe(const MountChoice& mounts) {
    const databases::Recognition& found = plan_.source.kind.recognition;
    plan_.headline = fmt::format("Replace the data of {} ({}{}, {})", plan_.source.name(),
                                 found.kind, found.version.empty() ? "" : " " + found.version,
                                 plan_.source.container.status);
    const auto add = [&](const char* about, std::string text) {
      plan_.lines.push_back({about, std::move(text)});
    };
    add("new data", describe_snapshot(snapshot_));
    const snapshot::Snapshot* lineage =
        snapshot::find_lineage(catalog_, {context_.state_dir, engine_.id}, plan_.source.container,
                               plan_.source.image)
            .snapshot;
    add("you lose", lineage == nullptr ? "all that is in it: no snapshot was taken of it"
                                       : "what changed since " + describe_snapshot(*lineage));
    add("you keep", describe_kept(plan_.source));
    if (brings_files_)
      add("format", fmt::format("{}, which {} {} reads: its own programs stay", format_, found.kind,
                                found.version));
    for (const DataPlace& place : mounts.places) {
      add("rewritten", fmt::format("{} {}: files that differ, and what is extra goes", place.type,
                                   place.source));
    }
    for (const std::string& path : mounts.read_only)
      add("untouched", fmt::format("{} (mounted read-only)", path));
    for (const std::string& what : mounts.kept) add("untouched", what);
    if (const auto sharers = sharers_of_network(context_, plan_.source); !sharers.empty())
      add("breaks", fmt::format("{}: shares its network, and has to be made again afterwards",
                                join(sharers, ", ")));
    describe_followers();
    if (!plan_.source.container.running && !plan_.source.container.restarting)
      add("changes", "it is stopped now, and will run");
    for (const docker::PortBinding& port : plan_.source.container.bindings) {
      if (has_random_port(port))
        add("changes",
            fmt::format("the host's port of {}, which the engine chooses", port.container_port));
    }
    for (const auto& [from, to] : capture::moved_data(plan_.source))
      add("changes",
          fmt::format("its data are no longer in memory ({}), but in the container's own "
                      "files ({}), and its variables and command say so",
                      from, to));
    for (const docker::Mount& mount : plan_.source.container.mounts) {
      const bool dropped = std::find(mounts.dropped.begin(), mounts.dropped.end(),
                                     mount.destination) != mounts.dropped.end();
      if (mount.type == "volume" && dropped)
        add("changes", fmt::format("{} is no volume any more, but in the container's own files",
                                   mount.destination));
      if (mount.type == "tmpfs" && dropped)
        add("changes", fmt::format("{} is no tmpfs any more, but in the container's own files",
                                   mount.destination));
    }
  }

  snapshot::Context& context_;
  const snapshot::Catalog& catalog_;
  const ReplaceRequest& request_;
  const snapshot::Snapshot& snapshot_;
  docker::EngineInfo engine_;
  SwapPlan plan_;
  bool brings_files_ = false;  // its data, for the container's own server
  std::string format_;         // of these
};

}  // namespace

SwapPlan plan_replace(snapshot::Context& context, const snapshot::Catalog& catalog,
                      const ReplaceRequest& request) {
  return ReplacePlanner(context, catalog, request).run();
}

SwapResult carry_out(snapshot::Context& context, SwapPlan& plan) {
  plan.swap.look_again = [&] { expect_same_footing(context, plan.footing); };
  return run_swap(context, plan.swap);
}

}  // namespace dksnap::swap
