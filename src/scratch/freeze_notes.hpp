// Notes of what stands still in the state directory, one file for each container and process.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <sys/types.h>
#include <vector>

namespace dksnap::scratch {

// Throws Error if the note cannot be written: then nothing may be frozen.
void note_freeze(const std::filesystem::path& state_dir, const std::vector<std::string>& ids);
// The notes that process `owner` wrote.
void forget_freeze(const std::filesystem::path& state_dir, const std::vector<std::string>& ids,
                   pid_t owner);

struct AbandonedFreezes {
  // Whose only notes were written by processes that are gone.
  std::vector<std::string> ids;
  // Those notes, and all other ones that mean nothing any more.
  std::vector<std::filesystem::path> notes;
};
AbandonedFreezes abandoned_freezes(const std::filesystem::path& state_dir);

// The same of a container that was stopped and is to run again.
struct StopNote {
  std::string id;
  std::string restart_policy;  // as it was before
  std::string started_at;      // as the engine told it before: another time is another run
  std::filesystem::path path;  // of one that was read
};
// Throws Error if the note cannot be written: then it may not be stopped.
void note_stop(const std::filesystem::path& state_dir, const StopNote& note);
void forget_stop(const std::filesystem::path& state_dir, const std::string& id, pid_t owner);
// The one that process `owner` wrote, whether it lives or not.
std::optional<StopNote> find_stop(const std::filesystem::path& state_dir, const std::string& id,
                                  pid_t owner);
// Those of processes that are gone.
std::vector<StopNote> abandoned_stops(const std::filesystem::path& state_dir);

}  // namespace dksnap::scratch
