// Regular files: whether they are copied, the copying itself, and hard links.
#include <fcntl.h>
#include <unistd.h>

#include "base/error.hpp"
#include "base/paths.hpp"
#include "base/text.hpp"
#include "base/time.hpp"
#include "worker/copy/copy_contents.hpp"
#include "worker/copy/mirror.hpp"
#include "worker/copy/target.hpp"
#include "worker/manifest/manifest.hpp"

namespace dksnap::worker {
namespace {

// A smaller file is copied as fast as it is compared.
constexpr std::uint64_t kWorthUpdating = 1024 * 1024;

bool same_state(const FileInfo& a, const FileInfo& b) {
  return a.size == b.size && a.mtime_ns == b.mtime_ns && a.ctime_ns == b.ctime_ns;
}

}  // namespace

void Mirror::mirror_file(Entry& entry, const std::optional<FileInfo>& target) {
  const FileInfo& info = entry.info;
  flag(entry);
  if (info.links > 1 && is_linked_before(entry)) return;
  bool copy = !target || target->size != info.size || is_wrongly_linked(entry, *target);
  const bool same_time = target && target->mtime_ns == info.mtime_ns;
  // With other times equal contents count only where they are asked for: comparing is not cheaper.
  copy = copy || (!same_time && !context_.job.checksum);
  const bool compare = !copy && must_compare(entry);
  if (!copy && !compare) {
    if (kind_ == PassKind::first) context_.trusted.add(entry.path, info, now_ns());
    write_same_metadata(entry, info, *target);
    return;
  }
  entry.in->touched = true;
  context_.pool.add([this, entry, compare] { copy_file(entry, compare); });
}

bool Mirror::must_compare(const Entry& entry) const {
  if (context_.job.checksum || kind_ == PassKind::frozen_all) return true;
  const Layout& layout = context_.layout;
  if (layout.is_distrusted(entry.path)) return true;
  if (context_.job.restore) {
    // The manifest speaks of the source. And a volume may have had another history: a time in whole
    // seconds is one that a tool has cut, and two different files can have been cut alike.
    const Tree& tree = *entry.in->tree;
    if (layout.is_distrusted(tree.spec.source + entry.path.substr(tree.target.size()))) return true;
    if (entry.info.mtime_ns % kNanosecondsPerSecond == 0) return true;
  }
  if (context_.mappings.contains(entry.path, entry.info.inode)) return true;
  return kind_ != PassKind::first && context_.trusted.may_differ(entry.path, entry.info);
}

// Notes a file that can have been written after this copy without its times showing it.
void Mirror::flag(const Entry& entry) {
  const bool distrusted = kind_ == PassKind::frozen_all ||
                          context_.mappings.contains(entry.path, entry.info.inode) ||
                          entry.info.last_change_ns() >= start_ns_ - kRacyNs;
  if (distrusted) flagged_.write(escape_path(entry.path) + "\n");
}

void Mirror::copy_file(const Entry& entry, bool compare) {
  const Directory& in = *entry.in;
  const std::int64_t read_ns = now_ns();
  const Fd from = open_to_read(in.source.get(), entry.source_name, entry.path);
  if (!from) {
    incomplete_ = true;
    return;
  }
  const FileInfo before = stat_fd(from.get(), entry.path);
  if (!before.is_file()) {
    incomplete_ = true;
    return;
  }
  const auto trust = [&] {
    const FileInfo after = stat_fd(from.get(), entry.path);
    if (kind_ == PassKind::first && same_state(before, after)) {
      context_.trusted.add(entry.path, before, read_ns);
    }
  };
  if (compare && keep_if_same(entry, from.get(), before)) {
    trust();
    return;
  }
  const bool in_place = kind_ != PassKind::first && !context_.job.restore;
  if (in_place && update_in_place(entry, from.get(), before)) return;
  Fd to;
  Beside made(in.target.get(), entry.path, [&](const char* name) {
    to = Fd(::openat(in.target.get(), name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
    return to.get();
  });
  copy_contents(from.get(), to.get(), before, entry.path, [&](std::uint64_t bytes) {
    copied_bytes_ += bytes;
    context_.meter.add(bytes, 0);
  });
  trust();
  flush_saved(to.get(), entry);
  // Network file systems tell here that something was not written.
  if (::close(to.release()) != 0) {
    throw system_error("cannot write the copy of " + printable(entry.path));
  }
  const Xattrs xattrs = read_xattrs(in.source.get(), entry.source_name, entry.path);
  write_metadata(in.target.get(), made.name(), entry.path, before, nullptr, &xattrs);
  made.rename_to(entry.target_name);
  ++copied_files_;
  context_.meter.add(0, 1);
}

// While the source stands still every moment counts: of a large file that the first copy wrote only
// the blocks that differ are written. Not so for one that is still the image's: opening that for
// writing would make overlayfs copy it up whole.
bool Mirror::update_in_place(const Entry& entry, int from, const FileInfo& info) {
  if (info.size < kWorthUpdating) return false;
  const Directory& in = *entry.in;
  const auto present = stat_at(in.target.get(), entry.target_name, entry.path);
  if (!present || !present->is_file() || present->links != 1) return false;
  if (!context_.trusted.is_recent(*present)) return false;
  const Fd to(
      ::openat(in.target.get(), entry.target_name.c_str(), O_RDWR | O_NOFOLLOW | O_CLOEXEC));
  if (!to) return false;
  const std::uint64_t written = update_contents(from, to.get(), info, entry.path);
  copied_bytes_ += written;
  context_.meter.add(written, 1);
  flush_saved(to.get(), entry);
  const Xattrs xattrs = read_xattrs(in.source.get(), entry.source_name, entry.path);
  write_metadata(in.target.get(), entry.target_name, entry.path, info, nullptr, &xattrs);
  ++copied_files_;
  return true;
}

// The only copy of what is rewritten next has to outlive a power cut. What the first copy wrote is
// on the disk before.
void Mirror::flush_saved(int to, const Entry& entry) const {
  if (!context_.job.save || kind_ == PassKind::first) return;
  if (::fdatasync(to) != 0) throw system_error("cannot write the copy of " + printable(entry.path));
}

bool Mirror::keep_if_same(const Entry& entry, int from, const FileInfo& info) {
  const Directory& in = *entry.in;
  const Fd target = open_to_read(in.target.get(), entry.target_name, entry.path);
  if (!target) return false;
  if (!same_contents(from, target.get(), info.size, entry.path)) return false;
  write_same_metadata(entry, info, stat_fd(target.get(), entry.path));
  return true;
}

// Another name of the same file was seen: this one becomes a link to it once that one is there.
bool Mirror::is_linked_before(const Entry& entry) {
  // Inode numbers of another device count as others: a tree is read from one file system, or from
  // mounts which hold no links to each other.
  const std::uint64_t key = entry.info.inode ^ (entry.info.device * 0x9e3779b97f4a7c15);
  const auto [found, is_first] = first_paths_.emplace(key, entry.path);
  if (is_first) return false;
  links_.push_back({entry.path, found->second});
  entry.in->touched = true;
  return true;
}

// The target's file has other names which the source's has not: writing its metadata would change
// those too.
bool Mirror::is_wrongly_linked(const Entry& entry, const FileInfo& target) {
  if (target.links <= 1) return false;
  if (entry.info.links <= 1) return true;
  const auto [found, is_first] = claimed_.emplace(target.inode, entry.info.inode);
  return !is_first && found->second != entry.info.inode;
}

void Mirror::make_links() {
  for (const Link& link : links_) make_link(link);
}

void Mirror::make_link(const Link& link) {
  const int root = context_.place.fd();
  const Spot first = find_below(root, link.first);
  const Spot spot = find_below(root, link.path);
  const auto wanted =
      first.directory ? stat_at(first.directory.get(), first.name, link.first) : std::nullopt;
  if (!wanted || !spot.directory) {
    incomplete_ = true;  // its first name vanished before it could be copied
    return;
  }
  const auto present = stat_at(spot.directory.get(), spot.name, link.path);
  if (present && present->device == wanted->device && present->inode == wanted->inode) return;
  Beside made(spot.directory.get(), link.path, [&](const char* name) {
    return ::linkat(first.directory.get(), first.name.c_str(), spot.directory.get(), name, 0);
  });
  made.rename_to(spot.name);
}

}  // namespace dksnap::worker
