#include <functional>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/error.hpp"
#include "base/log.hpp"
#include "base/text.hpp"
#include "capture/engine_abilities.hpp"
#include "capture/stage.hpp"
#include "capture/steps.hpp"
#include "image/complete_archive.hpp"
#include "image/config.hpp"
#include "image/load_archive.hpp"
#include "snapshot/image_facts.hpp"
#include "snapshot/labels.hpp"

namespace dksnap::capture {
namespace {

image::ConfigOverrides overrides_of(const docker::Config& config,
                                    const snapshot::FilteredConfig& filtered) {
  image::ConfigOverrides overrides;
  overrides.entrypoint = filtered.entrypoint;
  overrides.cmd = filtered.cmd;
  overrides.healthcheck = filtered.healthcheck;
  overrides.user = config.user;
  overrides.working_dir = config.working_dir;
  overrides.exposed_ports = config.exposed_ports;
  if (!config.stop_signal.empty()) overrides.stop_signal = config.stop_signal;
  return overrides;
}

std::string make_config(const Plan& plan, const snapshot::Snapshot& snapshot,
                        const Packed& packed) {
  const docker::Config& container = plan.source.container.config;
  const docker::Config& base = plan.source.image.config;
  image::ConfigRequest config;
  config.base_config = base.raw ? base.raw->dump() : "";
  config.architecture = plan.source.image.architecture;
  config.os = plan.source.image.os;
  config.variant = plan.source.image.variant;
  config.base_diff_ids = image_below(plan).diff_ids;
  config.diff_id = packed.diff_id;
  // None of the container's: proxies, watchers and schedulers go by labels, and would take every
  // copy for the original. Its image's stay, as that has them for whoever runs it.
  for (const auto& [name, value] : snapshot::to_labels(snapshot)) config.labels[name] = value;
  config.removes_label = snapshot::is_dksnaps_label;  // Compose's go anyway
  config.env = plan.config.env;
  config.captured_paths = plan.contents.targets();
  config.overrides = overrides_of(container, plan.config);
  config.created = snapshot.created;
  config.comment = snapshot.title;
  return image::make_image_config(config);
}

image::LoadRequest make_load_request(snapshot::Context& context, const Plan& plan,
                                     const snapshot::Snapshot& snapshot, const Packed& packed,
                                     const std::string& name) {
  image::LoadRequest load;
  load.config = make_config(plan, snapshot, packed);
  load.base = describe_layers(context, image_below(plan));
  load.architecture = plan.source.image.architecture;
  load.os = plan.source.image.os;
  load.variant = plan.source.image.variant;
  load.names = {name};
  image::NewLayer layer;
  layer.blob_digest = packed.blob_digest;
  layer.blob_size = packed.blob_size;
  layer.diff_id = packed.diff_id;
  layer.compression =
      packed.blob_digest == packed.diff_id ? image::Compression::none : image::Compression::zstd;
  load.layer = layer;
  return load;
}

// Sends the layer, a new stream of it from `open_layer` for each attempt, and what makes it an
// image.
void send(docker::Engine& engine, const Plan& plan, image::LoadRequest& load,
          const std::function<std::unique_ptr<Source>()>& open_layer,
          const std::function<void(std::uint64_t)>& on_bytes) {
  const auto send_archive = [&](bool complete) {
    const std::unique_ptr<Source> layer = open_layer();
    load.layer->blob = layer.get();
    std::unique_ptr<Source> saved;
    std::unique_ptr<Source> archive;
    if (complete) {
      saved = engine.save_images({image_below(plan).id});
      archive = image::make_complete_archive(*saved, load);
    } else {
      archive = image::make_load_archive(load);
    }
    CountingSource counted(*archive, on_bytes);
    engine.load_images(counted);
  };
  if (takes_short_archive(plan.engine)) {
    try {
      send_archive(false);
      return;
    } catch (const Error& error) {
      const bool worth_another =
          plan.engine.store == docker::Store::containerd && error.code() == ErrorCode::failed;
      if (!worth_another) throw;
      log(LogLevel::info,
          fmt::format("the short archive was refused ({}); sending the complete one",
                      error.what()));
    }
  }
  send_archive(true);
}

// The scratch's file system is the engine's, and the scratch is still there when the engine begins
// to write. The classic store keeps what it is sent in a file until it has all of it, when the
// scratch is gone; the other one unpacks the layer beside the blob.
void expect_room(const Plan& plan, const Packed& packed) {
  const bool unpacks = plan.engine.store == docker::Store::containerd;
  const std::uint64_t needed = packed.blob_size + (unpacks ? packed.layer_bytes : 0);
  if (needed <= packed.free_bytes) return;
  throw Error(ErrorCode::no_space, "there is no room for the image",
              fmt::format("it needs {} on the engine's disk, and {} are free", human_size(needed),
                          human_size(packed.free_bytes)),
              "free some: `docker system df` shows what takes it");
}

// The engine's word against ours: the image has the layers and the labels that were sent.
void expect_loaded(docker::Engine& engine, const std::string& image_id,
                   const snapshot::Snapshot& snapshot) {
  const docker::Image image = engine.inspect_image(image_id);
  const auto label = image.config.labels.find(snapshot::label::kId);
  const bool right = snapshot::facts_of(image).is_chain(snapshot.chain) &&
                     label != image.config.labels.end() && label->second == snapshot.id;
  if (right) return;
  throw Error(ErrorCode::failed, "the engine did not load what was sent",
              fmt::format("image {} has other layers or labels", image_id),
              "run the command again; report it if it stays so");
}

// What cannot be read back would be no snapshot.
void expect_readable(const Plan& plan, const snapshot::Snapshot& snapshot) {
  const auto read = snapshot::from_labels(snapshot::to_labels(snapshot), plan.source.image.id, {});
  const auto* unfit = std::get_if<snapshot::Unfit>(&read);
  if (unfit == nullptr) return;
  throw Error(ErrorCode::failed, fmt::format("cannot snapshot {}", plan.source.name()),
              fmt::format("its description does not fit into an image's labels: {}", unfit->why),
              "report this, with `docker inspect` of the container");
}

}  // namespace

Loaded load(snapshot::Context& context, const Plan& plan, const snapshot::Snapshot& snapshot,
            const Packed& packed, std::unique_ptr<scratch::Scratch> filled) {
  expect_readable(plan, snapshot);
  expect_room(plan, packed);
  Loaded loaded;
  loaded.image = std::make_unique<UnfinishedImage>(context);
  // Goes before the image does where this fails: as long as it is there the engine may load from
  // it.
  const std::unique_ptr<scratch::Scratch> scratch = std::move(filled);
  snapshot::Step step(context.reporter, "loading the layer into the engine");
  const std::string& name = loaded.image->reference();
  image::LoadRequest request = make_load_request(context, plan, snapshot, packed, name);
  // Only the classic store never asks for the layer a second time.
  const auto open_layer = [&] {
    return plan.engine.store == docker::Store::classic ? scratch->open_layer_once(packed.blob_size)
                                                       : scratch->open_layer();
  };
  send(context.engine, plan, request, open_layer,
       [&](std::uint64_t bytes) { step.moves(bytes, packed.blob_size); });
  loaded.id = context.engine.inspect_image(name).id;
  loaded.image->is_settled();
  step.done(fmt::format("loaded as {}: {} stored", plan.name, human_size(packed.blob_size)));
  expect_loaded(context.engine, loaded.id, snapshot);
  return loaded;
}

}  // namespace dksnap::capture
