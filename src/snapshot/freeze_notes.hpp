// Notes of running freezes in the state directory, one file a container.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace dksnap::snapshot {

// Throws Error if the note cannot be written: then nothing may be frozen.
void note_freeze(const std::filesystem::path& state_dir, const std::vector<std::string>& ids);
void forget_freeze(const std::filesystem::path& state_dir, const std::vector<std::string>& ids);
// Containers whose note was written by a process that is gone.
std::vector<std::string> abandoned_freezes(const std::filesystem::path& state_dir);

// "<pid>@<host>:<start time of that process>", and whether the process behind such a text may still
// be alive; one of another host counts as alive.
std::string owner_text();
bool owner_may_live(const std::string& owner);

}  // namespace dksnap::snapshot
