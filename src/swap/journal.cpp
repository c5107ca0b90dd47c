#include "swap/journal.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fmt/format.h>

#include "base/log.hpp"
#include "base/text.hpp"
#include "scratch/owner.hpp"
#include "scratch/private_files.hpp"

namespace dksnap::swap {
namespace {

namespace fs = std::filesystem;

constexpr const char* kJournalHint =
    "make room there, or set XDG_STATE_HOME to a directory to write in";
constexpr const char* kUnfinishedEntry = ".part";
constexpr std::size_t kIdBytes = 4;
constexpr std::size_t kLargestEntry = 4 * 1024 * 1024;
// A line of so many bytes, blanks and the line's end included: it is overwritten in place.
constexpr std::size_t kStageLine = 16;
constexpr std::array kStageNames{"started", "stopping", "overwriting", "done",
                                 "undone",  "starting", "keeping"};

std::string stage_line(Stage stage) {
  return fmt::format("{:<{}}\n", kStageNames.at(static_cast<std::size_t>(stage)), kStageLine - 1);
}

std::optional<Stage> parse_stage(std::string_view line) {
  const auto found = std::find(kStageNames.begin(), kStageNames.end(), dksnap::trim(line));
  if (found == kStageNames.end()) return std::nullopt;
  return static_cast<Stage>(found - kStageNames.begin());
}

void sync_directory(const fs::path& directory) {
  const Fd fd = open_file(directory.string(), O_RDONLY | O_DIRECTORY);
  if (::fsync(fd.get()) != 0) throw system_error("cannot write " + directory.string());
}

// Nothing where it is damaged.
std::optional<JournalEntry> read_entry(const fs::path& path) {
  const std::string text = scratch::read_private_file(path, kLargestEntry);
  if (text.size() < kStageLine) return std::nullopt;
  const auto stage = parse_stage(text.substr(0, kStageLine));
  auto entry = parse_journal_entry(path.filename(), text.substr(kStageLine));
  if (!stage || !entry) return std::nullopt;
  entry->stage = *stage;
  struct stat info {};
  if (::stat(path.c_str(), &info) != 0) return std::nullopt;
  entry->touched = TimePoint(std::chrono::seconds(info.st_mtim.tv_sec) +
                             std::chrono::nanoseconds(info.st_mtim.tv_nsec));
  return entry;
}

}  // namespace

JournalEntry new_entry(const std::string& verb, const std::string& engine,
                       const std::string& container) {
  JournalEntry entry;
  entry.id = random_hex(kIdBytes);
  entry.verb = verb;
  entry.engine = engine;
  entry.owner = scratch::owner_text();
  entry.container = container;
  entry.when = std::chrono::system_clock::now();
  return entry;
}

fs::path Journal::path(const std::string& id) const {
  if (!is_entry_id(id))
    throw Error(ErrorCode::not_found, fmt::format("there is no entry \"{}\"", printable(id)),
                "its id is 8 hex digits", "`dksnap undo --list` shows them");
  return directory_ / id;
}

void Journal::while_locked(const std::function<void()>& action) const {
  scratch::make_private_directory(directory_);
  const Fd lock = open_file(directory_.string(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
  if (::flock(lock.get(), LOCK_EX) != 0) throw system_error("cannot lock " + directory_.string());
  action();
}

void Journal::begin(const JournalEntry& entry, const std::function<void()>& look_again,
                    const std::string& instead_of) const {
  while_locked([&] {
    for (const JournalEntry& other : read(entry.engine).entries) {
      const bool same = other.swap && entry.swap &&
                        (other.container == entry.container ||
                         (!entry.swap->out.id.empty() && other.swap->out.id == entry.swap->out.id));
      if (!same || is_over(other.stage) || other.id == instead_of) continue;
      throw Error(ErrorCode::in_use, "another dksnap is at " + entry.container,
                  fmt::format("its `{}` ({}) has not ended", other.verb, other.id),
                  fmt::format("wait for it; `dksnap undo` takes back one that was killed, `dksnap "
                              "undo --forget {}` gives it up",
                              other.id));
    }
    if (look_again) look_again();
    write(entry);
  });
}

void Journal::write(const JournalEntry& entry) const {
  if (!parse_journal_entry(entry.id, to_json(entry))) {
    throw Error(ErrorCode::failed, "cannot note what is to be done",
                "a name or an argument in it is longer or stranger than what can be read again",
                "nothing was touched; do it by hand");
  }
  const std::string beside = path(entry.id).string() + kUnfinishedEntry;
  try {
    FdSink file(open_file(beside, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW, 0600), beside);
    file.write(stage_line(entry.stage) + to_json(entry) + "\n");
    file.close();
    const Fd written = open_file(beside, O_RDONLY);
    if (::fsync(written.get()) != 0) throw system_error("cannot write " + beside);
    if (::rename(beside.c_str(), path(entry.id).c_str()) != 0)
      throw system_error("cannot write " + beside);
    sync_directory(directory_);
  } catch (Error& error) {
    std::error_code ignored;  // the first failure is the one to tell
    fs::remove(beside, ignored);
    fs::remove(path(entry.id), ignored);
    error.add_context("cannot note what is to be done");
    error.default_hint(kJournalHint);
    throw;
  }
}

void Journal::set_stage(const std::string& id, Stage stage) const {
  const std::string file = path(id).string();
  const Fd fd = open_file(file, O_WRONLY | O_NOFOLLOW);
  const std::string line = stage_line(stage);
  if (::pwrite(fd.get(), line.data(), line.size(), 0) != static_cast<ssize_t>(line.size()) ||
      ::fdatasync(fd.get()) != 0) {
    throw system_error("cannot write " + file);
  }
}

bool Journal::has(const std::string& id) const {
  std::error_code none;
  return fs::exists(path(id), none);
}

std::optional<Fd> Journal::claim(const std::string& id) const {
  try {
    Fd fd = open_file(path(id).string(), O_RDONLY | O_NOFOLLOW);
    // Whoever had it may just have forgotten it.
    if (::flock(fd.get(), LOCK_EX | LOCK_NB) != 0 || !has(id)) return std::nullopt;
    return fd;
  } catch (const Error& error) {
    if (!has(id)) return std::nullopt;
    throw;
  }
}

bool Journal::forget(const std::string& id) const {
  std::error_code failure;
  const bool removed = fs::remove(path(id), failure);
  if (failure) log(LogLevel::info, "cannot remove " + path(id).string() + ": " + failure.message());
  return removed;
}

JournalContents Journal::read(docker::Engine& engine) const {
  std::error_code none;
  JournalContents contents;
  contents.refused = scratch::distrust(directory_);
  if (contents.refused || !fs::exists(directory_, none) || fs::is_empty(directory_, none))
    return contents;
  return read(engine.info().id);
}

JournalContents Journal::read(const std::string& engine) const {
  JournalContents contents;
  contents.refused = scratch::distrust(directory_);
  if (contents.refused) return contents;
  std::error_code failure;
  for (const auto& file : fs::directory_iterator(directory_, failure)) {
    const std::string name = file.path().filename();
    if (name.ends_with(kUnfinishedEntry)) continue;
    std::optional<JournalEntry> entry;
    std::string why = "it is no entry that dksnap has written";
    try {
      if (is_entry_id(name)) entry = read_entry(file.path());
    } catch (const Error& error) {
      if (!fs::exists(fs::symlink_status(file.path(), failure))) continue;  // just forgotten
      why = error.what();
    }
    if (!entry) {
      contents.damaged.push_back(fmt::format("{}: {}", printable(file.path().string()), why));
    } else if (entry->engine == engine) {
      contents.entries.push_back(std::move(*entry));
    }
  }
  std::sort(contents.entries.begin(), contents.entries.end(),
            [](const JournalEntry& a, const JournalEntry& b) {
              return a.when != b.when ? a.when > b.when : a.id > b.id;
            });
  return contents;
}

}  // namespace dksnap::swap
