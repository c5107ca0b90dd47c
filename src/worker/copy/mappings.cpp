#include "worker/copy/mappings.hpp"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <fcntl.h>
#include <sys/stat.h>

#include "base/error.hpp"
#include "worker/tree/file_info.hpp"

namespace dksnap::worker {
namespace {

// The first field of a line, which it loses.
std::string_view take_field(std::string_view& line) {
  line.remove_prefix(std::min(line.find_first_not_of(' '), line.size()));
  const std::size_t end = std::min(line.find(' '), line.size());
  const std::string_view field = line.substr(0, end);
  line.remove_prefix(end);
  return field;
}

// proc(5): a newline in a path is written \012, everything else as it is.
std::string unescape(std::string_view text) {
  constexpr std::string_view kNewline = "\\012";
  std::string path;
  for (std::size_t at = 0; at < text.size();) {
    const bool newline = text.substr(at).starts_with(kNewline);
    path += newline ? '\n' : text[at];
    at += newline ? kNewline.size() : 1;
  }
  return path;
}

bool is_number(const std::string& name) {
  return name.find_first_not_of("0123456789") == std::string::npos;
}

bool is_over(int error) {
  return error == ENOENT || error == ESRCH;
}

bool runs_our_program(const std::string& directory) {
  struct stat ours {};
  struct stat theirs {};
  return ::stat("/proc/self/exe", &ours) == 0 &&
         ::stat((directory + "/exe").c_str(), &theirs) == 0 && ours.st_dev == theirs.st_dev &&
         ours.st_ino == theirs.st_ino;
}

}  // namespace

void Mappings::add_line(std::string_view line) {
  constexpr std::string_view kDeleted = " (deleted)";
  take_field(line);  // addresses
  const std::string_view permissions = take_field(line);
  if (permissions.find('w') == std::string_view::npos ||
      permissions.find('s') == std::string_view::npos) {
    return;
  }
  take_field(line);  // offset
  take_field(line);  // device
  const std::string_view number = take_field(line);
  std::uint64_t inode = 0;
  std::from_chars(number.data(), number.data() + number.size(), inode);
  if (inode == 0) return;
  inodes_.insert(inode);
  line.remove_prefix(std::min(line.find_first_not_of(' '), line.size()));
  if (line.ends_with(kDeleted)) line.remove_suffix(kDeleted.size());
  if (!line.empty()) paths_.insert(unescape(line));
}

bool Mappings::read_process(const std::string& directory) {
  Fd fd(::open((directory + "/maps").c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd) return is_over(errno);
  FdSource maps(std::move(fd), "maps");
  LineSink lines([this](std::string_view line) { add_line(line); });
  try {
    copy(maps, lines);
  } catch (const Error&) {
    // The process ended while it was read, or may not be read after all: the same answer as where
    // open() says so.
    return is_over(errno);
  }
  lines.finish();
  return true;
}

bool Mappings::read(const Place& place) {
  const std::string proc = place.at("/proc");
  const Fd directory(::open(proc.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!directory) return false;
  bool all = true;
  for (const std::string& name : list_names(directory.get(), proc)) {
    if (!is_number(name)) continue;
    const std::string process = proc + "/" + name;
    // A kernel thread has no mappings, and so an empty list.
    if (!runs_our_program(process)) all = read_process(process) && all;
  }
  return all;
}

}  // namespace dksnap::worker
