#include "worker/process/processes.hpp"

#include <algorithm>
#include <charconv>
#include <fcntl.h>
#include <fstream>
#include <optional>
#include <sstream>

#include "base/error.hpp"
#include "worker/tree/file_info.hpp"

namespace dksnap::worker {

std::string read_text(const std::string& path) {
  std::ifstream file(path);
  std::string text;
  std::getline(file, text, '\0');
  return text;
}

namespace {

std::optional<pid_t> parse_pid(const std::string& name) {
  pid_t pid = 0;
  const auto end = std::from_chars(name.data(), name.data() + name.size(), pid);
  if (end.ec != std::errc() || end.ptr != name.data() + name.size()) return std::nullopt;
  return pid;
}

// proc(5), /proc/<pid>/stat: 4 is the parent, 14 to 17 the times, 22 the start. The name, 2, may
// hold anything, so it is counted from its end.
std::optional<ProcessInfo> parse_stat(pid_t pid, const std::string& text) {
  const std::size_t name_end = text.rfind(')');
  if (name_end == std::string::npos) return std::nullopt;
  std::istringstream fields(text.substr(name_end + 1));
  ProcessInfo process;
  process.pid = pid;
  std::string skipped;
  fields >> skipped >> process.parent;
  for (int field = 5; field <= 13; ++field) fields >> skipped;
  for (int field = 14; field <= 17; ++field) {
    std::uint64_t ticks = 0;
    fields >> ticks;
    process.ticks += ticks;
  }
  for (int field = 18; field <= 21; ++field) fields >> skipped;
  fields >> process.start;
  if (!fields) return std::nullopt;
  return process;
}

// One of the components of a cgroup's path is the container's: "/docker/<id>",
// "/system.slice/docker-<id>.scope", "/../<id>".
bool is_in_cgroup_of(const std::string& cgroups, const std::string& id) {
  for (std::size_t at = cgroups.find(id); at != std::string::npos; at = cgroups.find(id, at + 1)) {
    const char before = at == 0 ? '/' : cgroups[at - 1];
    const std::size_t end = at + id.size();
    const char after = end == cgroups.size() ? '\n' : cgroups[end];
    const bool begins = before == '/' || before == '-' || before == ':';
    if (begins && (after == '\n' || after == '/' || after == '.')) return true;
  }
  return false;
}

// Of the mount at "/": which directory of its file system it shows, and the kind of that.
struct RootMount {
  std::string root;
  std::string kind;
};

// Fields of a line: id, parent, device, root, mount point, options, optional ones, "-", kind. The
// last mount at a place is on top.
std::optional<RootMount> root_mount(const std::string& mountinfo) {
  std::optional<RootMount> found;
  std::istringstream lines(mountinfo);
  for (std::string line; std::getline(lines, line);) {
    std::istringstream fields(line);
    std::string id, parent, device, root, point, word, kind;
    fields >> id >> parent >> device >> root >> point;
    if (point != "/") continue;
    while (fields >> word && word != "-") {
    }
    fields >> kind;
    found = RootMount{root, kind};
  }
  return found;
}

}  // namespace

std::vector<ProcessInfo> list_processes(const std::string& proc) {
  const Fd directory = open_file(proc, O_RDONLY | O_DIRECTORY);
  std::vector<ProcessInfo> processes;
  for (const std::string& name : list_names(directory.get(), proc)) {
    const auto pid = parse_pid(name);
    if (!pid) continue;
    if (const auto process = parse_stat(*pid, read_text(proc + "/" + name + "/stat")))
      processes.push_back(*process);
  }
  return processes;
}

pid_t find_init(const std::string& proc, const std::string& container_id, bool own_namespace) {
  std::vector<ProcessInfo> inside;
  for (const ProcessInfo& process : list_processes(proc)) {
    const std::string cgroups = read_text(proc + "/" + std::to_string(process.pid) + "/cgroup");
    if (is_in_cgroup_of(cgroups, container_id)) inside.push_back(process);
  }
  // The engine starts the init process, and later those of `exec`: their parents are not inside.
  std::optional<ProcessInfo> init;
  for (const ProcessInfo& process : inside) {
    const bool outermost =
        std::none_of(inside.begin(), inside.end(),
                     [&](const ProcessInfo& other) { return other.pid == process.parent; });
    if (!outermost) continue;
    const bool first = !init || process.start < init->start ||
                       (process.start == init->start && process.pid < init->pid);
    if (first) init = process;
  }
  // Rootless engines without cgroups tell nothing; a namespace of its own is enough then.
  if (!init && own_namespace) return 1;
  if (init && (!own_namespace || init->pid == 1)) return init->pid;
  throw Error(ErrorCode::failed, "cannot read the container's own files",
              init ? "its process 1 belongs to another container"
                   : "it shares its processes with others, and its own cannot be told from them",
              "stop the container and snapshot it stopped");
}

void expect_root_of_container(const std::string& own, const std::string& its) {
  const auto ours = root_mount(own);
  const auto theirs = root_mount(its);
  if (!ours) return;
  const bool layered = ours->kind.find("overlay") != std::string::npos || ours->kind == "aufs";
  if (theirs && theirs->kind == ours->kind && (!layered || theirs->root == ours->root)) return;
  throw Error(ErrorCode::failed, "cannot read the container's own files",
              "its process 1 has another root directory than the container (chroot)",
              "stop the container and snapshot it stopped");
}

}  // namespace dksnap::worker
