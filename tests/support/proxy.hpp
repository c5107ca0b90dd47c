// The fault proxy: a unix socket in front of the engine's that cuts, delays and answers at the n-th
// call, and records all calls. Streams of exec and attach pass through it, half-closes included.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace dksnap::test {

struct ProxyCall {
  int number = 0;      // from 1, in the order in which requests began
  std::string method;  // "POST"
  std::string path;    // without API version and query: "/containers/db/pause"
  std::string target;  // as it was sent
};

enum class Fault {
  none,               // only `on_call`
  cut_before,         // the engine never sees the request
  cut_after_request,  // the engine carries it out, the caller never hears of it
  cut_in_response,    // after the head and `bytes` bytes of the body as it is sent
  answer,             // `status` and `body` in place of the engine's answer; it sees nothing
};

struct FaultRule {
  std::string method{};  // empty: any
  std::string path{};    // regular expression, found anywhere in the path; empty: any
  int nth = 1;           // of the calls this rule matches; 0: each of them
  Fault fault = Fault::none;
  std::uint64_t bytes = 0;
  int status = 500;
  std::string body = R"({"message":"the test said so"})";
  std::chrono::milliseconds delay{0};               // before anything else
  std::function<void(const ProxyCall&)> on_call{};  // after the delay, before the request goes on;
                                                    // on a thread of the proxy
};

class FaultProxy {
 public:
  // `engine`: path of the engine's socket, or its DOCKER_HOST ("unix://…").
  explicit FaultProxy(const std::string& engine);
  // Cuts what is open.
  ~FaultProxy();
  FaultProxy(const FaultProxy&) = delete;
  FaultProxy& operator=(const FaultProxy&) = delete;

  // What to set DOCKER_HOST to.
  std::string host() const;
  // Rules are asked in the order in which they were added; the first that fires decides.
  // Thread-safe, at any time; so are the others.
  void add(FaultRule rule);
  void clear_rules();
  // Down: what is open is cut, and new connections are closed at once, as with an engine that died.
  void set_down(bool down);
  std::vector<ProxyCall> calls() const;
  // How often rules fired: a test whose fault never happened has tested nothing.
  int fired() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace dksnap::test
