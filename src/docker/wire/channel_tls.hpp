// TLS over a socket, by OpenSSL.
#pragma once

#include <memory>
#include <string>

#include "base/fd.hpp"
#include "docker/endpoint/endpoint.hpp"
#include "docker/wire/channel.hpp"

namespace dksnap::docker {

// Certificates and keys, read once and used for every connection.
class TlsContext {
 public:
  // Throws Error naming the file that cannot be used.
  explicit TlsContext(const TlsFiles& files);
  ~TlsContext();
  TlsContext(const TlsContext&) = delete;
  TlsContext& operator=(const TlsContext&) = delete;

  // Does the handshake on a connected socket and checks that the certificate is that of `host` (a
  // name or an address). Throws engine_unreachable, with the reason of the refusal.
  std::unique_ptr<Channel> handshake(std::shared_ptr<const Stopper> stopper, Fd socket,
                                     const std::string& host, const Deadline& deadline) const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace dksnap::docker
