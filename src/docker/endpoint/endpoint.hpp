// Which engine to talk to, found in exactly the order of the docker CLI.
#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>

namespace dksnap::docker {

// What the user gave on the command line; empty means not given.
struct EndpointOptions {
  std::string host = {};     // -H
  std::string context = {};  // -c
  bool tls = false;
  bool tls_verify = false;
  std::string tls_ca_cert = {};
  std::string tls_cert = {};
  std::string tls_key = {};
};

struct TlsFiles {
  std::string ca_cert;  // paths; empty: the system's certificates
  std::string cert;
  std::string key;
  bool verify = true;
};

struct Endpoint {
  enum class Kind { unix_socket, tcp, ssh };
  Kind kind = Kind::unix_socket;
  std::string address;    // path of the socket, or host; for ssh the whole "ssh://…" URL
  std::string port;       // tcp
  std::string base_path;  // tcp: before every target, "/engine"; usually empty
  std::optional<TlsFiles> tls;
  std::string url;          // as it was given: "unix:///var/run/docker.sock"
  std::string rule;         // which rule won: "-H", "DOCKER_HOST", "DOCKER_CONTEXT",
                            // "currentContext in …/config.json", "the default"
  std::string api_version;  // DOCKER_API_VERSION; empty: agreed on with the engine
};

// The process's surroundings, given so that tests can make their own.
struct Surroundings {
  std::function<std::optional<std::string>(const std::string&)> env;
  std::filesystem::path home;
};
Surroundings real_surroundings();

// -H or -c (both: Error) → DOCKER_HOST → DOCKER_CONTEXT → currentContext of config.json →
// unix:///var/run/docker.sock. The order is the docker CLI's code (cli/command/cli.go,
// resolveContextName), not its reference page. A bad value is an Error that names where it came
// from.
Endpoint resolve_endpoint(const EndpointOptions& options, const Surroundings& surroundings);

}  // namespace dksnap::docker
