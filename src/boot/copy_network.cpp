#include "boot/copy_network.hpp"

#include <algorithm>
#include <chrono>
#include <thread>

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/log.hpp"
#include "scratch/claim.hpp"
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

// Of several the name means none, and no copy in them starts: those without a container go. Earlier
// versions made them, at two first boots at once.
void remove_spare(docker::Engine& engine, const std::vector<std::string>& ids) {
  std::size_t left = ids.size();
  for (const std::string& id : ids) {
    if (left == 1) return;
    try {
      engine.remove_network(id);
      --left;
    } catch (const Error& error) {
      // Somebody is in it, or was faster.
      if (error.code() == ErrorCode::interrupted) throw;
      log(LogLevel::info, fmt::format("the network {} stays: {}", id, error.what()));
    }
  }
}

// By its name a stopped copy finds a network that was pruned and made again; of two the name means
// none.
std::string name_or_id(docker::Engine& engine, std::vector<std::string> ids) {
  if (ids.size() > 1) {
    remove_spare(engine, ids);
    ids = ids_of_ours(engine);
  }
  return ids.size() > 1 ? ids.front() : kCopyNetwork;
}

// Of two who would make it at once, the engine would make two of one name.
std::string make_network(snapshot::Context& context) {
  docker::Engine& engine = context.engine;
  constexpr std::chrono::seconds kPatience{10};
  constexpr std::chrono::milliseconds kBetweenLooks{50};
  const auto give_up = std::chrono::steady_clock::now() + kPatience;
  for (;;) {
    try {
      const scratch::Claim claim(context, "the network of copies", "makes it");
      const auto ids = ids_of_ours(engine);
      if (ids.empty()) engine.create_network(wanted_network());
      return name_or_id(engine, ids);
    } catch (const Error& error) {
      const auto ids = ids_of_ours(engine);
      if (!ids.empty()) return name_or_id(engine, ids);
      if (error.code() != ErrorCode::in_use || std::chrono::steady_clock::now() > give_up) throw;
      std::this_thread::sleep_for(kBetweenLooks);
    }
  }
}

}  // namespace

std::string ensure_copy_network(snapshot::Context& context) {
  const auto ids = ids_of_ours(context.engine);
  if (!ids.empty()) return name_or_id(context.engine, ids);
  try {
    return make_network(context);
  } catch (const Error& error) {
    throw Error(
        error.code(), "cannot make a network for the copy", error.why(),
        fmt::format("name one: `--network bridge`, whose containers then reach the copy{}",
                    error.code() == ErrorCode::in_use
                        ? fmt::format("; or remove that one: docker network rm {}", kCopyNetwork)
                        : ""));
  }
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
