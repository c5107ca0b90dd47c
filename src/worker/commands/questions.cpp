#include <algorithm>
#include <dirent.h>
#include <fcntl.h>
#include <memory>
#include <sys/stat.h>
#include <unistd.h>

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/paths.hpp"
#include "base/stream.hpp"
#include "base/text.hpp"
#include "worker/commands/commands.hpp"
#include "worker/tree/walk.hpp"

namespace dksnap::worker {

std::string owner_of(const Place& place, const std::string& path) {
  struct stat stat {};
  if (::lstat(place.at(path).c_str(), &stat) != 0)
    throw system_error("cannot look at " + printable(path));
  return fmt::format("{}:{}", stat.st_uid, stat.st_gid);
}

std::string text_of(const Place& place, const std::string& path) {
  constexpr std::size_t kLongest = 512UL * 1024;
  FdSource input(open_file(place.at(path), O_RDONLY | O_NOFOLLOW), printable(path));
  return read_all(input, kLongest);
}

std::vector<std::string> paths_in(const Place& place, const std::string& path) {
  const std::unique_ptr<DIR, int (*)(DIR*)> directory(::opendir(place.at(path).c_str()),
                                                      &::closedir);
  if (!directory) throw system_error("cannot list " + printable(path));
  std::vector<std::string> paths;
  while (const dirent* entry = ::readdir(directory.get())) {
    const std::string name = entry->d_name;
    if (name != "." && name != "..") paths.push_back(path + "/" + name);
  }
  std::sort(paths.begin(), paths.end());
  return paths;
}

std::vector<std::string> paths_ending(const Place& place, const std::string& directory,
                                      const std::string& end) {
  std::vector<std::string> found;
  Walk walk(place, {{resolve_below(place.fd(), directory), true}});
  for (WalkEntry entry; walk.next(entry);) {
    if (entry.name.size() > end.size() && entry.name.ends_with(end)) found.push_back(entry.path);
  }
  return found;
}

std::vector<std::string> paths_beside_full(const Place& place, const std::string& directory,
                                           const std::string& end) {
  std::vector<std::string> found;
  Walk walk(place, {{resolve_below(place.fd(), directory), true}});
  WalkEntry entry;
  while (walk.next(entry)) {
    if (entry.name.size() <= end.size() || !entry.name.ends_with(end)) continue;
    const std::string other = entry.name.substr(0, entry.name.size() - end.size());
    struct stat stat {};
    if (::fstatat(entry.directory, other.c_str(), &stat, AT_SYMLINK_NOFOLLOW) == 0 &&
        S_ISREG(stat.st_mode) && stat.st_size > 0)
      found.push_back(entry.path);
  }
  return found;
}

SyncResult write_file(const Place& place, const std::string& path, Source& content) {
  const std::string target = place.at(path);
  const std::string part = target + ".dksnap-part";
  const Fd directory = open_file(place.at(parent_path(path)), O_RDONLY | O_DIRECTORY);
  struct stat stat {};
  if (::fstat(directory.get(), &stat) != 0)
    throw system_error("cannot look at the place of " + printable(path));
  SyncResult result;
  FdSink file(open_file(part, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW, 0600), part);
  result.copied_bytes = copy(content, file);
  file.close();
  if (::lchown(part.c_str(), stat.st_uid, stat.st_gid) != 0 ||
      ::rename(part.c_str(), target.c_str()) != 0)
    throw system_error("cannot write " + printable(path));
  return result;
}

void flush_disk_of(const Place& place, const std::string& path) {
  const Fd directory = open_file(place.at(path), O_RDONLY | O_DIRECTORY);
  if (::syncfs(directory.get()) != 0) throw system_error("cannot flush " + printable(path));
}

}  // namespace dksnap::worker
