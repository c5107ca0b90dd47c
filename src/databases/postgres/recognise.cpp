#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>

#include "base/paths.hpp"
#include "base/text.hpp"
#include "databases/postgres/postgres.hpp"

namespace dksnap::databases::postgres {
namespace {

// Where the images of PostgreSQL up to 17 keep the data; 18 names its place in PGDATA
// (docker-library/postgres, Dockerfile-debian.template).
constexpr std::string_view kUsualDirectory = "/var/lib/postgresql/data";

// The server's process and, where its command line says so, its data directory ("-D DIR", "-DDIR").
struct ServerProcess {
  bool running = false;
  std::string directory;
};

ServerProcess find_server(const std::vector<docker::Process>& processes) {
  for (const docker::Process& process : processes) {
    const std::vector<std::string> words = split(process.command, ' ');
    const std::string program = base_name(words.front());
    if (program != "postgres" && program != "postmaster") continue;
    ServerProcess server{true, {}};
    for (std::size_t i = 1; i < words.size(); ++i) {
      if (words[i] == "-D" && i + 1 < words.size()) server.directory = words[i + 1];
      if (words[i].starts_with("-D") && words[i].size() > 2) server.directory = words[i].substr(2);
    }
    return server;
  }
  return {};
}

// The official images' entrypoint becomes the server when it has initialised the database; until
// then it is a shell that runs a server of its own.
bool runs_entrypoint(const std::vector<docker::Process>& processes) {
  return std::any_of(processes.begin(), processes.end(), [](const docker::Process& process) {
    const std::vector<std::string> words = split(process.command, ' ');
    const auto is_it = [&](std::size_t word) {
      return words.size() > word && base_name(words[word]) == "docker-entrypoint.sh";
    };
    return is_it(0) || is_it(1);
  });
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
  const bool kernels =
      is_within(target, "/proc") || is_within(target, "/sys") || is_within(target, "/dev");
  const bool known = std::find(paths.begin(), paths.end(), target) != paths.end();
  if (is_normal_path(target) && target != "/" && !kernels && !known) paths.push_back(target);
}

// One that the server writes its log to has this directory.
void add_wal(const ContainerFacts& facts, const std::string& target,
             std::vector<std::string>& paths) {
  if (!is_normal_path(target)) return;
  const auto stat = facts.stat(target + "/archive_status");
  if (stat && stat->is_directory()) add_place(target, paths);
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
                      const std::string& version, std::vector<std::string>& paths) {
  const auto& mounts = facts.mounts;
  const bool has_binds = std::any_of(mounts.begin(), mounts.end(), [&](const auto& mount) {
    return is_other_bind(mount, directory);
  });
  if (!has_binds) return;
  for (const docker::Mount& mount : mounts) {
    if (!is_other_bind(mount, directory) || !is_within(mount.destination, directory)) continue;
    const std::string below = mount.destination.substr(directory.size() + 1);
    const std::string_view first = std::string_view(below).substr(0, below.find('/'));
    if (std::find(kOwnDirectories.begin(), kOwnDirectories.end(), first) != kOwnDirectories.end())
      add_place(mount.destination, paths);
  }
  // A link is what anybody wrote who could write there: of what it leads to, only what this server
  // keeps there is data (catalog/catalog.h, TABLESPACE_VERSION_DIRECTORY).
  const std::string own = tablespace_directory(facts, directory, version);
  if (own.empty()) return;
  for (const std::string& target : facts.links(directory + "/pg_tblspc")) {
    if (!is_normal_path(target)) continue;
    const std::string place = join_path(target, own);
    const auto stat = facts.stat(place);
    if (stat && stat->is_directory() && stat->link_target.empty()) add_place(place, paths);
  }
}

}  // namespace

std::optional<Recognition> Postgres::recognise(const ContainerFacts& facts) const {
  const ServerProcess server = find_server(facts.processes);
  std::string directory = server.directory;
  if (directory.empty()) directory = facts.config.env_value("PGDATA").value_or("");
  if (directory.empty()) directory = kUsualDirectory;

  Recognition recognition;
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
    const bool on_tmpfs =
        std::any_of(facts.mounts.begin(), facts.mounts.end(), [&](const docker::Mount& mount) {
          return mount.type == "tmpfs" && (directory + "/").starts_with(mount.destination + "/");
        });
    const bool runs_server = server.running || (facts.running && facts.processes.empty() &&
                                                is_made_to_serve(facts.config));
    if (!runs_server || !on_tmpfs) return std::nullopt;
    recognition.version = major.value_or("");
    recognition.reason = "PostgreSQL runs in it, its data on a tmpfs at " + directory;
  }
  recognition.initialising = runs_entrypoint(facts.processes);
  recognition.data_paths.push_back(directory);
  if (const auto wal = facts.stat(directory + "/pg_wal"))
    add_wal(facts, wal->link_target, recognition.data_paths);
  add_bound_places(facts, directory, recognition.version, recognition.data_paths);
  return recognition;
}

}  // namespace dksnap::databases::postgres
