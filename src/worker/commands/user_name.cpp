// A name for a user of the scratch's, for programs that insist on one.
#include <array>
#include <fcntl.h>
#include <filesystem>
#include <sys/stat.h>

#include "base/error.hpp"
#include "base/fd.hpp"
#include "base/stream.hpp"
#include "base/text.hpp"
#include "worker/commands/commands.hpp"

namespace dksnap::worker {
namespace {

constexpr const char* kUsers = "/etc/passwd";
constexpr const char* kKept = "/.dksnap/passwd";
constexpr std::size_t kLargest = 16 * 1024 * 1024;

// NAME:PASSWORD:UID:… (passwd(5)).
bool has_name(const std::string& users, const std::string& uid) {
  for (const std::string& line : split(users, '\n')) {
    const std::vector<std::string> fields = split(line, ':');
    if (fields.size() > 2 && fields[2] == uid) return true;
  }
  return false;
}

// What the source's directory is like is part of what is captured, its times included.
class SameTimes {
 public:
  explicit SameTimes(std::string directory) : directory_(std::move(directory)) {
    is_there_ = ::stat(directory_.c_str(), &stat_) == 0;
  }
  ~SameTimes() {
    const std::array<timespec, 2> times{stat_.st_atim, stat_.st_mtim};
    // Best effort: a directory that is new has none to keep.
    if (is_there_) static_cast<void>(::utimensat(AT_FDCWD, directory_.c_str(), times.data(), 0));
  }
  SameTimes(const SameTimes&) = delete;
  SameTimes& operator=(const SameTimes&) = delete;

 private:
  std::string directory_;
  struct stat stat_ {};
  bool is_there_ = false;
};

}  // namespace

void name_user(const Place& place, const std::string& ids) {
  const std::string file = place.at(kUsers);
  std::string users;
  struct stat stat {};
  const bool is_there = ::stat(file.c_str(), &stat) == 0;
  if (is_there) {
    FdSource source(open_file(file, O_RDONLY), file);
    users = read_all(source, kLargest);
  }
  const std::string uid = ids.substr(0, ids.find(':'));
  if (has_name(users, uid)) return;
  const SameTimes times(place.at("/etc"));
  if (is_there) std::filesystem::rename(file, place.at(kKept));
  if (!users.empty() && users.back() != '\n') users += '\n';
  std::filesystem::create_directories(place.at("/etc"));
  FdSink sink(open_file(file, O_WRONLY | O_CREAT | O_TRUNC, 0644), file);
  sink.write(users + "dksnap-owner:x:" + ids + "::/:/bin/false\n");
  sink.close();
  if (!is_there)
    FdSink(open_file(place.at(kKept), O_WRONLY | O_CREAT | O_TRUNC, 0600), kKept).close();
}

void unname_user(const Place& place) {
  struct stat kept {};
  if (::lstat(place.at(kKept).c_str(), &kept) != 0) return;
  const SameTimes times(place.at("/etc"));
  if (kept.st_size > 0) {
    std::filesystem::rename(place.at(kKept), place.at(kUsers));
  } else {
    std::filesystem::remove(place.at(kUsers));
    std::filesystem::remove(place.at(kKept));
  }
}

}  // namespace dksnap::worker
