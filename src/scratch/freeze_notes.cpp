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

constexpr const char* kHint = "make room there, or set XDG_STATE_HOME to a directory to write in";
// An owner's text and its line's end are far shorter.
constexpr std::size_t kLargestNote = 1024;
constexpr std::size_t kIdDigits = 64;
// Of a note that is being written.
constexpr const char* kUnfinished = ".part";

fs::path directory(const fs::path& state_dir) {
  return state_dir / "frozen";
}

fs::path note_path(const fs::path& state_dir, const std::string& id, pid_t owner) {
  return directory(state_dir) / fmt::format("{}.{}", id, owner);
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

// Of a note that says nothing, or that others may have written, nobody knows.
Life life_of_note(const fs::path& note) {
  try {
    return owner_life(read_private_file(note, kLargestNote));
  } catch (const Error&) {
    return Life::unknown;
  }
}

// A note that others read is complete.
void write_note(const fs::path& path) {
  const std::string beside = path.string() + kUnfinished;
  try {
    FdSink file(open_file(beside, O_WRONLY | O_CREAT | O_TRUNC, 0600), beside);
    file.write(owner_text());
    file.close();
    if (::rename(beside.c_str(), path.c_str()) != 0) throw system_error("cannot write " + beside);
  } catch (Error& error) {
    std::error_code ignored;  // the first failure is the one to tell
    fs::remove(beside, ignored);
    error.add_context("cannot note what is to be frozen");
    error.default_hint(kHint);
    throw;
  }
}

}  // namespace

void note_freeze(const fs::path& state_dir, const std::vector<std::string>& ids) {
  try {
    make_private_directory(directory(state_dir));
  } catch (Error& error) {
    error.add_context("cannot note what is to be frozen");
    throw;
  }
  for (const std::string& id : ids) write_note(note_path(state_dir, id, ::getpid()));
}

void forget_freeze(const fs::path& state_dir, const std::vector<std::string>& ids, pid_t owner) {
  for (const std::string& id : ids) {
    std::error_code error;  // a note that stays is looked at, and thrown away, by the next run
    fs::remove(note_path(state_dir, id, owner), error);
  }
}

AbandonedFreezes abandoned_freezes(const fs::path& state_dir) {
  AbandonedFreezes abandoned;
  if (distrust(directory(state_dir))) return abandoned;
  std::set<std::string> dead;
  std::set<std::string> live;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(directory(state_dir), error)) {
    const std::string name = entry.path().filename();
    const std::string id = name.substr(0, name.find('.'));
    if (!is_id(id)) continue;
    if (name.ends_with(kUnfinished)) {
      // Nothing is frozen before the note of it is finished; whoever is at that may be alive.
      if (!fs::exists("/proc/" + writer_of(name))) abandoned.notes.push_back(entry.path());
    } else if (life_of_note(entry.path()) == Life::dead) {
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
