// A throw-away container that holds a copy of the data. Everything is done to it by its worker.
#pragma once

#include <functional>
#include <future>
#include <memory>
#include <string>
#include <vector>

#include "databases/shell.hpp"
#include "scratch/limits.hpp"
#include "scratch/reader.hpp"
#include "scratch/worker_container.hpp"
#include "scratch/worker_session.hpp"
#include "snapshot/context.hpp"
#include "worker/protocol/protocol.hpp"

namespace dksnap::scratch {

struct ScratchSpec {
  std::string image;
  // A running container, whose own root and mappings the job needs: a reader hands them over.
  // Empty: none.
  std::string source;
  bool source_is_alone = true;  // shares its PID namespace with nobody
  std::vector<docker::MountSpec> mounts;
  // Paths that the image declares as volumes, and nothing of which is needed: else the engine makes
  // one for each, and fills it.
  std::vector<std::string> covered;
  worker::Job job;
  Limits limits = default_limits();
};

// Owns the container, its reader and what they share: all are gone when the object is, also when an
// operation is cancelled. Their main processes end, and the engine removes them, when this process
// dies. Nothing of the source's can be reached from it but what is mounted read-only, and, while
// sync() runs, the root that our worker was handed.
class Scratch {
 public:
  // Created with the worker and the job in it, and running. On any thread; all else on the
  // operation's.
  Scratch(snapshot::Context& context, const ScratchSpec& spec);
  ~Scratch();
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;

  // Gives it another job than it was made with, before it has done anything.
  void set_job(const worker::Job& job);
  // Copies the source into the scratch. `on_ready` is called once the first copy of a running
  // source is done: it freezes. `on_copied` is called as soon as the frozen copy is done: it thaws.
  // From its end on nothing in the scratch has more of the processors than the source.
  worker::SyncResult sync(const std::function<void()>& on_ready,
                          const std::function<void()>& on_copied,
                          const std::function<void(const worker::Progress&)>& on_progress);
  // What sync() would write now. Throws no_space where that has no room.
  worker::PlannedCopy expect_room();
  // Writes a file of the copy, of the owner of its directory, for that one's eyes alone; in place
  // of one that is there. Returns how many bytes; where `content` ends early it is not there.
  std::uint64_t write_file(const std::string& path, Source& content);
  // Removes paths below the captured directories.
  void remove(const std::vector<std::string>& paths);
  // The copy is gone afterwards.
  worker::PackResult pack(const std::function<void(const worker::Progress&)>& on_progress);
  // Unpacks a tar below a directory of the scratch: files of a stopped source.
  void put_files(const std::string& directory, Source& tar);
  // The packed layer: exactly PackResult::blob_size bytes.
  std::unique_ptr<Source> open_layer();
  // The same; once its `size` bytes are read, the container is removed in the background.
  std::unique_ptr<Source> open_layer_once(std::uint64_t size);

  // Starts what shell() and remove() need, which takes a moment, in the background.
  void open_shell();
  // Valid as long as this object.
  databases::Shell shell();
  const std::string& id() const { return container_->id(); }

 private:
  // Standard input of a worker command; `interrupt` ends a read of `from` that waits.
  struct WorkerInput {
    Source* from = nullptr;
    std::function<void()> interrupt = {};
  };
  void remove_container();
  // The destructor then only waits for the end of that.
  void remove_in_background();
  std::string try_to_remove() noexcept;  // what is wrong, if it cannot be
  worker::Message run_worker(const std::vector<std::string>& arguments, const WorkerInput& input,
                             const std::function<void(const worker::Message&)>& on_message);

  snapshot::Context& context_;
  const docker::Resources resources_;  // of the source
  std::unique_ptr<HandOverVolume> volume_;
  std::unique_ptr<Reader> reader_;
  std::unique_ptr<WorkerContainer> container_;
  std::unique_ptr<WorkerSession> session_;
  std::future<std::string> removal_;
};

// Throws `failed` where an image declares a volume where the worker works (worker/protocol): it
// would hide files from it. Asked of every image that one is to run in.
void refuse_volumes_in_the_way(const docker::Image& image);

// A container of `image` with the labels by which a scratch, and whose it is, is known, a name of
// its own and no network. What it may do else: confine().
docker::ContainerSpec scratch_container(const std::string& image);

}  // namespace dksnap::scratch
