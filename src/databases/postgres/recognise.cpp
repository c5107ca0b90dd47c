#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <cstring>

#include "base/paths.hpp"
#include "base/text.hpp"
#include "base/time.hpp"
#include "databases/entrypoint.hpp"
#include "databases/postgres/data_directory.hpp"
#include "databases/postgres/options.hpp"
#include "databases/postgres/pid_file.hpp"
#include "databases/postgres/postgres.hpp"

namespace dksnap::databases::postgres {
namespace {

// One that was started so long ago is no first run's: those of images that keep their script above
// the server, and let it listen on loopback, would else never be final.
constexpr std::chrono::minutes kLongestFirstRun{10};

bool is_first_run(const ContainerFacts& facts, const ServerProcess& server,
                  const std::string& directory) {
  const auto script = entrypoint_above(facts, server.pid);
  if (!script || !server.running) return script.has_value();
  const auto running = read_pid_file(facts, directory);
  if (!running) return true;
  const auto age =
      std::chrono::system_clock::now() - TimePoint(std::chrono::seconds(running->started));
  return running->listens_to_itself() && age < kLongestFirstRun;
}

// The images' command is the server, or options for it.
bool is_made_to_serve(const docker::Config& config) {
  return config.env_value("PG_MAJOR") && !config.cmd.empty() &&
         (base_name(config.cmd.front()) == "postgres" || config.cmd.front().starts_with('-'));
}

// The write-ahead log and table spaces can lie elsewhere, behind links in the data directory. A
// link is what anybody wrote who could: it makes no data directory of the whole file system, nor of
// what the kernel makes up.
void add_place(const std::string& target, std::vector<std::string>& paths) {
  const bool kernels = is_within(target, "/proc") || is_within(target, "/sys") ||
                       (is_within(target, "/dev") && !is_within(target, "/dev/shm"));
  const bool known = std::find(paths.begin(), paths.end(), target) != paths.end();
  if (is_normal_path(target) && target != "/" && !kernels && !known) paths.push_back(target);
}

bool is_in_memory(const ContainerFacts& facts, const std::string& path) {
  const auto& mounts = facts.mounts;
  return is_within(path, "/dev/shm") ||
         std::any_of(mounts.begin(), mounts.end(), [&](const docker::Mount& mount) {
           return mount.type == "tmpfs" && is_within(path, mount.destination);
         });
}

// One that the server writes its log to has this directory.
void add_wal(const ContainerFacts& facts, const std::string& target,
             std::vector<std::string>& paths) {
  if (!is_normal_path(target)) return;
  const auto stat = facts.stat(target + "/archive_status");
  const bool unseen = facts.running && is_in_memory(facts, target);
  if (unseen || (stat && stat->is_directory())) add_place(target, paths);
}

// Directories that initdb makes in a data directory.
constexpr std::array<std::string_view, 16> kOwnDirectories{
    "base",        "global",      "pg_commit_ts", "pg_dynshmem",  "pg_logical", "pg_multixact",
    "pg_notify",   "pg_replslot", "pg_serial",    "pg_snapshots", "pg_stat",    "pg_stat_tmp",
    "pg_subtrans", "pg_tblspc",   "pg_wal",       "pg_xact"};

bool is_other_bind(const docker::Mount& mount, const std::string& directory) {
  return mount.type == "bind" && !is_within(directory, mount.destination);
}

// "PG_15_202209061": the catalogue's number stands in the control file, after its own version
// (catalog/pg_control.h: ControlFileData). Empty where it cannot be read.
std::string tablespace_directory(const ContainerFacts& facts, const std::string& directory,
                                 const std::string& version) {
  constexpr std::size_t kNumber = 12;
  const auto control = facts.read(directory + "/global/pg_control");
  if (!control || control->size() < kNumber + sizeof(std::uint32_t)) return {};
  std::uint32_t number = 0;
  std::memcpy(&number, control->data() + kNumber, sizeof(number));  // of this machine's order
  return "PG_" + version + "_" + std::to_string(number);
}

// Binds that are neither the data directory nor above it, and hold data all the same.
void add_bound_places(const ContainerFacts& facts, const std::string& directory,
                      std::vector<std::string>& paths) {
  for (const docker::Mount& mount : facts.mounts) {
    if (!is_other_bind(mount, directory) || !is_within(mount.destination, directory)) continue;
    const std::string below = mount.destination.substr(directory.size() + 1);
    const std::string_view first = std::string_view(below).substr(0, below.find('/'));
    if (std::find(kOwnDirectories.begin(), kOwnDirectories.end(), first) != kOwnDirectories.end())
      add_place(mount.destination, paths);
  }
}

// Table spaces lie wherever somebody has put them: in a bind, in what no image keeps (/tmp), in
// memory.
void add_table_spaces(const ContainerFacts& facts, const std::string& directory,
                      const std::string& version, std::vector<std::string>& paths) {
  const std::vector<std::string> targets = facts.links(directory + "/pg_tblspc");
  if (targets.empty()) return;
  // A link is what anybody wrote who could write there: of what it leads to, only what this server
  // keeps there is data (catalog/catalog.h, TABLESPACE_VERSION_DIRECTORY).
  const std::string own = tablespace_directory(facts, directory, version);
  if (own.empty()) return;
  for (const std::string& target : targets) {
    if (!is_normal_path(target)) continue;
    const std::string place = join_path(target, own);
    const auto stat = facts.stat(place);
    // What is in memory cannot be seen from outside.
    const bool unseen = facts.running && is_in_memory(facts, target);
    if (unseen || (stat && stat->is_directory() && stat->link_target.empty()))
      add_place(place, paths);
  }
}

}  // namespace

std::optional<Recognition> Postgres::recognise(const ContainerFacts& facts) const {
  const ServerProcess server = find_server(facts);
  // How the process shows its arguments is enough to find directories without blanks.
  const std::vector<std::string> command =
      server.running ? split(server.command, ' ') : command_of(facts.config);
  const std::string directory = data_directory(facts, read_options(command));

  Recognition recognition;
  recognition.runs = server.running;
  const auto major = facts.config.env_value("PG_MAJOR");
  if (server.running && major && facts.stat(directory + "/PG_VERSION")) {
    // A server runs on data of its own version only, and reading a file costs an engine a tenth of
    // a second, looking at it nothing.
    recognition.version = *major;
    recognition.reason = "PostgreSQL " + *major + " runs in it, its data in " + directory;
  } else if (const auto version = facts.read(directory + "/PG_VERSION")) {
    recognition.version = std::string(dksnap::trim(*version));
    recognition.reason = directory + "/PG_VERSION says PostgreSQL " + recognition.version;
  } else {
    // A data directory on a tmpfs cannot be seen from outside; the running server tells.
    const bool on_tmpfs = is_in_memory(facts, directory);
    const bool runs_server = server.running || (facts.running && facts.processes.empty() &&
                                                is_made_to_serve(facts.config));
    if (!runs_server || !on_tmpfs) return std::nullopt;
    recognition.version = major.value_or("");
    recognition.reason = "PostgreSQL runs in it, its data on a tmpfs at " + directory;
  }
  recognition.initialising = is_first_run(facts, server, directory);
  recognition.data_paths.push_back(directory);
  if (const auto wal = facts.stat(directory + "/pg_wal"))
    add_wal(facts, wal->link_target, recognition.data_paths);
  add_bound_places(facts, directory, recognition.data_paths);
  add_table_spaces(facts, directory, recognition.version, recognition.data_paths);
  return recognition;
}

}  // namespace dksnap::databases::postgres
