#include "scratch/freeze_notes.hpp"

#include <fcntl.h>
#include <set>
#include <unistd.h>

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/fd.hpp"
#include "scratch/owner.hpp"
#include "scratch/private_files.hpp"

namespace dksnap::scratch {
namespace {

namespace fs = std::filesystem;

constexpr const char* kCannotNote = "cannot note what is done to the container";
constexpr const char* kHint = "make room there, or set XDG_STATE_HOME to a directory to write in";
// An owner's text and its line's end are far shorter.
constexpr std::size_t kLargestNote = 1024;
constexpr std::size_t kIdDigits = 64;
// Of a note that is being written.
constexpr const char* kUnfinished = ".part";

// Their directories.
constexpr const char* kFrozen = "frozen";
constexpr const char* kStopped = "stopped";

fs::path note_path(const fs::path& directory, const std::string& id, pid_t owner) {
  return directory / fmt::format("{}.{}", id, owner);
}

// The process in a note's name, finished or not.
std::string writer_of(const std::string& name) {
  const std::size_t dot = name.find('.');
  return dot == std::string::npos ? "" : name.substr(dot + 1, name.find('.', dot + 1) - dot - 1);
}

bool is_id(const std::string& text) {
  return text.size() == kIdDigits &&
         text.find_first_not_of("0123456789abcdef") == std::string::npos;
}

// Its owner, and what else it says. Of one that says nothing, or that others may have written,
// nobody knows whose it is.
struct Note {
  Life life = Life::unknown;
  std::string text;
};
Note read_note(const fs::path& path) {
  try {
    const std::string text = read_private_file(path, kLargestNote);
    const std::size_t line = text.find('\n');
    return {owner_life(text.substr(0, line)),
            line == std::string::npos ? "" : text.substr(line + 1)};
  } catch (const Error&) {
    return {};
  }
}

// A note that others read is complete.
void write_note(const fs::path& path, const std::string& text) {
  const std::string beside = path.string() + kUnfinished;
  try {
    FdSink file(open_file(beside, O_WRONLY | O_CREAT | O_TRUNC, 0600), beside);
    file.write(text.empty() ? owner_text() : owner_text() + "\n" + text);
    file.close();
    if (::rename(beside.c_str(), path.c_str()) != 0) throw system_error("cannot write " + beside);
  } catch (Error& error) {
    std::error_code ignored;  // the first failure is the one to tell
    fs::remove(beside, ignored);
    error.add_context(kCannotNote);
    error.default_hint(kHint);
    throw;
  }
}

void write_notes(const fs::path& directory, const std::vector<std::string>& ids,
                 const std::string& text) {
  try {
    make_private_directory(directory);
  } catch (Error& error) {
    error.add_context(kCannotNote);
    throw;
  }
  for (const std::string& id : ids) write_note(note_path(directory, id, ::getpid()), text);
}

}  // namespace

void note_freeze(const fs::path& state_dir, const std::vector<std::string>& ids) {
  write_notes(state_dir / kFrozen, ids, {});
}

void forget_freeze(const fs::path& state_dir, const std::vector<std::string>& ids, pid_t owner) {
  for (const std::string& id : ids) {
    std::error_code error;  // a note that stays is looked at, and thrown away, by the next run
    fs::remove(note_path(state_dir / kFrozen, id, owner), error);
  }
}

namespace {
StopNote stop_note(const std::string& id, const Note& note, const fs::path& path) {
  const std::size_t blank = note.text.find(' ');
  return {id, note.text.substr(0, blank),
          blank == std::string::npos ? "" : note.text.substr(blank + 1), path};
}
}  // namespace

void note_stop(const fs::path& state_dir, const StopNote& note) {
  write_notes(state_dir / kStopped, {note.id}, note.restart_policy + " " + note.started_at);
}

void forget_stop(const fs::path& state_dir, const std::string& id, pid_t owner) {
  std::error_code error;  // as above
  fs::remove(note_path(state_dir / kStopped, id, owner), error);
}

std::optional<StopNote> find_stop(const fs::path& state_dir, const std::string& id, pid_t owner) {
  const fs::path path = note_path(state_dir / kStopped, id, owner);
  if (distrust(state_dir / kStopped) || !fs::exists(path)) return std::nullopt;
  return stop_note(id, read_note(path), path);
}

std::vector<StopNote> abandoned_stops(const fs::path& state_dir) {
  std::vector<StopNote> stops;
  const fs::path directory = state_dir / kStopped;
  if (distrust(directory)) return stops;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(directory, error)) {
    const std::string name = entry.path().filename();
    const std::string id = name.substr(0, name.find('.'));
    if (!is_id(id)) continue;
    const Note note = read_note(entry.path());
    if (name.ends_with(kUnfinished) || note.life != Life::dead) continue;
    stops.push_back(stop_note(id, note, entry.path()));
  }
  return stops;
}

AbandonedFreezes abandoned_freezes(const fs::path& state_dir) {
  AbandonedFreezes abandoned;
  const fs::path directory = state_dir / kFrozen;
  if (distrust(directory)) return abandoned;
  std::set<std::string> dead;
  std::set<std::string> live;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(directory, error)) {
    const std::string name = entry.path().filename();
    const std::string id = name.substr(0, name.find('.'));
    if (!is_id(id)) continue;
    if (name.ends_with(kUnfinished)) {
      // Nothing is frozen before the note of it is finished; whoever is at that may be alive.
      if (!fs::exists("/proc/" + writer_of(name))) abandoned.notes.push_back(entry.path());
    } else if (read_note(entry.path()).life == Life::dead) {
      abandoned.notes.push_back(entry.path());
      dead.insert(id);
    } else {
      live.insert(id);
    }
  }
  for (const std::string& id : dead) {
    if (!live.contains(id)) abandoned.ids.push_back(id);
  }
  return abandoned;
}

}  // namespace dksnap::scratch
