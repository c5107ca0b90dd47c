#include "scratch/worker_session.hpp"

#include <utility>

#include "base/text.hpp"

namespace dksnap::scratch {

Error error_of(const worker::Failure& failure) {
  return {error_code_by_name(failure.code), failure.message, failure.why, failure.hint};
}

Error ended_early(const std::string& command, int exit_code, const std::string& errors) {
  return {
      ErrorCode::failed, "the worker's `" + command + "` ended with " + std::to_string(exit_code),
      errors.empty() ? "it said nothing; did the source container stop?" : last_lines(errors, 3),
      "run the command again; `dksnap doctor` looks for causes"};
}

WorkerSession::WorkerSession(docker::Engine& engine, const std::string& container_id)
    : engine_(engine), container_id_(container_id), thread_([this] { serve(); }) {}

WorkerSession::~WorkerSession() {
  input_.finish();
  thread_.join();
}

void WorkerSession::serve() {
  docker::ExecSpec spec;
  spec.argv = {worker::kWorkerPath, "serve"};
  spec.user = "0:0";
  LineSink lines([this](std::string_view line) { take(line); });
  TailSink errors(kErrorTail);
  std::exception_ptr end;
  try {
    const int code =
        engine_.exec(container_id_, spec, {&input_, &lines, &errors, [this] { input_.close(); }});
    lines.finish();
    end = std::make_exception_ptr(ended_early("serve", code, errors.text()));
  } catch (...) {
    end = std::current_exception();
  }
  input_.close();
  const std::scoped_lock lock(mutex_);
  end_ = end;
  changed_.notify_all();
}

void WorkerSession::take(std::string_view line) {
  const std::scoped_lock lock(mutex_);
  answer_ = worker::parse_message(line);
  changed_.notify_all();
}

worker::ProgramEnd WorkerSession::run(const worker::Program& program) {
  try {
    input_.write(worker::to_json(program) + "\n");
  } catch (const Error&) {
    // It serves no longer; the reason follows.
  }
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return answer_ || end_; });
  if (!answer_) std::rethrow_exception(end_);
  const worker::Message answer = *std::exchange(answer_, std::nullopt);
  if (const auto* ended = std::get_if<worker::ProgramEnd>(&answer)) return *ended;
  if (const auto* failure = std::get_if<worker::Failure>(&answer)) {
    throw error_of(*failure);
  }
  throw Error(ErrorCode::failed, "the worker's answer makes no sense", "no program has ended");
}

}  // namespace dksnap::scratch
