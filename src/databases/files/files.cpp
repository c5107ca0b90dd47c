#include "databases/files/files.hpp"

#include <fmt/format.h>

#include "databases/files/session.hpp"

namespace dksnap::databases::files {

std::optional<Recognition> Files::recognise(const ContainerFacts&) const {
  Recognition recognition;
  recognition.reason = "no database that dksnap knows was found in it";
  return recognition;
}

FlushResult Files::flush(Shell&, const Recognition&, const Credentials&) const {
  return {false, "nothing to ask: no database"};
}

std::vector<std::string> Files::stale_paths(const Recognition&) const {
  return {};
}

std::vector<std::string> Files::spare_paths(Shell&, const Recognition&) const {
  return {};
}

Settled Files::settle(Shell&, const Recognition&) const {
  return {};
}

std::unique_ptr<Session> Files::serve(CopyInScratch copy, const Recognition&) const {
  return list_files(std::move(copy));
}

std::string Files::connection_string(const Address& address, const Server&, const Settings&) const {
  return address.port == 0 ? std::string() : fmt::format("{}:{}", address.host, address.port);
}

// That it runs is all that can be known of it, and that its caller sees.
std::optional<std::string> Files::not_ready(Shell&, const ContainerFacts&, Server&) const {
  return std::nullopt;
}

std::optional<std::string> Files::no_answer(const Address&, const Server&) const {
  return std::nullopt;
}

}  // namespace dksnap::databases::files
