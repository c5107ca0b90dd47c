#include "snapshot/original.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/error.hpp"
#include "base/text.hpp"
#include "snapshot/containers.hpp"
#include "snapshot/create.hpp"
#include "snapshot/labels.hpp"
#include "snapshot/naming.hpp"
#include "snapshot/readiness.hpp"
#include "snapshot/scratch.hpp"
#include "snapshot/source.hpp"

namespace dksnap::snapshot {
namespace {

// A dump of any size is replayed; only one that hangs is given up.
constexpr std::chrono::seconds kLoadPatience = std::chrono::hours(6);

// The label that the original wrote from its later versions on: a list of words, or null.
std::optional<std::vector<std::string>> from_label(const docker::StringMap& labels) {
  const auto text = labels.find(label::kLegacyEntrypoint);
  if (text == labels.end()) return std::nullopt;
  const auto words = nlohmann::json::parse(text->second, nullptr, false);
  if (words.is_null()) return std::vector<std::string>{};
  std::vector<std::string> result;
  if (!words.is_array()) return std::nullopt;
  for (const auto& word : words) {
    if (!word.is_string()) return std::nullopt;
    result.push_back(word.get<std::string>());
  }
  return result;
}

// The earlier versions' script ends in `exec PROGRAM $@`.
std::optional<std::vector<std::string>> from_script(const std::string& script) {
  for (const std::string& line : split(script, '\n')) {
    std::vector<std::string> words = split(line, ' ');
    if (words.size() < 2 || words.front() != "exec") continue;
    if (words.back() != "$@" && words.back() != "\"$@\"") continue;
    words.erase(words.begin());
    words.pop_back();
    for (std::string& word : words) {
      if (word.size() >= 2 && word.front() == '"' && word.back() == '"')
        word = word.substr(1, word.size() - 2);
    }
    std::erase(words, "");
    return words;
  }
  return std::nullopt;
}

// Removed at the end of the scope, with its volumes.
class LoadingContainer {
 public:
  LoadingContainer(Context& context, const docker::ContainerSpec& spec)
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
  Context& context_;
  std::string id_;
};

}  // namespace

std::vector<std::string> own_entrypoint(docker::Engine& engine,
                                        const docker::Container& container) {
  const docker::Config& config = container.config;
  if (config.entrypoint != std::vector<std::string>{kLoaderScript}) return config.entrypoint;
  if (const auto words = from_label(config.labels)) return *words;
  const auto read = gather_facts(engine, container).read;
  if (const auto script = read(kLoaderScript)) {
    if (const auto words = from_script(*script)) return *words;
  }
  throw Error(ErrorCode::failed, fmt::format("cannot snapshot {}", container.name),
              fmt::format("its entrypoint {} of the original dksnap wipes the data at every start, "
                          "and what it starts after that cannot be told",
                          kLoaderScript),
              "start the container with an --entrypoint of its own");
}

std::string wait_for_original(Context& context, const docker::Container& container,
                              std::chrono::seconds patience) {
  const BootedCopy copy = recognise_copy("files", container, {});
  wait_until_loaded(context, copy, patience);
  try {
    return databases::recognise(gather_facts(context.engine, container)).recognition.kind;
  } catch (const Error& error) {
    if (error.code() != ErrorCode::in_use) throw;
    // It has ended since; its log says why.
    wait_until_loaded(context, copy, patience);
    throw;
  }
}

std::optional<Snapshot> find_loaded(Context& context, const Catalog& catalog,
                                    const Snapshot& original, const std::string& container) {
  const auto found = find_container(context.engine, container);
  if (!found) return std::nullopt;
  for (const Snapshot& snapshot : catalog.all()) {
    if (snapshot.parent == original.id && snapshot.source == found->name) return snapshot;
  }
  return std::nullopt;
}

Snapshot load_original(Context& context, const Catalog& catalog, const Snapshot& original,
                       const std::string& container) {
  if (auto loaded = find_loaded(context, catalog, original, container)) return *loaded;
  const SourceContainer like = inspect_source(context.engine, container, AlsoFit::restarting);
  StandIn stands_in;
  stands_in.source = like.name();
  stands_in.parent = original.id;
  stands_in.ports = container_ports(like);
  stands_in.networks = like.container.networks;
  CreateRequest request;
  request.title = fmt::format("{} (loaded)", original.title);
  request.name = choose_name(context.engine, like.name(), request.title, {});
  request.title = choose_title(catalog, like.name(), request.title);
  request.stands_in = &stands_in;

  docker::ContainerSpec spec = scratch_container(original.image_id);
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
  Step step(context.reporter, fmt::format("loading \"{}\", which the original dksnap made",
                                          printable(original.title)));
  const LoadingContainer loading(context, spec);
  context.engine.start_container(loading.id());
  const docker::Container state = context.engine.inspect_container(loading.id());
  const std::string kind = wait_for_original(context, state, kLoadPatience);
  wait_until_ready(context, recognise_copy(kind, state, {}), kLoadPatience);
  step.done(fmt::format("loaded \"{}\" in a scratch container", printable(original.title)));
  request.container = loading.id();
  return create(context, request).snapshot;
}

}  // namespace dksnap::snapshot
