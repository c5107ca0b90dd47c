#include "cli/compose_service.hpp"

#include <algorithm>
#include <filesystem>

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/paths.hpp"
#include "base/text.hpp"
#include "scratch/ours.hpp"
#include "snapshot/overview.hpp"

namespace dksnap::cli {
namespace {

// As Compose labels what it makes (compose-spec; docker/compose pkg/api/labels.go).
constexpr const char* kDirectory = "com.docker.compose.project.working_dir";
constexpr const char* kService = "com.docker.compose.service";
constexpr const char* kProject = "com.docker.compose.project";
constexpr const char* kOneOff = "com.docker.compose.oneoff";  // of `docker compose run`

struct Found {
  std::string project;
  std::string service;
  std::string container;
  std::string id;
};

std::string label_of(const docker::ContainerSummary& container, const char* label) {
  const auto found = container.labels.find(label);
  return found == container.labels.end() ? "" : found->second;
}

// What the user sees as the directory, and what that is behind links: Compose keeps the first.
std::vector<std::string> working_directories() {
  std::vector<std::string> directories{std::filesystem::current_path().string()};
  if (const char* seen = std::getenv("PWD"); seen != nullptr && is_normal_path(seen)) {
    std::error_code unknown;
    if (std::filesystem::equivalent(seen, directories.front(), unknown))
      directories.emplace_back(seen);
  }
  return directories;
}

// An image can bring labels along: those of its own build name the service too, but nobody's
// directory.
bool is_of_compose(docker::Engine& engine, const docker::ContainerSummary& container) {
  return !container.names.empty() && !label_of(container, kProject).empty() &&
         !label_of(container, kService).empty() &&
         to_lower(label_of(container, kOneOff)) != "true" &&
         !scratch::own_label(engine, container.labels, container.image_id, kDirectory).empty();
}

// The longest directory is the nearest.
std::vector<Found> find_containers(docker::Engine& engine) {
  docker::ContainerFilter filter;
  filter.all = true;
  filter.labels = {kDirectory};
  const std::vector<std::string> here = working_directories();
  std::string nearest;
  std::vector<Found> found;
  for (const docker::ContainerSummary& container : engine.list_containers(filter)) {
    const std::string directory = label_of(container, kDirectory);
    const bool is_above = std::any_of(here.begin(), here.end(), [&](const std::string& one) {
      return is_normal_path(directory) && is_within(one, directory);
    });
    if (!is_above || directory.size() < nearest.size() || !is_of_compose(engine, container))
      continue;
    if (directory.size() > nearest.size()) found.clear();
    nearest = directory;
    found.push_back({label_of(container, kProject), label_of(container, kService),
                     container.names.front(), container.id});
  }
  return found;
}

void keep_databases(Session& session, std::vector<Found>& among) {
  const snapshot::Catalog catalog = session.load_catalog();
  const auto known = snapshot::list_containers(session.engine(), catalog, false);
  std::erase_if(among, [&](const Found& one) {
    return std::none_of(known.begin(), known.end(), [&](const auto& container) {
      return container.id == one.id && container.kind != "files" &&
             container.kind != snapshot::kUnknownKind;
    });
  });
}

std::string describe(const std::vector<Found>& all) {
  std::vector<std::string> words;
  words.reserve(all.size());
  for (const Found& one : all) words.push_back(fmt::format("{} ({})", one.service, one.container));
  return join(words, ", ");
}

// `docker compose -p` makes several in one directory.
void refuse_several_projects(const std::vector<Found>& all, const std::string& what) {
  const auto is_another = [&](const Found& one) { return one.project != all.front().project; };
  if (std::none_of(all.begin(), all.end(), is_another)) return;
  std::vector<std::string> words;
  for (const Found& one : all)
    words.push_back(fmt::format("{} of {} ({})", one.service, one.project, one.container));
  throw Error(ErrorCode::not_found, what,
              "several Compose projects are of this directory: " + join(words, ", "),
              "name the container");
}

}  // namespace

std::string container_of_project(Session& session, const std::string& service) {
  std::vector<Found> found = find_containers(session.engine());
  const bool has_project = !found.empty();
  const std::string what =
      service.empty() ? "no container is named" : fmt::format("no service \"{}\"", service);
  refuse_several_projects(found, "cannot choose a container");
  if (service.empty())
    keep_databases(session, found);
  else
    std::erase_if(found, [&](const Found& one) { return one.service != service; });
  if (found.size() == 1) {
    session.say(fmt::format("Container {} of the Compose service {}.", found.front().container,
                            found.front().service));
    return found.front().container;
  }
  if (!has_project) {
    throw Error(ErrorCode::not_found, what,
                "no container belongs to a Compose project of this directory",
                "name one: `dksnap ps` lists those that run");
  }
  if (found.empty()) {
    throw Error(ErrorCode::not_found, what,
                service.empty() ? "no database of this directory's Compose project runs"
                                : "this directory's Compose project has no container of it",
                "name a container: `dksnap ps -a` lists them");
  }
  throw Error(ErrorCode::not_found,
              service.empty() ? what : fmt::format("several containers of \"{}\"", service),
              "this directory's Compose project has several: " + describe(found),
              service.empty() ? "choose one: --service NAME" : "name one of them");
}

}  // namespace dksnap::cli
