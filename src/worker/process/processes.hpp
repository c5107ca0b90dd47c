// Processes as /proc shows them.
#pragma once

#include <cstdint>
#include <string>
#include <sys/types.h>
#include <vector>

namespace dksnap::worker {

struct ProcessInfo {
  pid_t pid = 0;
  pid_t parent = 0;         // 0: outside of this PID namespace
  std::uint64_t ticks = 0;  // of the processor, its ended children's with it
  std::uint64_t start = 0;  // clock ticks since boot
};

// `proc`: where procfs is. One that ends meanwhile is left out.
std::vector<ProcessInfo> list_processes(const std::string& proc);

// The init process of a container among all that a shared PID namespace shows: the one that its
// engine started first, told by the container's cgroup. `own_namespace`: the container shares its
// processes with nobody else, so it is number 1. Throws Error where it cannot be told: another
// one's root must never be read in its place.
pid_t find_init(const std::string& proc, const std::string& container_id, bool own_namespace);

// From now on whatever a child of this process leaves behind becomes its child.
void adopt_orphans();
// A number that changes when a descendant of this process uses the processor, comes or goes.
std::uint64_t activity_of_descendants();
// Kills all of them. Throws Error where one does not go.
void end_descendants();

}  // namespace dksnap::worker
