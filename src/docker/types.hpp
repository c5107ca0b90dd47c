// What the engine tells and is told, as plain values. Names follow the Engine API.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

namespace dksnap::docker {

using StringMap = std::map<std::string, std::string>;
// Whole answers, for what must be passed on unchanged. Shared, never modified.
using RawJson = std::shared_ptr<const nlohmann::json>;

// How the engine keeps images.
enum class Store { classic, containerd };

struct EngineInfo {
  std::string id;              // of the engine: no other has it
  std::string server_version;  // "20.10.24+dfsg1"
  std::string api_version;     // negotiated, "1.41"
  std::string os;              // "linux"
  std::string architecture;    // as images name it: "amd64", "arm64"
  std::string storage_driver;
  Store store = Store::classic;
  std::string root_dir;
  std::string name;
};

struct Mount {
  std::string type;         // "volume", "bind", "tmpfs"
  std::string name;         // of a volume
  std::string source;       // host path
  std::string destination;  // in the container, normalised
  std::string driver;
  bool read_write = true;
  // A volume that the engine made for this container: none of its arguments names it. Known from an
  // inspect only.
  bool own_volume = false;
  // A tmpfs has the same destination, and which of the two is on top depends on the engine.
  bool doubled = false;
  // A volume that has no name of its own (64 hex digits).
  bool anonymous() const;
};

struct PortBinding {
  std::string container_port;  // "5432/tcp"
  std::string host_ip;
  std::string host_port;  // empty: the engine chooses
};

struct Healthcheck {
  std::vector<std::string> test;
};

// The part of a container's or an image's config that dksnap reads. `raw` holds all of it.
struct Config {
  std::string user;
  std::string working_dir;
  std::string hostname;
  std::vector<std::string> env;
  std::vector<std::string> entrypoint;
  std::vector<std::string> cmd;
  std::vector<std::string> volumes;        // declared paths
  std::vector<std::string> exposed_ports;  // "5432/tcp"
  StringMap labels;
  std::string stop_signal;
  RawJson raw;

