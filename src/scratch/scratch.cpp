#include "scratch/scratch.hpp"

#include <optional>

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/paths.hpp"
#include "base/pipe.hpp"
#include "base/text.hpp"
#include "base/time.hpp"
#include "docker/answers/json_types.hpp"
#include "image/tar.hpp"
#include "scratch/ours.hpp"
#include "scratch/owner.hpp"
#include "snapshot/labels.hpp"
#include "worker/manifest/manifest.hpp"

namespace dksnap::scratch {
namespace {

// What a program may be given: a line of the session holds it, with its bytes escaped.
constexpr std::size_t kLongestInput = 200'000;

// The result that a worker command ended with. Throws the Error that it tells of, or that it ended
// without a word.
worker::Message result_of(const std::string& command, int exit_code,
                          const std::optional<worker::Message>& last, const std::string& errors) {
  if (last) {
    if (const auto* failure = std::get_if<worker::Failure>(&*last)) {
      throw error_of(*failure);
    }
  }
  if (exit_code != 0 || !last) throw ended_early(command, exit_code, errors);
  return *last;
}

}  // namespace

void refuse_volumes_in_the_way(const docker::Image& image) {
  for (const std::string& path : image.config.volumes) {
    const std::string volume = docker::normalised(path);
    for (const char* ours : {worker::kDirectory, worker::kTargetDirectory}) {
      if (!is_within(volume, ours) && !is_within(ours, volume)) continue;
      throw Error(ErrorCode::failed, "cannot work with the image " + image.id,
                  fmt::format("it declares a volume at {}, which would hide files from dksnap",
                              printable(path)),
                  "use an image without it");
    }
  }
}

docker::ContainerSpec scratch_container(const std::string& image) {
  docker::ContainerSpec container;
  container.name = new_scratch_name();
  container.image = image;
  container.labels = {{snapshot::label::kRole, snapshot::kRoleScratch},
                      {snapshot::label::kOwner, owner_text()},
                      {snapshot::label::kMadeBy, whose({}).name},
                      {snapshot::label::kCreated, to_rfc3339(std::chrono::system_clock::now())}};
  container.network_mode = "none";
  // It may ask others, whom nothing can reach from here.
  container.disable_healthcheck = true;
  return container;
}

Scratch::Scratch(snapshot::Context& context, const ScratchSpec& spec)
    : context_(context), resources_(spec.limits.resources) {
  docker::ContainerSpec container = scratch_container(spec.image);
  confine(container, spec.limits, Confined::scratch);
  container.cmd = {"wait"};
  container.mounts = spec.mounts;
  for (const std::string& path : spec.covered) container.tmpfs[path] = "ro,size=4k";
  // Both take a moment, and neither waits for the other.
  std::future<std::unique_ptr<Reader>> reader;
  if (!spec.source.empty()) {
    volume_ = std::make_unique<HandOverVolume>(context);
    container.mounts.push_back(volume_->mount(true));
    reader = std::async(std::launch::async, [&] {
      return std::make_unique<Reader>(
          context, ReaderSpec{spec.image, spec.source, spec.source_is_alone, spec.limits},
          *volume_);
    });
  }
  container_ =
      std::make_unique<WorkerContainer>(context, container, spec.job, "a scratch container");
  if (reader.valid()) reader_ = reader.get();
}

Scratch::~Scratch() {
  if (!removal_.valid()) {
    remove_container();
  } else if (const std::string problem = removal_.get(); !problem.empty()) {
    context_.reporter.notice(problem);
  }
}

std::string Scratch::try_to_remove() noexcept {
  session_.reset();
  std::string problem = container_->try_to_remove();
  if (reader_) {
    if (std::string of_reader = reader_->remove(); problem.empty()) problem = of_reader;
  }
  if (volume_) volume_->remove();
  return problem;
}

void Scratch::remove_container() {
  if (const std::string problem = try_to_remove(); !problem.empty()) {
    context_.reporter.notice(problem);
  }
}

void Scratch::remove_in_background() {
  removal_ = std::async(std::launch::async, [this] { return try_to_remove(); });
}

void Scratch::open_shell() {
  if (!session_) session_ = std::make_unique<WorkerSession>(context_.engine, id());
}

databases::Shell Scratch::shell() {
  open_shell();
  return databases::Shell([this](const std::vector<std::string>& argv, const std::string& user,
                                 const std::vector<std::string>& env,
                                 const databases::TimeLimit& limit, const std::string& input) {
    worker::ProgramEnd end =
        session_->run({argv, user, env, input, static_cast<std::uint64_t>(limit.total.count()),
                       static_cast<std::uint64_t>(limit.idle.count())});
    return databases::ProgramResult{end.exit_code, std::move(end.out), std::move(end.err)};
  });
}

worker::Message Scratch::run_worker(const std::vector<std::string>& arguments,
                                    const WorkerInput& input,
                                    const std::function<void(const worker::Message&)>& on_message) {
  docker::ExecSpec spec;
  spec.argv = {worker::kWorkerPath};
  spec.argv.insert(spec.argv.end(), arguments.begin(), arguments.end());
  spec.user = "0:0";
  std::optional<worker::Message> last;
  LineSink lines([&](std::string_view line) {
    last = worker::parse_message(line);
    on_message(*last);
  });
  TailSink errors(kErrorTail);
  const int exit_code =
      context_.engine.exec(id(), spec, {input.from, &lines, &errors, input.interrupt});
  lines.finish();
  return result_of(arguments.front(), exit_code, last, errors.text());
}

void Scratch::set_job(const worker::Job& job) {
  const std::string text = worker::to_json(job);
  if (text.size() > kLongestInput) {
    StringSource archive(job_archive(job));
    context_.engine.put_archive(id(), "/", archive);
    return;
  }
  // A call of the engine for a file costs a tenth of a second.
  open_shell();
  const worker::ProgramEnd end = session_->run({{worker::kWorkerPath, "take-job"}, {}, {}, text});
  if (end.exit_code != 0) throw ended_early("take-job", end.exit_code, end.err + end.out);
}

worker::SyncResult Scratch::sync(const std::function<void()>& on_ready,
                                 const std::function<void()>& on_copied,
                                 const std::function<void(const worker::Progress&)>& on_progress) {
  BytePipe go;
  const worker::Message last =
      run_worker({"sync"}, {&go, [&go] { go.close(); }}, [&](const worker::Message& message) {
        if (const auto* progress = std::get_if<worker::Progress>(&message)) on_progress(*progress);
        if (std::holds_alternative<worker::Waiting>(message) && reader_) reader_->expect_alive();
        if (std::holds_alternative<worker::Ready>(message)) {
          on_ready();
          go.write("go\n");
          go.finish();
        }
        if (std::holds_alternative<worker::SyncResult>(message)) on_copied();
      });
  if (reader_) reader_->dismiss();
  if (limits_processors(resources_)) context_.engine.set_processor_share(id(), resources_);
  if (const auto* result = std::get_if<worker::SyncResult>(&last)) return *result;
  throw Error(ErrorCode::failed, "the worker's `sync` ended early", "its last line is no result");
}

worker::PlannedCopy Scratch::expect_room() {
  const worker::Message last = run_worker({"room"}, {}, [](const worker::Message&) {});
  if (const auto* planned = std::get_if<worker::PlannedCopy>(&last)) return *planned;
  throw Error(ErrorCode::failed, "the worker's `room` ended early", "its last line is no result");
}

std::uint64_t Scratch::write_file(const std::string& path, Source& content) {
  const worker::Message last =
      run_worker({"write", path}, {&content}, [](const worker::Message&) {});
  if (const auto* result = std::get_if<worker::SyncResult>(&last)) return result->copied_bytes;
  throw Error(ErrorCode::failed, "the worker's `write` ended early", "its last line is no result");
}

void Scratch::remove(const std::vector<std::string>& paths) {
  if (paths.empty()) return;
  std::string lines;
  for (const std::string& path : paths) lines += worker::escape_path(path) + "\n";
  open_shell();
  const worker::ProgramEnd end = session_->run({{worker::kWorkerPath, "remove"}, {}, {}, lines});
  std::optional<worker::Message> last;
  LineSink said([&](std::string_view line) { last = worker::parse_message(line); });
  said.write(end.out);
  said.finish();
  result_of("remove", end.exit_code, last, end.err);
}

worker::PackResult Scratch::pack(const std::function<void(const worker::Progress&)>& on_progress) {
  const worker::Message last = run_worker({"pack"}, {}, [&](const worker::Message& message) {
    if (const auto* progress = std::get_if<worker::Progress>(&message)) on_progress(*progress);
  });
  if (const auto* result = std::get_if<worker::PackResult>(&last)) {
    open_shell();
    session_->run({{worker::kWorkerPath, "drop"}, {}, {}, {}});
    return *result;
  }
  throw Error(ErrorCode::failed, "the worker's `pack` ended early", "its last line is no result");
}

void Scratch::put_files(const std::string& directory, Source& tar) {
  context_.engine.put_archive(id(), directory, tar);
}

namespace {

// The one file in an archive stream, which it owns.
class ArchivedFile final : public Source {
 public:
  explicit ArchivedFile(std::unique_ptr<Source> archive)
      : archive_(std::move(archive)), reader_(*archive_) {
    if (!reader_.next(entry_) || entry_.type != image::TarType::file) {
      throw Error(ErrorCode::failed, "cannot read the packed layer", "the engine sent no file");
    }
  }
  std::size_t read(std::span<std::byte> into) override { return reader_.content().read(into); }

 private:
  std::unique_ptr<Source> archive_;
  image::TarReader reader_;
  image::TarEntry entry_;
};

// Gives a source back as soon as `size` bytes of it are read: an archive that is still open keeps
// the engine from removing the container.
class SizedSource final : public Source {
 public:
  SizedSource(std::unique_ptr<Source> from, std::uint64_t size, std::function<void()> on_end)
      : from_(std::move(from)), left_(size), on_end_(std::move(on_end)) {}
  std::size_t read(std::span<std::byte> into) override {
    if (!from_) return 0;
    const std::size_t count = from_->read(into);
    if (count != 0 && count < left_) {
      left_ -= count;
      return count;
    }
    from_.reset();
    on_end_();
    return count;
  }

 private:
  std::unique_ptr<Source> from_;
  std::uint64_t left_;
  std::function<void()> on_end_;
};

}  // namespace

std::unique_ptr<Source> Scratch::open_layer() {
  return std::make_unique<ArchivedFile>(context_.engine.get_archive(id(), worker::kLayerPath));
}

std::unique_ptr<Source> Scratch::open_layer_once(std::uint64_t size) {
  return std::make_unique<SizedSource>(open_layer(), size, [this] { remove_in_background(); });
}

}  // namespace dksnap::scratch
