// The value of -H and DOCKER_HOST, read as the docker CLI reads it (cli: opts/hosts.go).
#pragma once

#include <string>

#include "docker/endpoint/endpoint.hpp"

namespace dksnap::docker {

inline constexpr const char* kDefaultSocket = "/var/run/docker.sock";

// Fills kind, address, port, base_path and url of an endpoint. `origin` names where the value came
// from, for errors; `tls` decides the port where none is given. "https://" sets `tls` of the
// answer.
Endpoint parse_host(const std::string& value, const std::string& origin, bool tls);

// "ssh://user@host:port/path" in its parts; empty ones were not given.
struct SshTarget {
  std::string user;
  std::string host;
  std::string port;
  std::string socket;
};
// Throws Error for what is not a host: a password, a query, no name.
SshTarget parse_ssh_url(const std::string& url, const std::string& origin);

}  // namespace dksnap::docker
