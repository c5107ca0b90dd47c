#include "snapshot/private_directory.hpp"

#include <fcntl.h>
#include <span>
#include <sys/stat.h>
#include <unistd.h>

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/fd.hpp"
#include "base/log.hpp"
#include "base/text.hpp"

namespace dksnap::snapshot {
namespace {

namespace fs = std::filesystem;

constexpr mode_t kOthersMayWrite = S_IWGRP | S_IWOTH;
constexpr mode_t kOthersMayAnything = S_IRWXG | S_IRWXO;

// Symbolic links are followed for the state directory alone, which the user chose.
bool is_mine(const fs::path& path, mode_t not_allowed, int (*look)(const char*, struct stat*)) {
  struct stat status {};
  return look(path.c_str(), &status) == 0 && S_ISDIR(status.st_mode) &&
         status.st_uid == ::geteuid() && (status.st_mode & not_allowed) == 0;
}

}  // namespace

std::optional<fs::path> private_directory(const fs::path& state_dir, const fs::path& below) {
  if (state_dir.empty()) return std::nullopt;
  std::error_code error;
  fs::create_directories(state_dir.parent_path(), error);
  ::mkdir(state_dir.c_str(), S_IRWXU);
  bool mine = is_mine(state_dir, 0, ::stat);
  // A umask of 002 is common, and what made it before may not have looked. What others put there
  // meanwhile is theirs, and is not used.
  if (mine && !is_mine(state_dir, kOthersMayWrite, ::stat))
    fs::permissions(state_dir, fs::perms::group_write | fs::perms::others_write,
                    fs::perm_options::remove, error);
  fs::path path = state_dir;
  for (const fs::path& part : below) {
    if (!mine) break;
    path /= part;
    ::mkdir(path.c_str(), S_IRWXU);  // what comes of it is looked at
    mine = is_mine(path, kOthersMayAnything, ::lstat);
  }
  if (mine) return path;
  log(LogLevel::info,
      fmt::format("{} is not used: it cannot be made, or others may write there", path.string()));
  return std::nullopt;
}

bool write_private_file(const fs::path& path, const std::string& text) {
  const fs::path beside = path.string() + "." + random_hex(4);
  try {
    const Fd file = open_file(beside.string(), O_WRONLY | O_CREAT | O_EXCL, 0600);
    write_all(file.get(), std::as_bytes(std::span(text)), beside.string());
    if (::rename(beside.c_str(), path.c_str()) == 0) return true;
  } catch (const Error& error) {
    log(LogLevel::info, error.what());
  }
  ::unlink(beside.c_str());
  return false;
}

}  // namespace dksnap::snapshot
