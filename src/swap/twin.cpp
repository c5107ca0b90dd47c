#include "swap/twin.hpp"

#include <algorithm>
#include <set>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/error.hpp"
#include "base/log.hpp"
#include "base/text.hpp"
#include "capture/stage.hpp"
#include "docker/answers/json_types.hpp"
#include "image/config.hpp"
#include "image/load_archive.hpp"
#include "scratch/ours.hpp"
#include "snapshot/labels.hpp"
#include "snapshot/loaded_notes.hpp"
#include "swap/journal.hpp"

namespace dksnap::swap {
namespace {

using nlohmann::json;

// A tag has 128 characters at most.
constexpr std::size_t kLongestSlug = 60;

// dksnap-twin/db:seed-data-0123abcd
bool is_twin_name(const std::string& name) {
  const std::size_t dash = name.rfind('-');
  return name.starts_with(snapshot::kTwinRepository) && dash != std::string::npos &&
         is_entry_id(std::string_view(name).substr(dash + 1));
}

bool is_needed_by(const JournalEntry& entry, const std::string& name) {
  if (!entry.swap || is_over(entry.stage)) return false;
  return entry.swap->in.twin.name == name || entry.swap->out.twin.name == name;
}

image::ConfigRequest config_request(const Twin& twin, const docker::Image& layers) {
  image::ConfigRequest request;
  request.base_config = twin.config;
  request.architecture = layers.architecture;
  request.os = layers.os;
  request.variant = layers.variant;
  request.base_diff_ids = layers.diff_ids;
  request.removes_label = snapshot::is_dksnaps_label;
  request.captured_paths = twin.captured;
  request.created = std::chrono::system_clock::now();
  request.comment = "for a container that was replaced";
  return request;
}

}  // namespace

Twin plan_twin(const JournalEntry& entry, const std::string& title, const docker::Image& own,
               const std::string& layers, const std::vector<std::string>& captured) {
  Twin twin;
  twin.name = fmt::format("{}{}:{}-{}", snapshot::kTwinRepository, slug(entry.container),
                          slug(title).substr(0, kLongestSlug), entry.id);
  twin.layers = layers;
  twin.config = own.config.raw ? own.config.raw->dump() : "";
  twin.captured = captured;
  return twin;
}

docker::Image image_of(const Twin& twin) {
  docker::Image any;
  any.architecture = any.os = "any";
  const json image = json::parse(image::make_image_config(config_request(twin, any)));
  docker::Image result;
  result.config = docker::read_config(image.at("config"));
  return result;
}

void make_image(snapshot::Context& context, const Twin& twin) {
  if (twin.name.empty()) return;
  const docker::Image layers = context.engine.inspect_image(twin.layers);
  image::LoadRequest load = capture::load_of_config(
      context, layers, image::make_image_config(config_request(twin, layers)));
  load.names = {twin.name};
  try {
    const auto archive = image::make_load_archive(load);
    context.engine.load_images(*archive);
  } catch (Error& error) {
    error.add_context("cannot make the image of the new container");
    throw;
  }
  const docker::Image loaded = context.engine.inspect_image(twin.name);
  if (loaded.diff_ids != layers.diff_ids) {
    throw Error(ErrorCode::failed, "cannot make the image of the new container",
                fmt::format("{} is not what was loaded by that name", twin.name),
                "run the command again; report it if it stays so");
  }
  snapshot::LoadedNotes(context.state_dir, context.engine.info().id).add(loaded.id);
}

std::vector<std::string> unused_twins(snapshot::Context& context) {
  docker::Engine& engine = context.rescue;
  std::vector<std::pair<std::string, std::string>> twins;  // name, id
  for (const docker::ImageSummary& image :
       engine.list_images({{}, std::string(snapshot::kTwinRepository) + "*"})) {
    // A snapshot may have been given such a name; a twin has none of our labels.
    const bool has_ours = std::any_of(image.labels.begin(), image.labels.end(), [](const auto& l) {
      return snapshot::is_dksnaps_label(l.first);
    });
    for (const std::string& tag : image.tags) {
      if (is_twin_name(tag) && !has_ours) twins.emplace_back(tag, image.id);
    }
  }
  if (twins.empty()) return {};
  // Swaps before containers: what one makes meanwhile is then seen in one of the two.
  const JournalContents journal = Journal(context.state_dir).read(engine);
  if (journal.refused) return {};
  docker::ContainerFilter every;
  every.all = true;
  std::set<std::string> used;
  for (const docker::ContainerSummary& container : engine.list_containers(every))
    used.insert(container.image_id);
  const snapshot::LoadedNotes notes(context.state_dir, engine.info().id);
  std::vector<std::string> names;
  for (const auto& [name, id] : twins) {
    const bool under_way =
        std::any_of(journal.entries.begin(), journal.entries.end(),
                    [&, &twin = name](const auto& entry) { return is_needed_by(entry, twin); });
    if (!under_way && !used.contains(id) && notes.has(id)) names.push_back(name);
  }
  return names;
}

void remove_unused_twins(snapshot::Context& context) {
  for (const std::string& name : unused_twins(context)) {
    try {
      // Not by force: a container that somebody has just made from it keeps it.
      context.rescue.remove_image(name, false, true);
    } catch (const Error& error) {
      if (!scratch::can_go_on_after(error)) throw;
      log(LogLevel::info, fmt::format("the image {} stays: {}", name, error.what()));
    }
  }
}

}  // namespace dksnap::swap
