#include "capture/stage.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/digest.hpp"
#include "base/error.hpp"
#include "base/text.hpp"
#include "image/config.hpp"
#include "scratch/lost_answer.hpp"
#include "snapshot/labels.hpp"
#include "snapshot/naming.hpp"

namespace dksnap::capture {
namespace {

constexpr std::size_t kTagDigits = 12;
// Names to try: nobody takes so many by accident.
constexpr int kMostNames = 20;

docker::StringMap stage_labels(const docker::Image& base) {
  docker::StringMap labels = base.config.labels;
  // The base may be a snapshot; this is none.
  std::erase_if(labels, [](const auto& label) { return snapshot::is_dksnaps_label(label.first); });
  labels[snapshot::label::kRole] = snapshot::kRoleStage;
  return labels;
}

std::string stage_reference(const docker::Image& base, std::vector<std::string> captured) {
  std::sort(captured.begin(), captured.end());
  const std::string digest = sha256_digest(base.id + "\n" + join(captured, "\n"));
  return fmt::format("{}:{}", snapshot::kStageRepository,
                     digest.substr(digest.find(':') + 1, kTagDigits));
}

// It holds what the base holds, and runs as that would: only the volumes are others.
bool is_stage_image(const docker::Image& image, const docker::Image& base,
                    const std::vector<std::string>& captured) {
  const docker::Config& has = image.config;
  const docker::Config& wanted = base.config;
  docker::StringMap labels = has.labels;
  // Compose's go from every image of ours.
  docker::StringMap expected = stage_labels(base);
  for (docker::StringMap* map : {&labels, &expected})
    std::erase_if(*map, [](const auto& l) { return l.first.starts_with("com.docker.compose."); });
  return image.diff_ids == base.diff_ids && image.architecture == base.architecture &&
         image.os == base.os && labels == expected && has.env == wanted.env &&
         has.entrypoint == wanted.entrypoint && has.cmd == wanted.cmd && has.user == wanted.user &&
         has.working_dir == wanted.working_dir &&
         has.volumes == volumes_without(wanted.volumes, captured);
}

image::LoadRequest stage_request(snapshot::Context& context, const docker::Image& base,
                                 const std::vector<std::string>& captured) {
  image::ConfigRequest config;
  config.base_config = base.config.raw ? base.config.raw->dump() : "";
  config.architecture = base.architecture;
  config.os = base.os;
  config.variant = base.variant;
  config.base_diff_ids = base.diff_ids;
  config.labels = {{snapshot::label::kRole, snapshot::kRoleStage}};
  config.removes_label = snapshot::is_dksnaps_label;
  config.captured_paths = captured;
  config.created = TimePoint{};
  config.comment = "stage image";

  return load_of_config(context, base, image::make_image_config(config));
}

}  // namespace

std::vector<std::string> volumes_without(const std::vector<std::string>& volumes,
                                         const std::vector<std::string>& captured) {
  std::vector<std::string> kept;
  for (const std::string& volume : volumes) {
    const bool touches = std::any_of(captured.begin(), captured.end(), [&](const auto& directory) {
      return image::volume_touches(volume, directory);
    });
    if (!touches) kept.push_back(volume);
  }
  return kept;
}

image::LoadRequest load_of_config(snapshot::Context& context, const docker::Image& layers,
                                  std::string config) {
  image::LoadRequest load;
  load.config = std::move(config);
  load.base = describe_layers(context, layers);
  load.architecture = layers.architecture;
  load.os = layers.os;
  load.variant = layers.variant;
  return load;
}

std::string ensure_stage_image(snapshot::Context& context, const docker::Image& base,
                               const std::vector<std::string>& captured) {
  const std::string first = stage_reference(base, captured);
  std::string reference = first;
  for (int number = 2; const auto found = snapshot::find_image(context.engine, reference);
       ++number) {
    if (is_stage_image(*found, base, captured)) return found->id;
    if (number > kMostNames) {
      throw Error(ErrorCode::in_use, "cannot make the stage image",
                  fmt::format("images that are not dksnap's have the names {} and on", first),
                  "remove them: docker rmi " + first);
    }
    reference = fmt::format("{}-{}", first, number);
  }
  image::LoadRequest load = stage_request(context, base, captured);
  load.names = {reference};
  const auto archive = image::make_load_archive(load);
  try {
    context.engine.load_images(*archive);
  } catch (Error& error) {
    // Of two that load the same at once, a containerd store may refuse one: "already exists".
    if (!scratch::is_answer_lost(error)) {
      const auto found = snapshot::find_image(context.engine, reference);
      if (found && is_stage_image(*found, base, captured)) return found->id;
    }
    error.add_context("cannot make the stage image");
    throw;
  }
  const docker::Image loaded = context.engine.inspect_image(reference);
  if (is_stage_image(loaded, base, captured)) return loaded.id;
  throw Error(ErrorCode::failed, "cannot make the stage image",
              fmt::format("{} is not what was loaded by that name", reference),
              "run the command again; report it if it stays so");
}

}  // namespace dksnap::capture
