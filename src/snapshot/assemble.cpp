#include "snapshot/assemble.hpp"

#include <charconv>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/error.hpp"
#include "base/log.hpp"
#include "base/text.hpp"
#include "image/complete_archive.hpp"
#include "image/config.hpp"
#include "image/load_archive.hpp"
#include "snapshot/labels.hpp"
#include "snapshot/original.hpp"
#include "snapshot/secrets.hpp"
#include "snapshot/stage.hpp"

namespace dksnap::snapshot {
namespace {

// moby 23.0 is the first whose layer decompression knows zstd.
constexpr int kFirstZstdMajor = 23;
// containerd's importer skips blobs that it has, when asked to, from Engine 25 on.
constexpr int kFirstShortArchiveMajor = 25;

int major_version(const std::string& version) {
  int major = 0;
  std::from_chars(version.data(), version.data() + version.size(), major);
  return major;
}

bool is_ours_or_compose(std::string_view name) {
  return name.starts_with("dksnap.") || name.starts_with("com.docker.compose.");
}

image::ConfigOverrides overrides_of(const docker::Config& config) {
  image::ConfigOverrides overrides;
  overrides.cmd = config.cmd;
  overrides.user = config.user;
  overrides.working_dir = config.working_dir;
  overrides.exposed_ports = config.exposed_ports;
  if (!config.stop_signal.empty()) overrides.stop_signal = config.stop_signal;
  if (config.raw && config.raw->contains("Healthcheck") &&
      (*config.raw)["Healthcheck"].is_object()) {
    overrides.healthcheck = (*config.raw)["Healthcheck"].dump();
  }
  return overrides;
}

std::string make_config(Context& context, const AssembleRequest& request) {
  const docker::Config& container = request.source->container.config;
  const docker::Config& base = request.source->image.config;
  const FilteredEnv env = filter_env(container.env, base.env, request.keep_env);
  request.snapshot->run.left_out_env = env.left_out;

  image::ConfigRequest config;
  config.base_config = base.raw ? base.raw->dump() : "";
  config.architecture = request.source->image.architecture;
  config.os = request.source->image.os;
  config.variant = request.source->image.variant;
  config.base_diff_ids = request.below->diff_ids;
  config.diff_id = request.packed.diff_id;
  for (const auto& [name, value] : container.labels) {
    if (!is_ours_or_compose(name)) config.labels[name] = value;
  }
  for (const auto& [name, value] : to_labels(*request.snapshot)) config.labels[name] = value;
  config.removes_label = is_ours_or_compose;
  config.env = env.kept;
  config.captured_paths = request.captured;
  config.overrides = overrides_of(container);
  config.overrides.entrypoint = own_entrypoint(context.engine, request.source->container);
  config.created = request.snapshot->created;
  config.comment = request.snapshot->title;
  return image::make_image_config(config);
}

std::unique_ptr<image::LoadRequest> make_load_request(Context& context,
                                                      const AssembleRequest& request) {
  auto load = std::make_unique<image::LoadRequest>();
  load->config = make_config(context, request);
  load->base = describe_layers(context, *request.below);
  load->architecture = request.source->image.architecture;
  load->os = request.source->image.os;
  load->variant = request.source->image.variant;
  load->names = {request.name};
  image::NewLayer layer;
  layer.blob_digest = request.packed.blob_digest;
  layer.blob_size = request.packed.blob_size;
  layer.diff_id = request.packed.diff_id;
  layer.compression = request.packed.blob_digest == request.packed.diff_id
                          ? image::Compression::none
                          : image::Compression::zstd;
  load->layer = layer;
  return load;
}

void send(Context& context, const AssembleRequest& request, const docker::EngineInfo& engine,
          image::LoadRequest& load, const std::function<std::unique_ptr<Source>()>& open_layer,
          const std::function<void(std::uint64_t)>& on_bytes) {
  const auto send_archive = [&](bool complete) {
    const std::unique_ptr<Source> layer = open_layer();
    load.layer->blob = layer.get();
    std::unique_ptr<Source> saved;
    std::unique_ptr<Source> archive;
    if (complete) {
      saved = context.engine.save_images({request.below->id});
      archive = image::make_complete_archive(*saved, load);
    } else {
      archive = image::make_load_archive(load);
    }
    CountingSource counted(*archive, on_bytes);
    context.engine.load_images(counted);
  };
  const bool short_is_known_to_fail =
      engine.store == docker::Store::containerd &&
      major_version(engine.server_version) < kFirstShortArchiveMajor;
  if (!short_is_known_to_fail) {
    try {
      send_archive(false);
      return;
    } catch (const Error& error) {
      const bool worth_another =
          engine.store == docker::Store::containerd && error.code() == ErrorCode::failed;
      if (!worth_another) throw;
      log(LogLevel::info,
          fmt::format("the short archive was refused ({}); sending the complete one",
                      error.what()));
    }
  }
  send_archive(true);
}

}  // namespace

std::string layer_compression(const docker::EngineInfo& engine) {
  const bool reads_zstd = engine.store == docker::Store::containerd ||
                          major_version(engine.server_version) >= kFirstZstdMajor;
  return reads_zstd ? "zstd" : "none";
}

void load_snapshot(Context& context, const AssembleRequest& request,
                   const docker::EngineInfo& engine,
                   const std::function<std::unique_ptr<Source>()>& open_layer,
                   const std::function<void(std::uint64_t)>& on_bytes) {
  const auto load = make_load_request(context, request);
  send(context, request, engine, *load, open_layer, on_bytes);
  request.snapshot->image_id = context.engine.inspect_image(request.name).id;
}

void check_snapshot(Context& context, const Snapshot& snapshot, const worker::PackResult& packed) {
  const docker::Image image = context.engine.inspect_image(snapshot.image_id);
  const auto id = image.config.labels.find(label::kId);
  const bool right = !image.diff_ids.empty() && image.diff_ids.back() == packed.diff_id &&
                     id != image.config.labels.end() && id->second == snapshot.id;
  if (right) return;
  throw Error(ErrorCode::failed, "the engine did not load what was sent",
              fmt::format("image {} has other layers or labels", snapshot.image_id),
              "run the command again; report it if it stays so");
}

}  // namespace dksnap::snapshot
