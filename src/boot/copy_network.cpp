#include "boot/copy_network.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/error.hpp"
#include "snapshot/labels.hpp"

namespace dksnap::boot {
namespace {

constexpr const char* kRoleCopies = "copies";

// Nobody but us gives a network our label: networks have no images to inherit from.
docker::Network wanted_network() {
  docker::Network network;
  network.name = kCopyNetwork;
  network.driver = "bridge";
  network.labels = {{snapshot::label::kRole, kRoleCopies}};
  network.options = {{"com.docker.network.bridge.enable_icc", "false"}};
  return network;
}

template <typename Map>
bool holds(const Map& all, const Map& some) {
  return std::all_of(some.begin(), some.end(), [&](const auto& one) {
    const auto found = all.find(one.first);
    return found != all.end() && found->second == one.second;
  });
}

bool is_ours(const docker::Network& network) {
  const docker::Network wanted = wanted_network();
  return network.name == wanted.name && network.driver == wanted.driver &&
         holds(network.labels, wanted.labels) && holds(network.options, wanted.options);
}

// In an order that everybody sees alike.
std::vector<std::string> ids_of_ours(docker::Engine& engine) {
  std::vector<std::string> ids;
  for (const docker::Network& network : engine.list_networks()) {
    if (is_ours(network)) ids.push_back(network.id);
  }
  std::sort(ids.begin(), ids.end());
  return ids;
}

// By its name a stopped copy finds a network that was pruned and made again; of two the name means
// none.
std::string name_or_id(const std::vector<std::string>& ids) {
  return ids.size() == 1 ? kCopyNetwork : ids.front();
}

}  // namespace

std::string ensure_copy_network(docker::Engine& engine) {
  auto ids = ids_of_ours(engine);
  if (!ids.empty()) return name_or_id(ids);
  std::string made;
  try {
    made = engine.create_network(wanted_network());
  } catch (const Error& error) {
    // Somebody else's boot was first.
    if (error.code() == ErrorCode::in_use) ids = ids_of_ours(engine);
    if (!ids.empty()) return name_or_id(ids);
    throw Error(
        error.code(), "cannot make a network for the copy", error.why(),
        fmt::format("name one: `--network bridge`, whose containers then reach the copy{}",
                    error.code() == ErrorCode::in_use
                        ? fmt::format("; or remove that one: docker network rm {}", kCopyNetwork)
                        : ""));
  }
  ids = ids_of_ours(engine);
  if (ids.empty()) return made;
  // Of two that were made at once everybody takes the same one; nobody is in the other one yet.
  if (ids.front() != made) {
    engine.remove_network(made);
    return ids.front();
  }
  return name_or_id(ids);
}

bool copy_network_is_unused(docker::Engine& engine) {
  if (ids_of_ours(engine).empty()) return false;
  docker::ContainerFilter filter;
  filter.all = true;
  const auto containers = engine.list_containers(filter);
  const bool used = std::any_of(containers.begin(), containers.end(), [](const auto& one) {
    return std::find(one.networks.begin(), one.networks.end(), kCopyNetwork) != one.networks.end();
  });
  return !used;
}

bool remove_unused_copy_network(docker::Engine& engine) {
  if (!copy_network_is_unused(engine)) return false;
  for (const std::string& id : ids_of_ours(engine)) engine.remove_network(id);
  return true;
}

}  // namespace dksnap::boot
