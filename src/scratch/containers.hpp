// Small questions to the engine about containers, and what several operations do to them.
#pragma once

#include <optional>
#include <string>

#include "docker/engine.hpp"

namespace dksnap::scratch {

// Nothing where there is none.
std::optional<docker::Container> find_container(docker::Engine& engine, const std::string& ref);

// Makes it and connects it to all its networks. Where that fails, or nobody knows whether it
// succeeded, nothing is left; `rescue` sees to that.
std::string make_container(docker::Engine& engine, docker::Engine& rescue, const std::string& name,
                           const docker::RawContainerSpec& spec);

// As the engine lists it; nothing where there is none of this id. For one that is frozen or about
// to be: an inspect waits for whoever starts a program in it (an engine before 23 holds the list of
// them for that, daemon/exec.go), which a frozen one never lets him finish, and it holds the
// container's lock meanwhile, so that nobody can thaw it any more. A list takes no lock.
std::optional<docker::ContainerSummary> find_summary(docker::Engine& engine, const std::string& id);

// Removes one of which nobody knows whether the engine has made it, or is still at it.
void discard_late_container(docker::Engine& rescue, const std::string& name);

}  // namespace dksnap::scratch
