#include "docker/http/client.hpp"

#include <chrono>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/error.hpp"
#include "base/text.hpp"

namespace dksnap::docker {
namespace {

using nlohmann::json;

// An inspect of a container with thousands of mounts is far below this.
constexpr std::size_t kLargestJson = 64 * 1024 * 1024;
constexpr std::size_t kLongestError = 1024 * 1024;

// {"message": "…"}, or whatever it is.
std::string engine_words(Answer& answer) {
  std::string text;
  try {
    text = read_all(answer.body(), kLongestError);
  } catch (const Error& error) {
    if (error.code() == ErrorCode::interrupted) throw;
    return error.what();  // the status is what counts
  }
  const json value = json::parse(text, nullptr, false);
  if (value.is_object() && value.contains("message") && value["message"].is_string()) {
    text = value["message"].get<std::string>();
  }
  text = printable(trim(text));
  return text.empty() ? fmt::format("status {}", answer.status()) : text;
}

}  // namespace

Error engine_error(const std::string& what, int status, const std::string& words) {
  if (contains_ignoring_case(words, "no space left on device") ||
      contains_ignoring_case(words, "disk quota exceeded")) {
    return {ErrorCode::no_space, what, words,
            "make room on the engine's disk: `docker system df` shows what is used"};
  }
  const ErrorCode code = status == 404   ? ErrorCode::not_found
                         : status == 409 ? ErrorCode::in_use
                                         : ErrorCode::failed;
  return {code, what, words};
}

Client::Client(Endpoint endpoint, ConnectOptions options)
    : dialer_(std::move(endpoint), options.stop), options_(std::move(options)) {
  Request ping;
  ping.target = "/_ping";
  const auto answer = call("", ping, "");
  const int status = answer->status();
  if (status >= 300) {
    throw Error(ErrorCode::engine_unreachable, "the Docker engine refuses to talk to us",
                engine_words(*answer), "is this the right address, and TLS as it expects it?");
  }
  version_ = choose_api_version(answer->header("API-Version"), dialer_.endpoint().api_version);
}

std::unique_ptr<Answer> Client::call(const std::string& what, const Request& request,
                                     const std::string& prefix) const {
  const auto start = std::chrono::steady_clock::now();
  const auto trace = [&](const std::string& result) {
    if (!options_.trace) return;
    const auto took = std::chrono::steady_clock::now() - start;
    options_.trace(
        fmt::format("{} {} {} {} ms", request.method, request.target, result,
                    std::chrono::duration_cast<std::chrono::milliseconds>(took).count()));
  };
  try {
    Request full = request;
    full.target = dialer_.endpoint().base_path + prefix + request.target;
    auto answer = exchange(dialer_.dial(), dialer_.host_header(), full);
    trace(std::to_string(answer->status()));
    return answer;
  } catch (Error& error) {
    trace(std::string(error_code_name(error.code())));
    if (error.code() != ErrorCode::interrupted && !what.empty()) error.add_context(what);
    throw;
  }
}

std::unique_ptr<Answer> Client::send_or_404(const std::string& what, const Request& request) const {
  auto answer = call(what, request, "/v" + to_string(version_));
  const int status = answer->status();
  // 304: it was so already.
  const bool good = status < 300 || status == 304 || status == 404;
  if (!good) throw engine_error(what, status, engine_words(*answer));
  return answer;
}

std::unique_ptr<Answer> Client::send(const std::string& what, const Request& request) const {
  auto answer = send_or_404(what, request);
  if (answer->status() == 404) throw engine_error(what, 404, engine_words(*answer));
  return answer;
}

json Client::read_json(const std::string& what, Answer& answer) {
  try {
    json value = json::parse(read_all(answer.body(), kLargestJson), nullptr, false);
    if (value.is_discarded()) {
      throw Error(ErrorCode::failed, "the engine's answer cannot be understood", "it is not JSON");
    }
    return value;
  } catch (Error& error) {
    if (error.code() != ErrorCode::interrupted) error.add_context(what);
    throw;
  }
}

json Client::get(const std::string& what, const std::string& target) const {
  Request request;
  request.target = target;
  return read_json(what, *send(what, request));
}

void Client::post(const std::string& what, const std::string& target) const {
  Request request;
  request.method = "POST";
  request.target = target;
  send(what, request);
}

namespace {

Request json_request(const std::string& what, const std::string& target, const json& body) {
  Request request;
  request.method = "POST";
  request.target = target;
  request.content_type = "application/json";
  try {
    request.body = body.dump();
  } catch (const json::exception&) {
    throw Error(ErrorCode::failed, what, "a name or argument is not valid UTF-8",
                "the engine takes nothing else");
  }
  return request;
}

}  // namespace

json Client::post(const std::string& what, const std::string& target, const json& body) const {
  return read_json(what, *send(what, json_request(what, target, body)));
}

void Client::tell(const std::string& what, const std::string& target, const json& body) const {
  send(what, json_request(what, target, body));
}

std::string cannot(std::string_view verb, std::string_view thing, std::string_view ref) {
  return fmt::format("cannot {} {} {}", verb, thing, printable(ref));
}

}  // namespace dksnap::docker
