#include <algorithm>
#include <dirent.h>
#include <fcntl.h>
#include <memory>
#include <sys/stat.h>
#include <unistd.h>

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/text.hpp"
#include "worker/commands/commands.hpp"

namespace dksnap::worker {

std::string owner_of(const Place& place, const std::string& path) {
  struct stat stat {};
  if (::lstat(place.at(path).c_str(), &stat) != 0)
    throw system_error("cannot look at " + printable(path));
  return fmt::format("{}:{}", stat.st_uid, stat.st_gid);
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

void flush_disk_of(const Place& place, const std::string& path) {
  const Fd directory = open_file(place.at(path), O_RDONLY | O_DIRECTORY);
  if (::syncfs(directory.get()) != 0) throw system_error("cannot flush " + printable(path));
}

}  // namespace dksnap::worker
