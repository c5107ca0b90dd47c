// The Docker engine as dksnap needs it.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "base/stream.hpp"
#include "docker/types.hpp"

namespace dksnap::docker {

// Where the three streams of an exec go. `in` may be null (no standard input); the others may not
// (use NullSink). All must outlive the call. `in` is read on a thread of the call's own until its
// end, and then the program sees the end. What `in` throws ends the call and is thrown by it.
//
// The call waits for that thread, also where the program ends before its input does. A source whose
// read() may block for as long as somebody else pleases therefore needs `interrupt_in`, which is
// called once in that case, from another thread, and must make read() return or throw: for a
// BytePipe (base/pipe.hpp) its close().
struct ExecStreams {
  Source* in = nullptr;
  Sink* out = nullptr;
  Sink* err = nullptr;
  std::function<void()> interrupt_in = {};
  // When the caller waits no longer; none: as long as it takes.
  std::optional<std::chrono::steady_clock::time_point> deadline = {};
};

// What exec() returns where the deadline has passed, as timeout(1) does. The program goes on: the
// engine knows no way to end it.
inline constexpr int kExecTimedOut = 124;

struct ContainerFilter {
  bool all = false;                 // stopped ones as well
  std::vector<std::string> labels;  // "key" or "key=value", all must match
  std::string volume;               // name or destination of a mount
  std::string id;                   // whole
};

// Empty: all. A containerd store looks into each image that a label is asked of, 5 ms each; names
// it compares without that.
struct ImageFilter {
  std::string label;      // "key" or "key=value"
  std::string reference;  // a pattern of a name, with or without its tag: "dksnap-bin/*"
};

// Every call blocks until the engine has answered, and throws Error: engine_unreachable when the
// connection cannot be made or breaks, not_found for a 404, in_use for a 409, no_space where the
// engine says its disk is full, interrupted when the stop token given to the engine was triggered
// (which closes the connection at once); `failed` otherwise, with the engine's own words as the
// reason. An error inside a 200 answer is found and thrown as well.
//
// Thread-safe: each call uses a connection of its own. Names and ids are passed as they are and
// escaped by the engine object.
class Engine {
 public:
  virtual ~Engine() = default;

  // Asked once: what an engine says of itself holds as long as it runs.
  virtual EngineInfo info() = 0;
  // Where it was found, for people: "unix:///var/run/docker.sock (DOCKER_HOST)".
  virtual std::string endpoint_text() const = 0;

  // Containers.
  virtual std::vector<ContainerSummary> list_containers(const ContainerFilter& filter) = 0;
  virtual Container inspect_container(const std::string& ref) = 0;
  virtual std::string create_container(const ContainerSpec& spec) = 0;  // returns the id
  // The same with a request as it stands: its networks are neither connected to nor left.
  virtual std::string create_container(const std::string& name, const RawContainerSpec& spec) = 0;
  virtual void connect_network(const std::string& id, const NetworkConnection& connection) = 0;
  virtual void disconnect_network(const std::string& id, const std::string& network) = 0;
  // "no", "always", "on-failure:3"; at once, and for good.
  virtual void set_restart_policy(const std::string& id, const std::string& policy) = 0;
  // At once. Of the resources only the share of the processors: nano_cpus, or period and quota.
  virtual void set_processor_share(const std::string& id, const Resources& resources) = 0;
  virtual void start_container(const std::string& id) = 0;
  // Stops; nothing happens if it is not running. `grace`: until it is killed; none: its own.
  virtual void stop_container(const std::string& id, std::optional<std::chrono::seconds> grace) = 0;
  virtual void kill_container(const std::string& id, const std::string& signal) = 0;
  virtual void pause_container(const std::string& id) = 0;
  virtual void unpause_container(const std::string& id) = 0;
  // Removes by force, its anonymous volumes with it. Not there: nothing happens.
  virtual void remove_container(const std::string& id) = 0;
  virtual void rename_container(const std::string& id, const std::string& name) = 0;
  // Waits until it is not running; returns its exit code.
  virtual int wait_container(const std::string& id) = 0;
  // The last `lines` lines of both streams, times left out.
  virtual std::string container_logs(const std::string& id, int lines) = 0;
  virtual std::vector<Process> container_processes(const std::string& id) = 0;
  virtual std::vector<Change> container_changes(const std::string& id) = 0;

  // Runs a program in a running container and returns its exit code (126 and 127 as a shell's:
  // cannot be run, not found; the reason is then in `err`).
  virtual int exec(const std::string& id, const ExecSpec& spec, const ExecStreams& streams) = 0;

  // Holds the standard input of a container that was created with `open_stdin` open, from before
  // its start. When the object is destroyed, or this process dies, the container's main process
  // reads the end of its input.
  class Input {
   public:
    virtual ~Input() = default;
  };
  virtual std::unique_ptr<Input> attach_input(const std::string& id) = 0;

  // A tar of `path`, streamed. The container's lock is held by the engine until it is read to its
  // end or destroyed: never wait for anything else of the same container meanwhile.
  virtual std::unique_ptr<Source> get_archive(const std::string& id, const std::string& path) = 0;
  // Unpacks a tar below the directory `path`; owners as the tar says.
  virtual void put_archive(const std::string& id, const std::string& path, Source& tar) = 0;
  // Nothing where the path does not exist.
  virtual std::optional<PathStat> stat_path(const std::string& id, const std::string& path) = 0;

  // Images.
  virtual std::vector<ImageSummary> list_images(const ImageFilter& filter) = 0;
  virtual Image inspect_image(const std::string& ref) = 0;
  virtual std::vector<HistoryEntry> image_history(const std::string& ref) = 0;
  // Returns what the engine said it loaded ("Loaded image: …" lines' names or ids).
  virtual std::vector<std::string> load_images(Source& tar) = 0;
  // `docker save` of these references as one tar, streamed.
  virtual std::unique_ptr<Source> save_images(const std::vector<std::string>& refs) = 0;
  virtual void tag_image(const std::string& ref, const std::string& repository,
                         const std::string& tag) = 0;
  // `force` also when stopped containers use it. Untagged parents are kept unless `prune`.
  virtual void remove_image(const std::string& ref, bool force, bool prune) = 0;

  // Volumes.
  virtual std::vector<Volume> list_volumes() = 0;
  // Where one of that name is there, nothing happens, and that one is returned, with its own labels
  // (moby, volume/service/store.go: create).
  virtual Volume create_volume(const std::string& name, const StringMap& labels) = 0;
  // Not there: nothing happens. In use: `in_use`.
  virtual void remove_volume(const std::string& name) = 0;

  // Networks.
  virtual std::vector<Network> list_networks() = 0;
  // Of this machine alone; returns the id. Throws in_use where one has the name, unless that is
  // being made at the same time: an engine before 23 then has two.
  virtual std::string create_network(const Network& network) = 0;
  // By its id. Not there: nothing happens. Throws `failed` where a running container is in it.
  virtual void remove_network(const std::string& id) = 0;
};

}  // namespace dksnap::docker