  // The value of an environment variable.
  std::optional<std::string> env_value(const std::string& name) const;
};

// What a container may take of the machine. 0, empty: as the engine has it.
struct Resources {
  std::int64_t memory = 0;       // bytes
  std::int64_t memory_swap = 0;  // bytes of memory and swap; -1: any
  std::int64_t pids = 0;
  std::int64_t nano_cpus = 0;
  std::int64_t cpu_period = 0;  // microseconds
  std::int64_t cpu_quota = 0;
  std::int64_t cpu_shares = 0;
  std::string cpuset_cpus;
  std::string cpuset_mems;
  std::string cgroup_parent;
};

struct ContainerSummary {
  std::string id;
  std::vector<std::string> names;  // without the leading slash
  std::string image;
  std::string image_id;
  std::string state;         // "running", "exited", …
  std::string status;        // "Up 3 hours"
  std::int64_t created = 0;  // seconds since the epoch
  StringMap labels;
  std::vector<Mount> mounts;
  std::string network_mode;           // "default", a network's name, "container:<id>"
  std::vector<std::string> networks;  // names
};

struct Container {
  std::string id;
  std::string name;      // without the leading slash
  std::string image;     // as the user named it
  std::string image_id;  // digest
  std::string created;   // RFC 3339
  std::string status;    // "created", "running", "paused", "restarting", "exited", "dead"
  bool running = false;
  bool paused = false;
  bool restarting = false;
  std::int64_t pid = 0;
  int exit_code = 0;
  std::string started_at;  // RFC 3339
  int restart_count = 0;
  std::string health;          // "starting", "healthy", "unhealthy"; empty: it has no health check
  std::string restart_policy;  // "no", "always", "on-failure:3"
  bool auto_remove = false;
  bool read_only_rootfs = false;
  std::string network_mode;
  std::string pid_mode;                   // empty: its own; "host", "container:<id>"
  std::uint64_t shm_bytes = 0;            // of its /dev/shm
  std::string ipc_mode;                   // the same, and "private", "shareable"
  std::vector<std::string> links;         // "/other:/this/alias"
  std::vector<std::string> volumes_from;  // "other", "other:ro"
  Resources resources;
  std::vector<std::string>
      dropped_capabilities;  // as they were asked for: "ALL", "CAP_KILL", "kill"
  std::vector<std::string> added_capabilities;
  std::vector<std::string> security_opt;  // "no-new-privileges", "seccomp=…"
  std::string process_label;              // of SELinux; empty: none
  std::vector<std::string> networks;      // names
  Config config;
  std::vector<Mount> mounts;           // tmpfs included
  std::vector<PortBinding> bindings;   // requested (HostConfig.PortBindings)
  std::vector<PortBinding> published;  // in force (NetworkSettings.Ports)
  RawJson raw;
};

struct Image {
  std::string id;
  std::vector<std::string> tags;
  std::vector<std::string> repo_digests;
  std::string created;  // RFC 3339
  std::string architecture;
  std::string variant;
  std::string os;
  std::uint64_t size = 0;
  std::vector<std::string> diff_ids;
  Config config;
  // Of the manifest or index that the name points to; containerd store only, and only where the
  // engine tells (API 1.48).
  std::string descriptor_digest;
  std::string descriptor_media_type;
  std::uint64_t descriptor_size = 0;
  RawJson raw;
};

struct ImageSummary {
  std::string id;
  std::vector<std::string> tags;
  std::vector<std::string> repo_digests;
  std::int64_t created = 0;
  std::uint64_t size = 0;
  StringMap labels;
};

struct MountSpec {
  std::string type;    // "volume", "bind", "tmpfs"
  std::string source;  // volume name or host path
  std::string target;
  bool read_only = false;
  bool no_copy = true;           // volumes: never filled from the image
  StringMap volume_labels = {};  // of one that the engine makes for this mount
};

// What `create container` is asked for; empty fields are left to the image and the engine.
struct ContainerSpec {
  std::string name;
  std::string image;
  std::vector<std::string> entrypoint;
  std::vector<std::string> cmd;
  std::vector<std::string> env;
  std::string user;
  std::string hostname;
  StringMap labels;
  std::vector<std::string> exposed_ports;
  std::vector<PortBinding> bindings;
  std::vector<MountSpec> mounts;
  StringMap tmpfs;              // path → options
  std::string network_mode;     // "none", a network's name, …
  std::string pid_mode;         // "container:<id>"
  std::uint64_t shm_bytes = 0;  // of its /dev/shm; 0: the usual 64 MiB
  std::vector<std::string> cap_add;
  std::vector<std::string> cap_drop;  // "ALL"
  Resources resources;
  std::vector<std::string> security_opt;
  std::string log_driver;
  std::string restart_policy;
  bool auto_remove = false;
  bool disable_healthcheck = false;
  bool init = false;
  bool open_stdin = false;  // and closed for good when the first attached client goes
};

// How a container is in a network: JSON of the Engine API's EndpointSettings.
struct NetworkConnection {
  std::string network;
  std::string settings;
};

// What `create container` is asked for, where a ContainerSpec cannot say it: JSON of the request's
// body, and the networks that have to be connected to before the start (engines before API 1.44
// take one with the request).
struct RawContainerSpec {
  std::string body;
  std::vector<NetworkConnection> networks;
  std::vector<std::string> left_networks;  // which the engine connects it to, and it is not in
};

// A changed path of a container's root file system.
struct Change {
  enum class Kind { modified = 0, added = 1, removed = 2 };
  Kind kind = Kind::modified;
  std::string path;
};

struct PathStat {
  std::string name;
  std::int64_t size = 0;
  std::uint32_t mode = 0;  // Go's os.FileMode bits
  std::string link_target;
  bool is_directory() const { return (mode & 0x80000000U) != 0; }
  bool is_file() const { return (mode & 0x8f280000U) == 0; }
};

struct Process {
  std::string pid;
  std::string command;      // with arguments
  std::string parent = {};  // its number; empty: not known
};

struct Volume {
  std::string name;
  std::string driver;
  std::string mountpoint;
  StringMap labels;
  // What the local driver was told to mount there ("device"); empty: nothing.
  std::string device = {};
};

struct Network {
  std::string id;
  std::string name;
  std::string driver;  // "bridge"
  StringMap labels;
  StringMap options;      // of the driver
  bool internal = false;  // has no way out
};

struct ExecSpec {
  std::vector<std::string> argv;
  std::string user;  // "uid:gid" or a name; empty: the container's
  std::vector<std::string> env;
  std::string working_dir;
};

// An image's line of history, newest first as the engine lists it.
struct HistoryEntry {
  std::string created_by;
  std::uint64_t size = 0;
};

}  // namespace dksnap::docker
