#include "worker/copy/target.hpp"

#include <array>
#include <atomic>
#include <cerrno>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/paths.hpp"
#include "base/text.hpp"

namespace dksnap::worker {
namespace {

std::string temporary_name() {
  static std::atomic<std::uint32_t> counter{static_cast<std::uint32_t>(now_ns() / 1000)};
  return fmt::format(".dksnap-{:06x}", counter.fetch_add(1) & 0xffffff);
}

Error cannot_write(const std::string& path) {
  return system_error("cannot write the copy of " + printable(path));
}

}  // namespace

Beside::Beside(int directory, const std::string& path,
               const std::function<int(const char*)>& create)
    : directory_(directory), path_(path) {
  do {
    name_ = temporary_name();
    if (create(name_.c_str()) >= 0) return;
  } while (errno == EEXIST);
  throw cannot_write(path);
}

Beside::~Beside() {
  // Best effort: only after an error, and the next run removes what is extra.
  if (!name_.empty()) ::unlinkat(directory_, name_.c_str(), 0);
}

void Beside::rename_to(const std::string& name) {
  if (::renameat(directory_, name_.c_str(), directory_, name.c_str()) != 0) {
    throw cannot_write(path_);
  }
  name_.clear();
}

bool write_metadata(int directory, const std::string& name, const std::string& path,
                    const FileInfo& wanted, const FileInfo* have, const Xattrs* xattrs) {
  bool changed = false;
  bool set_mode = have == nullptr || have->permissions() != wanted.permissions();
  if (have == nullptr || have->uid != wanted.uid || have->gid != wanted.gid) {
    if (::fchownat(directory, name.c_str(), wanted.uid, wanted.gid, AT_SYMLINK_NOFOLLOW) != 0) {
      throw cannot_write(path);
    }
    changed = set_mode = true;
  }
  if (xattrs != nullptr && write_xattrs(directory, name, path, *xattrs)) {
    changed = set_mode = true;  // an ACL comes with mode bits
  }
  if (set_mode && !wanted.is_symlink()) {
    if (::fchmodat(directory, name.c_str(), wanted.permissions(), 0) != 0) throw cannot_write(path);
    changed = true;
  }
  if (have == nullptr || have->mtime_ns != wanted.mtime_ns) {
    const std::array times{to_timespec(wanted.atime_ns), to_timespec(wanted.mtime_ns)};
    if (::utimensat(directory, name.c_str(), times.data(), AT_SYMLINK_NOFOLLOW) != 0) {
      throw cannot_write(path);
    }
    changed = true;
  }
  return changed;
}

std::uint64_t remove_entry(int directory, const std::string& name, const std::string& path,
                           const std::function<bool(const std::string&)>& keep) {
  if (keep && keep(path)) return 0;
  if (::unlinkat(directory, name.c_str(), 0) == 0) return 1;
  if (errno == ENOENT) return 0;
  if (errno != EISDIR && errno != EPERM) throw system_error("cannot remove " + printable(path));
  const int why = errno;
  const Fd inside = open_directory_at(directory, name, path);
  if (!inside) throw system_error("cannot remove " + printable(path), why);
  std::uint64_t removed = 0;
  for (const std::string& child : list_names(inside.get(), path)) {
    removed += remove_entry(inside.get(), child, join_path(path, child), keep);
  }
  if (::unlinkat(directory, name.c_str(), AT_REMOVEDIR) == 0) return removed + 1;
  if (keep && (errno == ENOTEMPTY || errno == EEXIST)) return removed;
  throw system_error("cannot remove " + printable(path));
}

}  // namespace dksnap::worker
