#include "snapshot/overview.hpp"

#include <algorithm>

#include "base/error.hpp"
#include "databases/registry.hpp"
#include "snapshot/facts.hpp"
#include "snapshot/labels.hpp"
#include "snapshot/naming.hpp"

namespace dksnap::snapshot {
namespace {

// What its labels say is what its image says: anybody's word. The image itself is not.
const Snapshot* data_of(docker::Engine& engine, const Catalog& catalog,
                        const docker::ContainerSummary& container) {
  for (const Snapshot& snapshot : catalog.all()) {  // newest first
    if (snapshot.source_id == container.id) return &snapshot;
  }
  if (const Snapshot* run = catalog.by_image(container.image_id)) return run;
  // Under another configuration, but with the snapshot's layers.
  if (container.image.starts_with(kTwinRepository)) {
    const auto image = find_image(engine, container.image_id);
    return image ? catalog.by_layers(image->diff_ids) : nullptr;
  }
  const BuiltImage* built = catalog.built_by_image(container.image_id);
  return built == nullptr ? nullptr : catalog.by_id(built->built_on);
}

// Any image may have the label, and a container of it then has it too: the name has to agree.
bool is_scratch(const docker::ContainerSummary& container) {
  return container.labels.contains(label::kRole) && !container.names.empty() &&
         container.names.front().starts_with(kScratchName);
}

// As `dksnap ls NAME` lists them: a container that was replaced has another id, and the same name.
std::size_t count_of(const Catalog& catalog, const ContainerOverview& container) {
  return static_cast<std::size_t>(
      std::count_if(catalog.all().begin(), catalog.all().end(), [&](const Snapshot& snapshot) {
        return snapshot.source == container.name || snapshot.source_id == container.id;
      }));
}

}  // namespace

std::vector<ContainerOverview> list_containers(docker::Engine& engine, const Catalog& catalog,
                                               bool all, bool servers) {
  docker::ContainerFilter filter;
  filter.all = all;
  std::vector<ContainerOverview> overviews;
  for (const docker::ContainerSummary& container : engine.list_containers(filter)) {
    if (is_scratch(container)) continue;
    ContainerOverview overview;
    overview.id = container.id;
    overview.name = container.names.empty() ? container.id.substr(0, 12) : container.names.front();
    overview.image = container.image;
    overview.state = container.state;
    overview.status = container.status;
    overview.snapshot = data_of(engine, catalog, container);
    overview.snapshots = count_of(catalog, overview);
    try {
      const docker::Container details = engine.inspect_container(container.id);
      const databases::ContainerFacts facts = gather_facts(engine, details);
      const auto recognised = databases::recognise(facts);
      const databases::Recognised& first = recognised.front();
      overview.kind = first.recognition.kind;
      overview.version = first.recognition.version;
      overview.reason = first.recognition.reason;
      for (std::size_t i = 1; i < recognised.size(); ++i) {
        overview.other_kinds.push_back(recognised[i].recognition.kind);
        overview.reason += "; " + recognised[i].recognition.reason;
      }
      if (servers) overview.server = first.database->server(facts, first.recognition);
    } catch (const Error& error) {
      // Gone, or going, between the list and the look.
      if (error.code() == ErrorCode::not_found || error.code() == ErrorCode::in_use) continue;
      // One whose volume cannot be mounted, or whose image is broken: the others are listed all the
      // same.
      if (error.code() != ErrorCode::failed) throw;
      overview.kind = kUnknownKind;
    }
    overviews.push_back(std::move(overview));
  }
  std::stable_sort(overviews.begin(), overviews.end(),
                   [](const ContainerOverview& a, const ContainerOverview& b) {
                     return (a.kind != "files") > (b.kind != "files");
                   });
  return overviews;
}

}  // namespace dksnap::snapshot
