// Directories that decide what is believed, and so must be nobody else's.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

namespace dksnap::snapshot {

// The directory `below` the state directory, made where it is not there. Nothing where it cannot be
// made, or where somebody else than the effective user could have written in it: it and those
// between are 0700. The state directory has to be this user's too; that others may write in it is
// ended.
std::optional<std::filesystem::path> private_directory(const std::filesystem::path& state_dir,
                                                       const std::filesystem::path& below);

// A file in such a directory, written at once or not at all. False where it cannot be written.
bool write_private_file(const std::filesystem::path& path, const std::string& text);

}  // namespace dksnap::snapshot
