// Opens connections to one endpoint.
#pragma once

#include <memory>
#include <stop_token>
#include <string>

#include "docker/endpoint/endpoint.hpp"
#include "docker/wire/channel.hpp"
#include "docker/wire/channel_tls.hpp"

namespace dksnap::docker {

// Thread-safe.
class Dialer {
 public:
  Dialer(Endpoint endpoint, std::stop_token stop);

  // A new connection, within kConnectLimit. Throws engine_unreachable with a hint that fits.
  std::unique_ptr<Channel> dial() const;
  // The value of the header Host.
  std::string host_header() const;
  const Endpoint& endpoint() const { return endpoint_; }

 private:
  std::unique_ptr<Channel> dial_unix() const;
  std::unique_ptr<Channel> dial_tcp() const;
  std::unique_ptr<Channel> dial_ssh() const;

  Endpoint endpoint_;
  std::shared_ptr<const Stopper> stopper_;
  std::unique_ptr<const TlsContext> tls_;
};

}  // namespace dksnap::docker
