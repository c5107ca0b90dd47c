#include <algorithm>
#include <chrono>
#include <thread>

#include <nlohmann/json.hpp>

#include "base/error.hpp"
#include "base/text.hpp"
#include "docker/answers/json_read.hpp"
#include "docker/http/http_engine_impl.hpp"
#include "docker/wire/exec_pump.hpp"
#include "docker/wire/url.hpp"

namespace dksnap::docker {
namespace {

using nlohmann::json;

class AttachedInput final : public Engine::Input {
 public:
  explicit AttachedInput(std::unique_ptr<Channel> channel) : channel_(std::move(channel)) {}

 private:
  std::unique_ptr<Channel> channel_;
};

// Keeps the beginning of an output that it passes on.
class BeginningSink final : public Sink {
 public:
  explicit BeginningSink(Sink& to) : to_(to) {}
  using Sink::write;
  void write(std::span<const std::byte> bytes) override {
    constexpr std::size_t kMost = 4096;
    text_.append(reinterpret_cast<const char*>(bytes.data()),
                 std::min(bytes.size(), kMost - text_.size()));
    to_.write(bytes);
  }
  const std::string& text() const { return text_; }

 private:
  Sink& to_;
  std::string text_;
};

// Where a program cannot be started, the engine says so in its standard output, and tells 126
// whatever the reason (measured on 20.10). The words are those of runc.
int start_failure(int exit_code, const std::string& out, Sink& err) {
  if ((exit_code != 126 && exit_code != 127) || out.rfind("OCI runtime exec failed", 0) != 0) {
    return exit_code;
  }
  err.write(out);
  const bool not_found = out.find("executable file not found") != std::string::npos ||
                         out.find("no such file or directory") != std::string::npos;
  return not_found ? 127 : exit_code;
}

json exec_body(const ExecSpec& spec, bool with_input) {
  json body = {{"AttachStdin", with_input},
               {"AttachStdout", true},
               {"AttachStderr", true},
               {"Cmd", spec.argv}};
  if (!spec.user.empty()) body["User"] = spec.user;
  if (!spec.env.empty()) body["Env"] = spec.env;
  if (!spec.working_dir.empty()) body["WorkingDir"] = spec.working_dir;
  return body;
}

}  // namespace

int HttpEngine::exec(const std::string& id, const ExecSpec& spec, const ExecStreams& streams) {
  const std::string program = spec.argv.empty() ? std::string() : printable(spec.argv.front());
  const std::string what = "cannot run " + program + " in container " + printable(id);
  const json created =
      client_.post(what, container_target(id, "/exec"), exec_body(spec, streams.in != nullptr));
  const std::string exec_target = "/exec/" + escape(needed_text(created, "Id"));

  Request start;
  start.method = "POST";
  start.target = exec_target + "/start";
  start.content_type = "application/json";
  start.body = R"({"Detach":false,"Tty":false})";
  start.upgrade = true;
  auto answer = client_.send(what, start);
  BeginningSink out(*streams.out);
  ExecStreams watched = streams;
  watched.out = &out;
  try {
    if (!pump_exec(answer->take_connection(), watched)) return kExecTimedOut;
  } catch (Error& error) {
    if (error.code() == ErrorCode::engine_unreachable) error.add_context(what);
    throw;
  }

  // The output can end a moment before the engine knows of the exit, or long before it where a
  // program closes it and goes on.
  for (auto pause = std::chrono::milliseconds(1);;
       pause = std::min(pause * 2, std::chrono::milliseconds(200))) {
    const json state = client_.get(what, exec_target + "/json");
    if (!flag(state, "Running") && member(state, "ExitCode").is_number()) {
      return start_failure(static_cast<int>(number(state, "ExitCode")), out.text(), *streams.err);
    }
    if (streams.deadline && std::chrono::steady_clock::now() >= *streams.deadline)
      return kExecTimedOut;
    std::this_thread::sleep_for(pause);
  }
}

std::unique_ptr<Engine::Input> HttpEngine::attach_input(const std::string& id) {
  const std::string what = "cannot hold the input of container " + printable(id);
  Request request;
  request.method = "POST";
  request.target = container_target(id, "/attach").flag("stream", true).flag("stdin", true);
  request.upgrade = true;
  return std::make_unique<AttachedInput>(client_.send(what, request)->take_connection().channel);
}

}  // namespace dksnap::docker
