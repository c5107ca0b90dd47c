#include <algorithm>

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

// The images' command is the server, or options for it.
bool is_made_to_serve(const docker::Config& config) {
  return config.env_value("PG_MAJOR") && !config.cmd.empty() &&
         (base_name(config.cmd.front()) == "postgres" || config.cmd.front().starts_with('-'));
}

// The write-ahead log and table spaces can lie elsewhere, behind links in the data directory.
void add_link_target(const ContainerFacts& facts, const std::string& link,
                     std::vector<std::string>& paths) {
  const auto stat = facts.stat(link);
  if (stat && stat->link_target.starts_with('/')) paths.push_back(stat->link_target);
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
  recognition.data_paths.push_back(directory);
  add_link_target(facts, directory + "/pg_wal", recognition.data_paths);
  return recognition;
}

}  // namespace dksnap::databases::postgres
