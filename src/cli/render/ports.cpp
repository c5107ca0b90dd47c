#include "cli/render/ports.hpp"

#include <fmt/format.h>

#include "base/text.hpp"

namespace dksnap::cli {
namespace {

// What ssh takes as the machine to go to.
std::string ssh_target(const docker::Endpoint& endpoint) {
  if (endpoint.kind != docker::Endpoint::Kind::ssh) return endpoint.address;
  constexpr std::string_view kScheme = "ssh://";
  const std::size_t path = endpoint.address.find('/', kScheme.size());
  return endpoint.address.substr(0, path);
}

}  // namespace

void tell_ports(Session& session, const std::vector<docker::PortBinding>& ports) {
  const bool here = session.context().published_host == "127.0.0.1";
  for (const docker::PortBinding& port : ports) {
    const std::string host = port.host_ip.empty() ? "0.0.0.0" : port.host_ip;
    const bool only_there = !here && host.starts_with("127.");
    session.say(fmt::format("  {} is at {}:{}{}", port.container_port, host, port.host_port,
                            here ? "" : " of the engine's machine"));
    if (!only_there || !port.container_port.ends_with("/tcp")) continue;
    session.say(fmt::format("  reach it        ssh -N -L {0}:127.0.0.1:{0} {1}", port.host_port,
                            shell_quote(ssh_target(session.endpoint()))));
  }
}

}  // namespace dksnap::cli
