#include "scratch/private_files.hpp"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fmt/format.h>

#include "base/fd.hpp"
#include "base/text.hpp"

namespace dksnap::scratch {
namespace {

namespace fs = std::filesystem;

constexpr mode_t kOfOthers = S_IRWXG | S_IRWXO;
constexpr mode_t kWrittenByOthers = S_IWGRP | S_IWOTH;

Error not_used(const fs::path& path, const std::string& why, const std::string& hint) {
  return {ErrorCode::failed, fmt::format("{} is not used", printable(path.string())), why, hint};
}

std::string move_away(const fs::path& path) {
  const std::string name = shell_quote(path.string());
  return fmt::format("look at what is in it, then move it away: mv {0} {0}.old", name);
}

std::optional<Error> distrust_one(const fs::path& path) {
  struct stat info {};
  if (::lstat(path.c_str(), &info) != 0) {
    if (errno == ENOENT) return std::nullopt;
    return not_used(path, std::strerror(errno), "set XDG_STATE_HOME to a directory to write in");
  }
  if (!S_ISDIR(info.st_mode)) {
    return not_used(path, S_ISLNK(info.st_mode) ? "it is a symbolic link" : "it is no directory",
                    move_away(path));
  }
  if (info.st_uid != ::geteuid()) {
    return not_used(
        path, fmt::format("it belongs to uid {}, and this is uid {}", info.st_uid, ::geteuid()),
        "run dksnap as that user, or set XDG_STATE_HOME to a directory of your own");
  }
  if ((info.st_mode & kWrittenByOthers) != 0) {
    return not_used(path,
                    fmt::format("others may write in it (mode {:04o}), and what is in it decides "
                                "what is done to containers",
                                info.st_mode & 07777),
                    move_away(path));
  }
  // Others could look into it, as into those that earlier versions made, and could not write.
  if ((info.st_mode & kOfOthers) != 0 && ::chmod(path.c_str(), S_IRWXU) != 0) {
    return not_used(path, std::strerror(errno),
                    fmt::format("chmod 700 {}", shell_quote(path.string())));
  }
  return std::nullopt;
}

void make_directories(const fs::path& path) {
  if (::mkdir(path.c_str(), S_IRWXU) == 0 || errno == EEXIST) return;
  if (errno != ENOENT || path == path.parent_path())
    throw system_error("cannot make " + path.string())
        .default_hint("make room there, or set XDG_STATE_HOME to a directory to write in");
  make_directories(path.parent_path());
  if (::mkdir(path.c_str(), S_IRWXU) != 0 && errno != EEXIST)
    throw system_error("cannot make " + path.string());
}

}  // namespace

std::optional<Error> distrust(const fs::path& directory) {
  if (auto problem = distrust_one(directory.parent_path())) return problem;
  return distrust_one(directory);
}

void make_private_directory(const fs::path& directory) {
  if (const auto problem = distrust(directory)) throw *problem;
  make_directories(directory);
  if (const auto problem = distrust(directory)) throw *problem;
}

std::string read_private_file(const fs::path& path, std::size_t largest) {
  // A pipe would keep us waiting.
  Fd fd = open_file(path.string(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
  struct stat info {};
  if (::fstat(fd.get(), &info) != 0) throw system_error("cannot read " + path.string());
  if (!S_ISREG(info.st_mode) || info.st_uid != ::geteuid() || (info.st_mode & kOfOthers) != 0) {
    throw not_used(path, "it is no file of this user's alone", move_away(path));
  }
  FdSource file(std::move(fd), path.string());
  return read_all(file, largest);
}

}  // namespace dksnap::scratch
