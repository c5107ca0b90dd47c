#include "docker/endpoint/endpoint.hpp"

#include <cstdlib>
#include <pwd.h>
#include <unistd.h>

#include "base/error.hpp"
#include "docker/endpoint/context_store.hpp"
#include "docker/endpoint/endpoint_host.hpp"

namespace dksnap::docker {
namespace {

namespace fs = std::filesystem;

std::string variable(const Surroundings& surroundings, const char* name) {
  return surroundings.env(name).value_or("");
}

fs::path config_directory(const Surroundings& surroundings) {
  const std::string given = variable(surroundings, "DOCKER_CONFIG");
  return given.empty() ? surroundings.home / ".docker" : fs::path(given);
}

// A certificate file: as given, or the usual one where it exists (docker/cli:
// cli/flags/options.go).
std::string certificate(const std::string& given, const fs::path& usual, const char* flag) {
  std::error_code error;
  if (given.empty()) return fs::exists(usual, error) ? usual.string() : std::string();
  if (!fs::exists(given, error)) {
    throw Error(ErrorCode::failed, std::string("the file given with ") + flag + " does not exist",
                given);
  }
  return given;
}

// The TLS settings outside contexts: flags, DOCKER_TLS, DOCKER_TLS_VERIFY and DOCKER_CERT_PATH.
std::optional<TlsFiles> default_tls(const EndpointOptions& options,
                                    const Surroundings& surroundings) {
  const bool verify = options.tls_verify || !variable(surroundings, "DOCKER_TLS_VERIFY").empty();
  if (!verify && !options.tls && variable(surroundings, "DOCKER_TLS").empty()) return std::nullopt;
  const std::string given = variable(surroundings, "DOCKER_CERT_PATH");
  const fs::path directory = given.empty() ? config_directory(surroundings) : fs::path(given);
  TlsFiles tls;
  tls.verify = verify;
  tls.ca_cert = certificate(options.tls_ca_cert, directory / "ca.pem", "--tlscacert");
  tls.cert = certificate(options.tls_cert, directory / "cert.pem", "--tlscert");
  tls.key = certificate(options.tls_key, directory / "key.pem", "--tlskey");
  if (verify && tls.ca_cert.empty() && !given.empty()) {
    throw Error(ErrorCode::failed, "the engine's certificate cannot be verified",
                "DOCKER_CERT_PATH: " + (directory / "ca.pem").string() + " does not exist",
                "name the certificate with --tlscacert, or correct DOCKER_CERT_PATH");
  }
  return tls;
}

Endpoint with_tls(const std::string& host, const std::string& origin, std::optional<TlsFiles> tls) {
  Endpoint endpoint = parse_host(host, origin, tls.has_value());
  if (endpoint.kind != Endpoint::Kind::tcp) {
    endpoint.tls.reset();
  } else if (tls) {
    endpoint.tls = std::move(tls);
  }
  endpoint.rule = origin;
  return endpoint;
}

// What the name `default` stands for.
Endpoint default_context(const EndpointOptions& options, const Surroundings& surroundings) {
  const std::optional<TlsFiles> tls = default_tls(options, surroundings);
  if (!options.host.empty()) return with_tls(options.host, "-H", tls);
  if (const std::string host = variable(surroundings, "DOCKER_HOST"); !host.empty()) {
    return with_tls(host, "DOCKER_HOST", tls);
  }
  // As the CLI: without an address TLS means the TCP port.
  return with_tls(tls ? "tcp://localhost:2376" : std::string("unix://") + kDefaultSocket,
                  "the default", tls);
}

struct ContextChoice {
  std::string name;
  std::string rule;
};

ContextChoice choose_context(const EndpointOptions& options, const Surroundings& surroundings) {
  if (!options.context.empty()) {
    if (!options.host.empty()) {
      throw Error(ErrorCode::failed, "-H and -c cannot be given together",
                  "each of them chooses an engine", "give one of them");
    }
    return {options.context, "-c " + options.context};
  }
  if (!options.host.empty() || !variable(surroundings, "DOCKER_HOST").empty()) return {};
  if (const std::string name = variable(surroundings, "DOCKER_CONTEXT"); !name.empty()) {
    return {name, "DOCKER_CONTEXT"};
  }
  const fs::path directory = config_directory(surroundings);
  if (const std::string name = current_context(directory); !name.empty()) {
    return {name, "currentContext in " + (directory / "config.json").string()};
  }
  return {};
}

}  // namespace

Surroundings real_surroundings() {
  Surroundings surroundings;
  surroundings.env = [](const std::string& name) -> std::optional<std::string> {
    const char* value = std::getenv(name.c_str());
    if (value == nullptr) return std::nullopt;
    return value;
  };
  if (const char* home = std::getenv("HOME"); home != nullptr && *home != '\0') {
    surroundings.home = home;
  } else if (const passwd* user = ::getpwuid(::getuid()); user != nullptr) {
    surroundings.home = user->pw_dir;
  }
  return surroundings;
}

Endpoint resolve_endpoint(const EndpointOptions& options, const Surroundings& surroundings) {
  const ContextChoice choice = choose_context(options, surroundings);
  Endpoint endpoint;
  if (choice.name.empty() || choice.name == "default") {
    endpoint = default_context(options, surroundings);
  } else {
    const StoredContext context =
        load_context(config_directory(surroundings), choice.name, choice.rule);
    const std::string host =
        context.host.empty() ? std::string("unix://") + kDefaultSocket : context.host;
    endpoint = with_tls(host, context.origin.string(), context.tls);
    endpoint.rule = choice.rule;
  }
  endpoint.api_version = variable(surroundings, "DOCKER_API_VERSION");
  return endpoint;
}

}  // namespace dksnap::docker
