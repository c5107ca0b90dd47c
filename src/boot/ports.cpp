#include "boot/ports.hpp"

#include <algorithm>
#include <charconv>
#include <optional>

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/text.hpp"

namespace dksnap::boot {
namespace {

constexpr const char* kLoopback = "127.0.0.1";

bool is_port(const std::string& text, bool may_be_zero) {
  int value = -1;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc{} && end == text.data() + text.size() && value <= 65535 &&
         value >= (may_be_zero ? 0 : 1);
}

bool is_protocol(const std::string& text) {
  return text == "tcp" || text == "udp" || text == "sctp";
}

// "5432/tcp" as it is, "5432" with its protocol; nothing for anything else.
std::optional<std::string> container_port(const std::string& text) {
  const std::size_t slash = text.find('/');
  const std::string protocol = slash == std::string::npos ? "tcp" : text.substr(slash + 1);
  const std::string number = text.substr(0, slash);
  if (!is_port(number, false) || !is_protocol(protocol)) return std::nullopt;
  return number + "/" + protocol;
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
  if (!is_protocol(protocol)) throw bad();
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

  // A foreign image may name any number of them; each takes a socket of the engine's.
  constexpr std::size_t kMostPorts = 64;
  std::vector<std::string> ports;
  const auto add = [&](const std::string& port) {
    const auto valid = container_port(port);
    if (!valid || ports.size() == kMostPorts) return;
    if (std::find(ports.begin(), ports.end(), *valid) == ports.end()) ports.push_back(*valid);
  };
  const auto bind = [&] {
    for (const std::string& port : ports) bindings.push_back({port, kLoopback, ""});
    return bindings;
  };
  for (const std::string& port : snapshot.run.ports) add(port);
  if (published_host != kLoopback) return bind();
  const std::uint16_t own = database_of(snapshot).server_of(image.config).port;
  if (own != 0) add(fmt::format("{}/tcp", own));
  if (ports.empty()) {
    for (const std::string& port : image.config.exposed_ports) add(port);
  }
  return bind();
}

}  // namespace dksnap::boot
