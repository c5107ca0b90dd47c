#include "boot/ports.hpp"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/text.hpp"
#include "databases/registry.hpp"

namespace dksnap::boot {
namespace {

constexpr const char* kLoopback = "127.0.0.1";

bool is_port(const std::string& text, bool may_be_zero) {
  int value = -1;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc{} && end == text.data() + text.size() && value <= 65535 &&
         value >= (may_be_zero ? 0 : 1);
}

}  // namespace

docker::PortBinding parse_port(const std::string& text) {
  const auto bad = [&] {
    return Error(ErrorCode::failed, fmt::format("\"{}\" is no port", printable(text)),
                 "a port is given as [[ip:]host-port:]container-port[/protocol]",
                 "for instance -p 5433:5432");
  };
  docker::PortBinding binding;
  const std::size_t slash = text.find('/');
  const std::string protocol = slash == std::string::npos ? "tcp" : text.substr(slash + 1);
  if (protocol != "tcp" && protocol != "udp" && protocol != "sctp") throw bad();
  std::string rest = text.substr(0, slash);
  const std::size_t colon = rest.rfind(':');
  const std::string container = colon == std::string::npos ? rest : rest.substr(colon + 1);
  if (!is_port(container, false)) throw bad();
  binding.container_port = container + "/" + protocol;
  if (colon == std::string::npos) return binding;
  rest.resize(colon);
  const std::size_t second = rest.rfind(':');
  binding.host_port = second == std::string::npos ? rest : rest.substr(second + 1);
  if (second != std::string::npos) {
    binding.host_ip = rest.substr(0, second);
    if (binding.host_ip.starts_with('[') && binding.host_ip.ends_with(']')) {
      binding.host_ip = binding.host_ip.substr(1, binding.host_ip.size() - 2);
    }
  }
  if (!binding.host_port.empty() && !is_port(binding.host_port, true)) throw bad();
  return binding;
}

std::vector<docker::PortBinding> choose_ports(const snapshot::Snapshot& snapshot,
                                              const docker::Image& image,
                                              const std::vector<std::string>& wanted,
                                              const std::string& published_host) {
  std::vector<docker::PortBinding> bindings;
  for (const std::string& text : wanted) bindings.push_back(parse_port(text));
  if (!bindings.empty()) return bindings;

  std::vector<std::string> ports = snapshot.run.ports;
  const auto add = [&](const std::string& port) {
    if (std::find(ports.begin(), ports.end(), port) == ports.end()) ports.push_back(port);
  };
  const std::uint16_t own = snapshot.kind.empty() ? 0 : databases::by_name(snapshot.kind).port();
  if (own != 0) add(fmt::format("{}/tcp", own));
  if (ports.empty()) {
    for (const std::string& port : image.config.exposed_ports) add(port);
  }
  const std::string host_ip = published_host == kLoopback ? kLoopback : "";
  for (const std::string& port : ports) bindings.push_back({port, host_ip, ""});
  return bindings;
}

}  // namespace dksnap::boot
