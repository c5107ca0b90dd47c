#include "worker/layer/plan.hpp"

#include <fcntl.h>

#include "base/error.hpp"
#include "base/fd.hpp"
#include "base/paths.hpp"
#include "base/text.hpp"
#include "worker/manifest/manifest_file.hpp"
#include "worker/manifest/manifest_line.hpp"
#include "worker/protocol/line_reader.hpp"
#include "worker/tree/hash_file.hpp"
#include "worker/tree/walk.hpp"
#include "worker/tree/xattrs.hpp"

namespace dksnap::worker {
namespace {

bool same_metadata(const ManifestEntry& a, const ManifestEntry& b) {
  return a.type == b.type && a.size == b.size && a.mode == b.mode && a.uid == b.uid &&
         a.gid == b.gid && a.mtime_ns == b.mtime_ns && a.link_target == b.link_target &&
         a.device_major == b.device_major && a.device_minor == b.device_minor;
}

class Planner {
 public:
  Planner(const Place& place, const Layout& layout, const Job& job, Sink& to)
      : place_(place),
        to_(to),
        walk_(place, layout.start_points()),
        baseline_(place.at(kBaselinePath), ManifestForm::plain) {
    if (job.has_parent) {
      parent_ = std::make_unique<ManifestCursor>(place.at(kManifestPath), ManifestForm::zstd);
    }
  }

  LinkGroups run() {
    WalkEntry found;
    while (walk_.next(found)) {
      refuse_whiteout_name(found);
      remove_before(found.path);
      const ManifestEntry* old = baseline_.find(found.path);
      const ManifestEntry* parents = parent_ ? parent_->find(found.path) : nullptr;
      plan(found, old, parents);
      if (old != nullptr) {
        baseline_.skip();
        // What the image has below a directory that is none any more is hidden with it.
        if (!found.info.is_directory()) skip_below(found.path);
      }
    }
    remove_rest();
    return std::move(groups_);
  }

 private:
  static void refuse_whiteout_name(const WalkEntry& found) {
    if (!found.name.starts_with(".wh.")) return;
    throw Error(ErrorCode::failed, "cannot pack " + printable(found.path),
                "in an image layer a name that starts with .wh. means a removal",
                "rename the file");
  }

  void write(PlanAction action, const ManifestEntry& entry) {
    to_.write(static_cast<char>(action) + format_entry(entry) + "\n");
  }

  void plan(const WalkEntry& found, const ManifestEntry* old, const ManifestEntry* parents) {
    ManifestEntry entry = to_entry(found.info, found.path);
    if (found.info.is_symlink()) {
      entry.link_target = read_link_at(found.directory, found.name, found.path);
    }
    join_group(found.info, entry);
    const bool same_contents_as_parent =
        parents != nullptr && parents->size == entry.size && parents->mtime_ns == entry.mtime_ns;
    const bool untouched = old != nullptr && is_untouched(found, entry, *old);
    if (untouched && same_contents_as_parent) {
      entry.xattrs = parents->xattrs;
      entry.sha256 = parents->sha256;
    } else {
      entry.xattrs = read_xattrs(found.directory, found.name, found.path);
    }
    const bool kept = untouched || equals_parent(found, entry, old, parents);
    if (!kept && is_in_group(entry)) groups_[group_name(entry)].packed = true;
    write(kept ? PlanAction::keep : PlanAction::pack, entry);
  }

  // Nothing was done to it since the baseline.
  bool is_untouched(const WalkEntry& found, const ManifestEntry& entry, const ManifestEntry& old) {
    if (!same_metadata(entry, old)) return false;
    if (found.info.is_symlink()) return true;
    // Work inside a directory changes its ctime, and overlays give it other inode numbers.
    if (found.info.is_directory()) {
      return old.xattrs == read_xattrs(found.directory, found.name, found.path);
    }
    return found.info.inode == old.inode && found.info.ctime_ns == old.ctime_ns;
  }

