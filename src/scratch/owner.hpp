// Whose a thing on the engine or in the state directory is: what a living dksnap uses is left
// alone, what a dead one left behind is removed.
#pragma once

#include <string>

namespace dksnap::scratch {

// "<pid>@<host>:<start time of that process>", and whether the process behind such a text may still
// be alive; one of another host counts as alive.
std::string owner_text();
bool owner_may_live(const std::string& owner);

// The same as the tag of an image, each one different.
std::string unique_owner_tag();
// Also true of tags that are none of these.
bool tag_owner_may_live(const std::string& tag);

}  // namespace dksnap::scratch
