#include "docker/endpoint/endpoint_host.hpp"

#include <algorithm>
#include <cctype>
#include <string_view>

#include "base/error.hpp"
#include "base/text.hpp"

namespace dksnap::docker {
namespace {

constexpr const char* kPlainPort = "2375";
constexpr const char* kTlsPort = "2376";

Error bad_host(const std::string& value, const std::string& origin, std::string why) {
  return {ErrorCode::failed, "the engine's address \"" + printable(value) + "\" cannot be used",
          origin + ": " + std::move(why),
          "write unix:///PATH, tcp://HOST:PORT or ssh://[USER@]HOST"};
}

bool valid_port(const std::string& port) {
  return !port.empty() && port.size() <= 5 &&
         std::all_of(port.begin(), port.end(),
                     [](unsigned char c) { return std::isdigit(c) != 0; }) &&
         std::stoi(port) >= 1 && std::stoi(port) <= 65535;
}

struct HostPort {
  std::string host;
  std::string port;
};

// "host", "host:port", "[v6]", "[v6]:port"; nothing is checked but the brackets.
HostPort split_host_port(const std::string& text, const std::string& value,
                         const std::string& origin) {
  if (!text.empty() && text.front() == '[') {
    const auto end = text.find(']');
    if (end == std::string::npos) throw bad_host(value, origin, "a \"]\" is missing");
    const std::string rest = text.substr(end + 1);
    if (!rest.empty() && rest.front() != ':') {
      throw bad_host(value, origin, "after \"]\" only a port may follow");
    }
    return {text.substr(1, end - 1), rest.empty() ? "" : rest.substr(1)};
  }
  const auto colon = text.find(':');
  if (colon == std::string::npos) return {text, ""};
  if (text.find(':', colon + 1) != std::string::npos) {
    throw bad_host(value, origin, "an IPv6 address needs brackets: [::1]:2375");
  }
  return {text.substr(0, colon), text.substr(colon + 1)};
}

void parse_tcp(Endpoint& endpoint, const std::string& rest, const std::string& value,
               const std::string& origin, bool tls) {
  const auto slash = rest.find('/');
  const HostPort parts = split_host_port(rest.substr(0, slash), value, origin);
  endpoint.kind = Endpoint::Kind::tcp;
  endpoint.address = parts.host.empty() ? "localhost" : parts.host;
  // The CLI takes 2375 here even with TLS; its documentation says 2376, and that is what listens.
  endpoint.port = !parts.port.empty() ? parts.port : tls ? kTlsPort : kPlainPort;
  if (!valid_port(endpoint.port)) {
    throw bad_host(value, origin, "\"" + printable(endpoint.port) + "\" is not a port");
  }
  if (endpoint.address.find_first_of(" \t\r\n@?#\\") != std::string::npos) {
    throw bad_host(value, origin, "this is not the name of a host");
  }
  if (slash != std::string::npos) endpoint.base_path = rest.substr(slash);
  while (!endpoint.base_path.empty() && endpoint.base_path.back() == '/') {
    endpoint.base_path.pop_back();
  }
  if (endpoint.base_path.find_first_of(" \t\r\n?#") != std::string::npos) {
    throw bad_host(value, origin, "the path has characters that it cannot have");
  }
}

}  // namespace

SshTarget parse_ssh_url(const std::string& url, const std::string& origin) {
  std::string rest = url.substr(std::string_view("ssh://").size());
  if (rest.find_first_of("?#") != std::string::npos) {
    throw bad_host(url, origin, "an ssh address has no \"?\" and no \"#\"");
  }
  SshTarget target;
  if (const auto slash = rest.find('/'); slash != std::string::npos) {
    target.socket = rest.substr(slash);
    rest.resize(slash);
    if (target.socket.find_first_not_of('/') == std::string::npos) target.socket.clear();
  }
  if (const auto at = rest.rfind('@'); at != std::string::npos) {
    target.user = rest.substr(0, at);
    rest.erase(0, at + 1);
    if (target.user.find(':') != std::string::npos) {
      throw Error(ErrorCode::failed, "the engine's address holds a password",
                  origin + ": ssh takes no password from an address", "use a key or an ssh agent");
    }
  }
  const HostPort parts = split_host_port(rest, url, origin);
  target.host = parts.host;
  target.port = parts.port;
  if (target.host.empty()) throw bad_host(url, origin, "the name of the host is missing");
  if (!target.port.empty() && !valid_port(target.port)) {
    throw bad_host(url, origin, "\"" + printable(target.port) + "\" is not a port");
  }
  return target;
}

Endpoint parse_host(const std::string& value, const std::string& origin, bool tls) {
  const std::string text(trim(value));
  Endpoint endpoint;
  endpoint.url = text;
  std::string scheme;
  std::string rest = text;
  if (const auto mark = text.find("://"); mark != std::string::npos) {
    scheme = text.substr(0, mark);
    rest = text.substr(mark + 3);
    if (rest.find("://") != std::string::npos) {
      throw bad_host(value, origin, "\"://\" may stand in it only once");
    }
  } else {
    // A path without a scheme is a socket, as newer docker CLIs have it.
    scheme = text.rfind('/', 0) == 0 || text.rfind("./", 0) == 0 ? "unix" : "tcp";
    endpoint.url = scheme + "://" + text;
  }

  if (scheme == "unix") {
    endpoint.address = rest.empty() ? kDefaultSocket : rest;
    endpoint.url = "unix://" + endpoint.address;
  } else if (scheme == "tcp" || scheme == "http" || scheme == "https") {
    if (scheme == "https") endpoint.tls = TlsFiles{};
    parse_tcp(endpoint, rest, value, origin, tls || scheme == "https");
  } else if (scheme == "ssh") {
    parse_ssh_url(text, origin);
    endpoint.kind = Endpoint::Kind::ssh;
    endpoint.address = text;
  } else if (scheme == "npipe") {
    throw bad_host(value, origin, "named pipes exist on Windows only");
  } else if (scheme == "fd") {
    throw bad_host(value, origin, "fd:// is where an engine listens, not where a client connects");
  } else {
    throw bad_host(value, origin, "\"" + printable(scheme) + "://\" is not known");
  }
  return endpoint;
}

}  // namespace dksnap::docker