  // It was written again, but is what the parent has. What the image has must be what the manifest
  // speaks of: somebody may have built another image on the snapshot.
  bool equals_parent(const WalkEntry& found, ManifestEntry& entry, const ManifestEntry* old,
                     const ManifestEntry* parents) {
    if (old == nullptr || parents == nullptr || !same_metadata(entry, *parents) ||
        !same_metadata(*old, *parents) || entry.xattrs != parents->xattrs ||
        entry.hard_link != parents->hard_link) {
      return false;
    }
    if (!found.info.is_file()) return true;
    if (parents->sha256.empty()) return false;
    NullSink nowhere;
    entry.sha256 = read_and_hash(found.directory, found.name, found.path, found.info, nowhere);
    return entry.sha256 == parents->sha256;
  }

  void join_group(const FileInfo& info, ManifestEntry& entry) {
    if (!info.is_file() || info.links <= 1) return;
    const auto key = std::make_pair(info.device, info.inode);
    const auto [found, is_first] = first_names_.emplace(key, entry.path);
    if (is_first)
      groups_.emplace(entry.path, LinkGroup());
    else
      entry.hard_link = found->second;
  }
  static const std::string& group_name(const ManifestEntry& entry) {
    return entry.hard_link.empty() ? entry.path : entry.hard_link;
  }
  bool is_in_group(const ManifestEntry& entry) const {
    return groups_.count(group_name(entry)) != 0;
  }

  // Baseline entries that come before `path` and were not found are gone.
  void remove_before(const std::string& path) {
    while (const ManifestEntry* old = baseline_.peek()) {
      if (compare_paths(old->path, path) >= 0) return;
      remove_next();
    }
  }
  void remove_rest() {
    while (baseline_.peek() != nullptr) remove_next();
  }

  void remove_next() {
    const std::string path = baseline_.peek()->path;
    baseline_.skip();
    skip_below(path);
    const std::string top = topmost_missing(path);
    if (top.empty() || (!last_removed_.empty() && is_within(top, last_removed_))) return;
    last_removed_ = top;
    ManifestEntry entry;
    entry.path = top;
    write(PlanAction::remove, entry);
  }

  // The directory that is gone with it, if one is; empty if something else took its place, which
  // hides what was below.
  std::string topmost_missing(const std::string& path) const {
    std::string top = path;
    for (std::string at = parent_path(path); at != "/"; at = parent_path(at)) {
      const Fd in = open_directory_below(place_.fd(), parent_path(at));
      const auto info = in ? stat_at(in.get(), base_name(at), at) : std::nullopt;
      if (!info || info->is_socket()) {
        top = at;
      } else {
        return info->is_directory() ? top : std::string();
      }
    }
    return top;
  }

  void skip_below(const std::string& path) {
    while (const ManifestEntry* old = baseline_.peek()) {
      if (!is_within(old->path, path)) return;
      baseline_.skip();
    }
  }

  struct PairHash {
    std::size_t operator()(const std::pair<std::uint64_t, std::uint64_t>& pair) const {
      return std::hash<std::uint64_t>()(pair.first * 31 + pair.second);
    }
  };

  const Place& place_;
  Sink& to_;
  Walk walk_;
  ManifestCursor baseline_;
  std::unique_ptr<ManifestCursor> parent_;
  std::unordered_map<std::pair<std::uint64_t, std::uint64_t>, std::string, PairHash> first_names_;
  LinkGroups groups_;
  std::string last_removed_;
};

}  // namespace

LinkGroups make_plan(const Place& place, const Layout& layout, const Job& job, Sink& to) {
  return Planner(place, layout, job, to).run();
}

struct PlanReader::State {
  explicit State(const std::string& path)
      : file(open_file(path, O_RDONLY), path), lines(file, "the plan of the pack") {}
  FdSource file;
  LineReader lines;
  std::string text;
};

PlanReader::PlanReader(const std::string& path) : state_(std::make_unique<State>(path)) {}
PlanReader::~PlanReader() = default;

bool PlanReader::next(PlanLine& line) {
  if (!state_->lines.next(state_->text)) return false;
  const std::string_view text = state_->text;
  line.action = static_cast<PlanAction>(text.front());
  line.entry = parse_entry(text.substr(1));
  return true;
}

}  // namespace dksnap::worker
