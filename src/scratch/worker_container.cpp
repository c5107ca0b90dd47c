#include "scratch/worker_container.hpp"

#include <utility>

#include <fmt/format.h>

#include "base/error.hpp"
#include "image/tar.hpp"
#include "scratch/containers.hpp"
#include "scratch/lost_answer.hpp"
#include "scratch/worker_program.hpp"

namespace dksnap::scratch {
namespace {

// A path of the container as a tar holds it.
std::string tar_path(const char* absolute) {
  return absolute + 1;
}

// The worker and its job, as `docker cp` would put them in.
std::string worker_archive(const worker::Job& job) {
  StringSink sink;
  image::TarWriter tar(sink);
  image::TarEntry directory;
  directory.type = image::TarType::directory;
  directory.path = tar_path(worker::kDirectory);
  directory.mode = 0755;
  tar.add(directory);
  directory.path = tar_path(worker::kStagingDirectory);
  tar.add(directory);
  image::TarEntry program;
  program.path = tar_path(worker::kWorkerPath);
  program.mode = 0755;
  program.size = worker_program().size();
  tar.add(program);
  tar.write(worker_program());
  tar.add_file(tar_path(worker::kJobPath), worker::to_json(job), 0600);
  tar.finish();
  return sink.take();
}

}  // namespace

std::string job_archive(const worker::Job& job) {
  StringSink sink;
  image::TarWriter tar(sink);
  tar.add_file(tar_path(worker::kJobPath), worker::to_json(job), 0600);
  tar.finish();
  return sink.take();
}

WorkerContainer::WorkerContainer(snapshot::Context& context, docker::ContainerSpec spec,
                                 const worker::Job& job, std::string what)
    : context_(context), what_(std::move(what)) {
  spec.entrypoint = {worker::kWorkerPath};
  spec.user = "0:0";
  spec.disable_healthcheck = true;
  spec.open_stdin = true;
  spec.auto_remove = true;
  make(spec);
  start(job);
}

void WorkerContainer::make(const docker::ContainerSpec& spec) {
  try {
    id_ = context_.engine.create_container(spec);
  } catch (Error& error) {
    if (is_answer_lost(error)) {
      try {
        discard_late_container(context_.rescue, spec.name);
      } catch (const Error&) {
        // The next run removes it.
      }
    }
    error.add_context("cannot make " + what_);
    throw;
  }
}

void WorkerContainer::start(const worker::Job& job) {
  try {
    StringSource archive(worker_archive(job));
    context_.engine.put_archive(id_, "/", archive);
    lifeline_ = context_.engine.attach_input(id_);
    context_.engine.start_container(id_);
  } catch (Error& error) {
    // Not to the reporter: this may be another thread than the operation's.
    const std::string problem = try_to_remove();
    error.add_context(problem.empty() ? "cannot start " + what_
                                      : "cannot start " + what_ + ", and " + problem);
    throw;
  }
}

std::string WorkerContainer::try_to_remove() noexcept {
  if (id_.empty() || std::exchange(is_removed_, true)) return {};
  try {
    context_.rescue.remove_container(id_);
    return {};
  } catch (const Error& error) {
    return fmt::format("the scratch container {} was left behind ({}); the next dksnap removes it",
                       id_.substr(0, 12), error.what());
  }
}

}  // namespace dksnap::scratch
