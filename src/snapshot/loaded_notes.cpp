#include "snapshot/loaded_notes.hpp"

#include <algorithm>
#include <cctype>
#include <sys/stat.h>
#include <unistd.h>
#include <vector>

#include "base/digest.hpp"
#include "snapshot/forms.hpp"
#include "snapshot/private_directory.hpp"

namespace dksnap::snapshot {
namespace {

namespace fs = std::filesystem;

// An empty file each; far more than an engine has snapshots. The oldest go.
constexpr std::size_t kMostNotes = 10000;
// Engines call themselves by a UUID, older ones by groups of letters with colons.
constexpr std::size_t kLongestEngineName = 128;

std::string directory_name(const std::string& engine) {
  const bool plain = !engine.empty() && engine.size() <= kLongestEngineName &&
                     std::all_of(engine.begin(), engine.end(), [](unsigned char c) {
                       return std::isalnum(c) != 0 || c == '-' || c == ':';
                     });
  const std::string digest = plain ? engine : sha256_digest(engine);
  return digest.substr(plain ? 0 : digest.find(':') + 1);
}

std::string note_name(const std::string& image_id) {
  return image_id.substr(image_id.find(':') + 1);
}

void forget_oldest(const fs::path& directory) {
  std::vector<std::pair<fs::file_time_type, fs::path>> notes;
  std::error_code error;
  for (const auto& note : fs::directory_iterator(directory, error))
    notes.emplace_back(note.last_write_time(error), note.path());
  if (notes.size() <= kMostNotes) return;
  std::sort(notes.begin(), notes.end());
  notes.resize(notes.size() - kMostNotes);
  for (const auto& [time, path] : notes) fs::remove(path, error);
}

}  // namespace

LoadedNotes::LoadedNotes(const fs::path& state_dir, const std::string& engine)
    : directory_(private_directory(state_dir, fs::path("loaded") / directory_name(engine))) {}

bool LoadedNotes::has(const std::string& image_id) const {
  struct stat status {};
  return directory_ && is_digest(image_id) &&
         ::lstat((*directory_ / note_name(image_id)).c_str(), &status) == 0 &&
         S_ISREG(status.st_mode) && status.st_uid == ::geteuid();
}

void LoadedNotes::add(const std::string& image_id) const {
  if (!directory_ || !is_digest(image_id)) return;
  if (write_private_file(*directory_ / note_name(image_id), {})) forget_oldest(*directory_);
}

}  // namespace dksnap::snapshot
