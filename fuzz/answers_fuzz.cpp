// Answers of an engine, or of whatever listens where one is expected.
#include <string>

#include <nlohmann/json.hpp>

#include "base/error.hpp"
#include "docker/answers/json_types.hpp"
#include "docker/same_arguments.hpp"
#include "targets.hpp"

namespace dksnap::fuzz {
namespace {

// What is asked of each container that is inspected, and asked again by a replace.
void ask(const nlohmann::json& answer) {
  const docker::Container container = docker::read_container(answer);
  for (const docker::Mount& mount : container.mounts) {
    require(mount.type != "tmpfs" || mount.name.empty(), "a tmpfs is no volume");
  }
  const docker::Image image = docker::read_image(answer, true);
  docker::EngineInfo engine;
  docker::SameArguments wanted;
  wanted.container = &container;
  wanted.image = &image;
  wanted.new_image = &image;
  wanted.engine = &engine;
  docker::same_arguments(wanted);
}

}  // namespace

int fuzz_answers(const std::uint8_t* data, std::size_t size) {
  const auto answer = nlohmann::json::parse(data, data + size, nullptr, false);
  if (answer.is_discarded()) return 0;
  const auto each = [&](auto&& read) {
    try {
      read();
    } catch (const Error&) {
      // It says that it cannot be understood.
    }
  };
  each([&] { ask(answer); });
  each([&] { docker::read_info(answer, "1.41"); });
  each([&] { docker::read_container_list(answer); });
  each([&] { docker::read_processes(answer); });
  each([&] { docker::read_changes(answer); });
  each([&] { docker::read_path_stat(answer); });
  each([&] { docker::read_volumes(answer); });
  each([&] { docker::read_image_list(answer); });
  each([&] { docker::read_history(answer); });
  return 0;
}

}  // namespace dksnap::fuzz
