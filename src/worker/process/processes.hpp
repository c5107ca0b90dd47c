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

// A file of procfs. Empty, or a part, of a process that ends just then: its file opens and cannot
// be read, of which an iterator makes an exception.
std::string read_text(const std::string& path);

// `proc`: where procfs is. One that ends meanwhile is left out.
std::vector<ProcessInfo> list_processes(const std::string& proc);

// The init process of a container among all that a shared PID namespace shows: the one that its
// engine started first, told by the container's cgroup. `own_namespace`: the container shares its
// processes with nobody else, so it is number 1. Throws Error where it cannot be told: another
// one's root must never be read in its place.
pid_t find_init(const std::string& proc, const std::string& container_id, bool own_namespace);

// Throws Error where the root directory of a process is not the container's, but one that it has
// chosen itself (chroot(2)): a directory, or a mount of the host's. `own`, `its`: what
// /proc/<pid>/mountinfo tells of this process and of that one (proc(5)); both containers are of one
// engine, so their roots are of one kind.
void expect_root_of_container(const std::string& own, const std::string& its);

// From now on whatever a child of this process leaves behind becomes its child.
void adopt_orphans();
// A number that changes when a descendant of this process uses the processor, comes or goes.
std::uint64_t activity_of_descendants();
// Kills all of them. Throws Error where one does not go.
void end_descendants();

}  // namespace dksnap::worker
