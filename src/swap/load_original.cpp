#include "swap/load_original.hpp"

#include <fmt/format.h>

#include "base/text.hpp"
#include "boot/readiness.hpp"
#include "capture/create.hpp"
#include "capture/source.hpp"
#include "scratch/containers.hpp"
#include "scratch/scratch.hpp"
#include "snapshot/naming.hpp"

namespace dksnap::swap {
namespace {

// A dump of any size is replayed; only one that hangs is given up.
constexpr std::chrono::seconds kLoadPatience = std::chrono::hours(6);

// Removed at the end of the scope, with its volumes.
class LoadingContainer {
 public:
  LoadingContainer(snapshot::Context& context, const docker::ContainerSpec& spec)
      : context_(context), id_(context.engine.create_container(spec)) {}
  ~LoadingContainer() {
    try {
      context_.rescue.remove_container(id_);
    } catch (const std::exception&) {
      context_.reporter.notice("a scratch container is left; `dksnap doctor --fix` removes it");
    }
  }
  LoadingContainer(const LoadingContainer&) = delete;
  LoadingContainer& operator=(const LoadingContainer&) = delete;
  const std::string& id() const { return id_; }

 private:
  snapshot::Context& context_;
  std::string id_;
};

}  // namespace

std::optional<snapshot::Snapshot> find_loaded(snapshot::Context& context,
                                              const snapshot::Catalog& catalog,
                                              const snapshot::Snapshot& original,
                                              const std::string& container) {
  const auto found = scratch::find_container(context.engine, container);
  if (!found) return std::nullopt;
  for (const snapshot::Snapshot& snapshot : catalog.all()) {
    if (snapshot.parent == original.id && snapshot.source == found->name) return snapshot;
  }
  return std::nullopt;
}

snapshot::Snapshot load_original(snapshot::Context& context, const snapshot::Catalog& catalog,
                                 const snapshot::Snapshot& original, const std::string& container) {
  if (auto loaded = find_loaded(context, catalog, original, container)) return *loaded;
  const capture::SourceContainer like =
      capture::inspect_source(context.engine, container, capture::AlsoFit::restarting);
  capture::StandIn stands_in;
  stands_in.source = like.name();
  stands_in.parent = original.id;
  stands_in.ports = capture::container_ports(like);
  stands_in.networks = like.container.networks;
  capture::CreateRequest request;
  request.title = fmt::format("{} (loaded)", original.title);
  request.name = snapshot::choose_name(context.engine, like.name(), request.title, {});
  request.title = snapshot::choose_title(catalog, like.name(), request.title);
  request.stands_in = &stands_in;

  docker::ContainerSpec spec = scratch::scratch_container(original.image_id);
  scratch::confine(spec, scratch::limits_like(like.container), scratch::Confined::image);
  spec.env = like.container.config.env;
  // What it loads into these belongs to a volume, not to the container's own files.
  for (const docker::Mount& mount : like.container.mounts) {
    if (mount.type != "volume") continue;
    docker::MountSpec loaded;
    loaded.type = "volume";
    loaded.target = mount.destination;
    loaded.no_copy = false;
    spec.mounts.push_back(std::move(loaded));
  }
  snapshot::Step step(
      context.reporter,
      fmt::format("loading \"{}\", which the original dksnap made", printable(original.title)));
  const LoadingContainer loading(context, spec);
  context.engine.start_container(loading.id());
  const docker::Container state = context.engine.inspect_container(loading.id());
  const std::string kind = boot::wait_for_original(context, state, kLoadPatience);
  boot::BootedCopy copy = boot::recognise_copy(kind, state, {});
  boot::wait_until_ready(context, copy, kLoadPatience);
  step.done(fmt::format("loaded \"{}\" in a scratch container", printable(original.title)));
  request.container = loading.id();
  return capture::create(context, request).snapshot;
}

}  // namespace dksnap::swap
