#include "scratch/containers.hpp"

#include <chrono>
#include <thread>

#include "base/error.hpp"
#include "scratch/lost_answer.hpp"

namespace dksnap::scratch {
namespace {

// How long an engine may still be making a container after nobody waits for it any more.
constexpr std::chrono::seconds kLateContainer{1};
constexpr std::chrono::milliseconds kBetweenLooks{50};

}  // namespace

std::optional<docker::Container> find_container(docker::Engine& engine, const std::string& ref) {
  try {
    return engine.inspect_container(ref);
  } catch (const Error& error) {
    if (error.code() == ErrorCode::not_found) return std::nullopt;
    throw;
  }
}

std::optional<docker::ContainerSummary> find_summary(docker::Engine& engine,
                                                     const std::string& id) {
  docker::ContainerFilter filter;
  filter.all = true;
  filter.id = id;
  for (docker::ContainerSummary& container : engine.list_containers(filter)) {
    if (container.id == id) return std::move(container);
  }
  return std::nullopt;
}

void discard_late_container(docker::Engine& rescue, const std::string& name) {
  const auto end = std::chrono::steady_clock::now() + kLateContainer;
  do {
    if (const auto container = find_container(rescue, name)) {
      rescue.remove_container(container->id);
      return;
    }
    std::this_thread::sleep_for(kBetweenLooks);
  } while (std::chrono::steady_clock::now() < end);
}

std::string make_container(docker::Engine& engine, docker::Engine& rescue, const std::string& name,
                           const docker::RawContainerSpec& spec) {
  std::string id;
  try {
    id = engine.create_container(name, spec);
  } catch (const Error& error) {
    if (is_answer_lost(error)) discard_late_container(rescue, name);
    throw;
  }
  try {
    for (const std::string& network : spec.left_networks) engine.disconnect_network(id, network);
    for (const docker::NetworkConnection& network : spec.networks)
      engine.connect_network(id, network);
  } catch (const Error&) {
    rescue.remove_container(id);
    throw;
  }
  return id;
}

}  // namespace dksnap::scratch
