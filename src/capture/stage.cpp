#include "capture/stage.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/digest.hpp"
#include "base/error.hpp"
#include "base/text.hpp"
#include "image/config.hpp"
#include "snapshot/labels.hpp"
#include "snapshot/naming.hpp"

namespace dksnap::capture {
namespace {

constexpr std::size_t kTagDigits = 12;

std::string stage_reference(const docker::Image& base, std::vector<std::string> captured) {
  std::sort(captured.begin(), captured.end());
  const std::string digest = sha256_digest(base.id + "\n" + join(captured, "\n"));
  return fmt::format("{}:{}", snapshot::kStageRepository,
                     digest.substr(digest.find(':') + 1, kTagDigits));
}

}  // namespace

std::string ensure_stage_image(snapshot::Context& context, const docker::Image& base,
                               const std::vector<std::string>& captured) {
  std::string reference = stage_reference(base, captured);
  if (snapshot::image_exists(context.engine, reference)) return reference;
  image::ConfigRequest config;
  config.base_config = base.config.raw ? base.config.raw->dump() : "";
  config.architecture = base.architecture;
  config.os = base.os;
  config.variant = base.variant;
  config.base_diff_ids = base.diff_ids;
  config.labels = {{snapshot::label::kRole, snapshot::kRoleStage}};
  // The base may be one of the original's snapshots; this is none.
  config.removes_label = [](std::string_view name) { return name.starts_with("dksnap."); };
  config.captured_paths = captured;
  config.created = TimePoint{};
  config.comment = "stage image";

  image::LoadRequest load;
  load.config = image::make_image_config(config);
  load.base = describe_layers(context, base);
  load.architecture = base.architecture;
  load.os = base.os;
  load.variant = base.variant;
  load.names = {reference};
  const auto archive = image::make_load_archive(load);
  try {
    context.engine.load_images(*archive);
  } catch (Error& error) {
    error.add_context("cannot make the stage image");
    throw;
  }
  return reference;
}

}  // namespace dksnap::capture
