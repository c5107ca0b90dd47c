#include <fcntl.h>
#include <unistd.h>
#include <unordered_set>

#include "base/error.hpp"
#include "base/paths.hpp"
#include "image/compression.hpp"
#include "worker/commands/commands.hpp"
#include "worker/copy/room.hpp"
#include "worker/copy/source.hpp"
#include "worker/layer/layer_entries.hpp"
#include "worker/layer/layer_file.hpp"
#include "worker/layer/plan.hpp"
#include "worker/protocol/line_reader.hpp"
#include "worker/tree/hash_file.hpp"
#include "worker/tree/output_file.hpp"

namespace dksnap::worker {
namespace {

// Inside a scratch only.
constexpr const char* kPlanPath = "/.dksnap/plan";

// The manifest, written compressed.
class ManifestFile {
 public:
  explicit ManifestFile(const std::string& path) : file_(path) {}
  void add(const ManifestEntry& entry) { manifest_.add(entry); }
  void finish() {
    manifest_.finish();
    zstd_.finish();
    file_.finish();
  }

 private:
  OutputFile file_;
  image::ZstdSink zstd_{file_};
  ManifestWriter manifest_{zstd_};
};

// Counts what passes, for people who wait.
class MeteredSink final : public Sink {
 public:
  MeteredSink(Sink& to, ProgressMeter& meter) : to_(to), meter_(meter) {}
  void write(std::span<const std::byte> bytes) override {
    to_.write(bytes);
    meter_.add(bytes.size(), 0);
  }

 private:
  Sink& to_;
  ProgressMeter& meter_;
};

std::unordered_set<std::string> read_mapped(const Place& place) {
  FdSource file(open_file(place.at(kMappedPath), O_RDONLY), kMappedPath);
  LineReader lines(file, "the list of mapped files");
  std::unordered_set<std::string> paths;
  for (std::string line; lines.next(line);) paths.insert(unescape_path(line));
  return paths;
}

class Packer {
 public:
  Packer(const Place& place, const Job& job, Talk& talk, LinkGroups groups)
      : place_(place),
        compressed_(job.compression != "none"),
        meter_(talk),
        groups_(std::move(groups)),
        mapped_(read_mapped(place)),
        layer_(place.at(kLayerPath), job.compression),
        entries_(place, layer_),
        manifest_(place.at(kNewManifestPath)) {}

  PackResult run() {
    expect_room_for_layer();
    PlanReader plan(place_.at(kPlanPath));
    PlanLine line;
    while (plan.next(line)) {
      if (line.action == PlanAction::remove) {
        entries_.add_removal(line.entry.path);
        ++result_.deleted;
      } else {
        add(line.entry, line.action == PlanAction::pack);
      }
    }
    manifest_.finish();
    add_manifest();
    layer_.finish(result_);
    result_.free_bytes = free_bytes(place_);
    return result_;
  }

 private:
  // How much a compressed one will take nobody knows before: only a raw one is held against what is
  // free. It is written whole, and holes with it.
  void expect_room_for_layer() const {
    if (compressed_) return;
    std::uint64_t needed = 0;
    PlanReader plan(place_.at(kPlanPath));
    for (PlanLine line; plan.next(line);) {
      if (line.action == PlanAction::pack && line.entry.type == FileType::file &&
          line.entry.hard_link.empty()) {
        needed += line.entry.size;
      }
    }
    expect_room(place_, needed, "there is no room for the layer");
  }

  void add(ManifestEntry& entry, bool changed) {
    const auto group = groups_.find(entry.hard_link.empty() ? entry.path : entry.hard_link);
    LinkGroup* links = group == groups_.end() ? nullptr : &group->second;
    const bool packed = changed || (links != nullptr && links->packed);
    if (entry.type != FileType::file) {
      if (packed) entries_.add(entry);
    } else if (!entry.hard_link.empty()) {
      if (packed) entries_.add(entry);
      entry.sha256 = links->sha256;
    } else {
      if (packed) {
        entries_.add_file(entry);
        entry.sha256 = read(entry, entries_.contents());
      } else if (entry.sha256.empty()) {
        entry.sha256 = read(entry, nowhere_);
      }
      if (links != nullptr) links->sha256 = entry.sha256;
    }
    entry.mapped = mapped_.count(entry.path) != 0;
    manifest_.add(entry);
    count(entry, packed);
  }

  void count(const ManifestEntry& entry, bool packed) {
    if (entry.type == FileType::directory) return;
    ++result_.files;
    if (packed) ++result_.changed;
    if (entry.hard_link.empty()) result_.total_bytes += entry.size;
    meter_.add(0, 1);
  }

  std::string read(const ManifestEntry& entry, Sink& to) {
    const std::string parent = parent_path(entry.path);
    if (parent != parent_path_ || !parent_) {
      parent_ = open_directory_below(place_.fd(), parent);
      parent_path_ = parent;
    }
    if (!parent_) {
      throw Error(ErrorCode::failed, "cannot pack the copy", "a directory of it vanished");
    }
    FileInfo expected;
    expected.size = entry.size;
    expected.mtime_ns = entry.mtime_ns;
    MeteredSink metered(to, meter_);
    return read_and_hash(parent_.get(), base_name(entry.path), entry.path, expected, metered);
  }

  void add_manifest() {
    Fd file = open_file(place_.at(kNewManifestPath), O_RDONLY);
    const std::uint64_t size = stat_fd(file.get(), kNewManifestPath).size;
    FdSource manifest(std::move(file), kNewManifestPath);
    entries_.finish(size, manifest);
  }

  const Place& place_;
  bool compressed_;
  ProgressMeter meter_;
  LinkGroups groups_;
  std::unordered_set<std::string> mapped_;
  LayerFile layer_;
  LayerEntries entries_;
  ManifestFile manifest_;
  NullSink nowhere_;
  PackResult result_;
  std::string parent_path_;
  Fd parent_;
};

}  // namespace

PackResult run_pack(const Place& place, const Job& job, Talk& talk) {
  const Layout layout(place, job);
  OutputFile plan(place.at(kPlanPath));
  LinkGroups groups = make_plan(place, layout, job, plan);
  plan.finish();
  return Packer(place, job, talk, std::move(groups)).run();
}

void run_drop(const Place& place) {
  PlanReader plan(place.at(kPlanPath));
  std::string parent_path_;
  Fd parent;
  for (PlanLine line; plan.next(line);) {
    if (line.action != PlanAction::pack || line.entry.type != FileType::file) continue;
    const std::string in = parent_path(line.entry.path);
    if (in != parent_path_ || !parent) {
      parent = open_directory_below(place.fd(), in);
      parent_path_ = in;
    }
    // What cannot be removed goes with the scratch.
    if (parent) static_cast<void>(::unlinkat(parent.get(), base_name(line.entry.path).c_str(), 0));
  }
}

}  // namespace dksnap::worker
