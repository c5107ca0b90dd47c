#include <algorithm>
#include <array>
#include <cstdio>
#include <fcntl.h>
#include <linux/magic.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/text.hpp"
#include "worker/commands/commands.hpp"
#include "worker/tree/hash_file.hpp"
#include "worker/tree/output_file.hpp"
#include "worker/tree/walk.hpp"

namespace dksnap::worker {
namespace {

constexpr const char* kFileRows = "/.dksnap/files";
constexpr std::array kSystems{"proc", "sys", "dev"};

std::string escaped(std::string_view cell) {
  std::string text;
  for (const char c : cell) {
    if (c == '\\')
      text += "\\\\";
    else if (c == '\n')
      text += "\\n";
    else if (c == '\t')
      text += "\\t";
    else
      text += c;
  }
  return text;
}

std::string_view word_of(FileType type) {
  switch (type) {
    case FileType::file:
      return "file";
    case FileType::directory:
      return "directory";
    case FileType::symlink:
      return "link";
    case FileType::fifo:
      return "pipe";
    case FileType::char_device:
    case FileType::block_device:
      break;
  }
  return "device";
}

std::vector<StartPoint> start_points(const Place& place) {
  std::vector<StartPoint> points;
  for (const std::string& name : list_names(place.fd(), "/")) {
    if (std::find(kSystems.begin(), kSystems.end(), name) == kSystems.end())
      points.push_back({"/" + name, true});
  }
  return points;
}

std::string content_of(const WalkEntry& found) {
  if (found.info.is_symlink()) return read_link_at(found.directory, found.name, found.path);
  if (found.info.is_file()) {
    NullSink nowhere;
    return "sha256:" + read_and_hash(found.directory, found.name, found.path, found.info, nowhere);
  }
  const bool is_device = S_ISCHR(found.info.mode) || S_ISBLK(found.info.mode);
  return is_device ? fmt::format("{}:{}", found.info.device_major, found.info.device_minor) : "";
}

// Not of the image or its volumes: names of hosts, which are files, and what hides volumes that
// nothing is needed of.
bool is_the_engines(const WalkEntry& found) {
  if (!found.info.mount_root) return false;
  if (!found.info.is_directory()) return true;
  const Fd directory = open_directory_at(found.directory, found.name, found.path);
  struct statfs stat {};
  return !directory || ::fstatfs(directory.get(), &stat) != 0 || stat.f_type == TMPFS_MAGIC;
}

void write_rows(const Place& place, const std::string& path) {
  OutputFile file(path + ".part");
  Walk walk(place, start_points(place));
  for (WalkEntry found; walk.next(found);) {
    if (is_own_path(found.path) || is_the_engines(found)) {
      walk.leave_out();
      continue;
    }
    const std::string size = found.info.is_file() ? std::to_string(found.info.size) : "";
    file.write(fmt::format("={}\t={}\t={}\t={:04o}\t={}:{}\t={}\n", escaped(found.path),
                           word_of(found.info.type().value_or(FileType::fifo)), size,
                           found.info.permissions(), found.info.uid, found.info.gid,
                           escaped(content_of(found))));
  }
  file.finish();
  if (::rename((path + ".part").c_str(), path.c_str()) != 0)
    throw system_error("cannot write the list of files");
}

}  // namespace

void print_files(const Place& place, Sink& to) {
  const std::string path = place.at(kFileRows);
  struct stat stat {};
  if (::stat(path.c_str(), &stat) != 0) write_rows(place, path);
  FdSource rows(open_file(path, O_RDONLY), "the list of files");
  copy(rows, to);
}

}  // namespace dksnap::worker
