// What a throw-away container may do and take: the narrower of what its source may and of what the
// engine gives to every container, less what nothing in it needs.
#pragma once

#include <string>
#include <vector>

#include "docker/types.hpp"

namespace dksnap::scratch {

struct Limits {
  docker::Resources resources;
  std::vector<std::string> security_opt;  // of containers that run programs of the image
  std::vector<std::string> reader_opt;    // of the reader, which has to see the source's processes
  // Of those that an engine gives to every container, the ones that the source has: "KILL".
  std::vector<std::string> capabilities;
};

// Those of a container that has none of its own: the engine's, no new privileges, and no more
// processes than any settling needs.
Limits default_limits();
// Those of a container that holds a copy of `source`.
Limits limits_like(const docker::Container& source);

// Who runs in it decides what it is allowed.
enum class Confined {
  // Our worker as root, and the image's programs as the users they run as. The share of the
  // processors that the source may use counts once the copy is made (Scratch::sync()): until then
  // the source stands still for as long as the worker takes.
  scratch,
  reader,  // our worker alone, and the same
  image,   // the image as it is, from its own entrypoint on
};
// Whether they limit the share of the processors.
bool limits_processors(const docker::Resources& resources);
void confine(docker::ContainerSpec& container, const Limits& limits, Confined who);

}  // namespace dksnap::scratch
