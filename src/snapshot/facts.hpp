// What the kinds of databases recognise a container by.
#pragma once

#include "databases/database.hpp"
#include "docker/engine.hpp"

namespace dksnap::snapshot {

// Reads a few small files through the archive calls; harmless. `engine` must outlive the result.
databases::ContainerFacts gather_facts(docker::Engine& engine, const docker::Container& container);

}  // namespace dksnap::snapshot
