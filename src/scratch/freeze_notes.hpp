// Notes of running freezes in the state directory, one file for each container and process.
#pragma once

#include <filesystem>
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

}  // namespace dksnap::scratch
