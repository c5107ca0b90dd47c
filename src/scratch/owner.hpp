// Whose a thing on the engine or in the state directory is: what a living dksnap uses is left
// alone, what a dead one left behind is removed.
#pragma once

#include <filesystem>
#include <string>

namespace dksnap::scratch {

// Of the process behind an owner's text. `unknown` counts as alive for all who would take something
// away: it is of another machine, or of a PID namespace that cannot be seen from here.
enum class Life { alive, dead, unknown };

// "<pid>@<host>/<machine>/<boot>/<PID namespace>:<start time of that process>".
std::string owner_text();
// Also of texts as older ones wrote them, "<pid>@<host>:<start time>"; of any other, `unknown`.
Life owner_life(const std::string& owner);
// That of this machine since its last start: a process of it that is gone is gone for sure, while
// clones of a machine call each other by one name.
bool owner_is_of_this_boot(const std::string& owner);
inline bool owner_may_live(const std::string& owner) {
  return owner_life(owner) != Life::dead;
}

// The same as the tag of an image, each one different.
std::string unique_owner_tag();
// Also true of tags that are none of these.
bool tag_owner_may_live(const std::string& tag);

// Who uses dksnap here. Others who work on the same engine have their own journal, and what they
// keep for it is theirs.
struct Whose {
  std::string name;  // "alice@build", for people; letters that a label, a tag and a terminal take
  std::string key;   // 8 hex digits: of this user, host and state directory
};
Whose whose(const std::filesystem::path& state_dir);

}  // namespace dksnap::scratch
