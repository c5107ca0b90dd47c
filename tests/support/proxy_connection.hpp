// One connection through the fault proxy.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "base/fd.hpp"
#include "support/http_framing.hpp"
#include "support/proxy.hpp"

namespace dksnap::test {

struct Decision {
  ProxyCall call;
  std::optional<FaultRule> rule;  // the one that fires
};
// Called as a request begins.
using Decide = std::function<Decision(const HttpHead& head)>;

class ProxyConnection {
 public:
  // `stop` becomes readable when the proxy ends.
  ProxyConnection(Fd client, Fd engine, int stop, Decide decide)
      : client_(std::move(client)),
        engine_(std::move(engine)),
        stop_(stop),
        decide_(std::move(decide)) {}

  // Returns when both sides are done, or cut. Throws Error where it is not HTTP.
  void serve();

 private:
  // Bytes under way in one direction.
  struct Flow {
    std::string pending;
    bool ended = false;  // nothing more will come
    bool shut = false;   // and the receiver was told
  };

  bool wait_and_move();
  void receive(Fd& from, Flow& flow, void (ProxyConnection::*take)(std::string_view));
  void send(Fd& to, Flow& flow);
  void take_client(std::string_view bytes);
  void take_engine(std::string_view bytes);
  void begin_request();
  void end_request();
  void begin_response();
  void pass_response_body(std::string_view bytes);
  void cut() { cut_ = true; }
  bool delayed(std::chrono::milliseconds delay) const;

  Fd client_;
  Fd engine_;
  int stop_;
  Decide decide_;
  Flow up_;    // client to engine
  Flow down_;  // engine to client
  HttpFraming requests_{HttpFraming::Side::requests};
  HttpFraming responses_{HttpFraming::Side::responses};
  std::optional<FaultRule> rule_;  // of the request under way
  std::string method_;
  bool upgrade_asked_ = false;  // client bytes wait in held_ until the answer is known
  std::string held_;
  std::uint64_t body_sent_ = 0;
  bool client_cut_ = false;       // by us; the engine's answer is still awaited
  bool cut_ = false;              // close both sides now
  bool cut_after_flush_ = false;  // once the client has all of down_
};

}  // namespace dksnap::test
