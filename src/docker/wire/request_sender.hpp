// Writes a request while watching for an early answer.
#pragma once

#include <exception>
#include <span>
#include <string>
#include <string_view>

#include "docker/wire/channel.hpp"
#include "docker/wire/transport.hpp"

namespace dksnap::docker {

class RequestSender {
 public:
  explicit RequestSender(Channel& channel) : channel_(channel) {}

  // Returns when everything is sent or there is an answer that makes the rest pointless.
  void send(const std::string& host, const Request& request);
  // What arrived of the answer meanwhile.
  std::string take_early() { return std::move(early_); }
  // If the connection broke while sending, throws that: for when no answer came either.
  void rethrow_failure() const;

 private:
  bool push(std::span<const std::byte> bytes);
  bool push(std::string_view text) { return push(std::as_bytes(std::span(text))); }
  void push_stream(Source& stream);
  void read_early();
  bool refused() const;

  Channel& channel_;
  std::string early_;
  bool early_end_ = false;
  std::exception_ptr failure_;
};

}  // namespace dksnap::docker
