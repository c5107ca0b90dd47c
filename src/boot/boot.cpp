#include "boot/boot.hpp"

#include <algorithm>
#include <cctype>

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/text.hpp"
#include "boot/copy_network.hpp"
#include "boot/left_out.hpp"
#include "boot/load_report.hpp"
#include "boot/ports.hpp"
#include "boot/readiness.hpp"
#include "capture/source.hpp"
#include "scratch/containers.hpp"
#include "scratch/scratch.hpp"
#include "snapshot/labels.hpp"
#include "snapshot/original.hpp"

namespace dksnap::boot {
namespace {

constexpr std::chrono::seconds kVerifyPatience{120};

void refuse_other_architecture(snapshot::Context& context, const snapshot::Snapshot& snapshot) {
  const std::string engine = context.engine.info().architecture;
  if (snapshot.architecture.empty() || snapshot.architecture == engine) return;
  throw Error(ErrorCode::failed, fmt::format("cannot boot \"{}\"", printable(snapshot.title)),
              fmt::format("it holds programs for {}, and the engine runs on {}",
                          snapshot.architecture, engine),
              "boot it on an engine of that architecture");
}

// As the engine takes it: [a-zA-Z0-9][a-zA-Z0-9_.-]+ (moby, daemon/names/names.go).
bool is_container_name(const std::string& text) {
  return text.size() > 1 && text.find_first_of("_.-") != 0 &&
         std::all_of(text.begin(), text.end(), [](unsigned char c) {
           return std::isalnum(c) != 0 || c == '_' || c == '.' || c == '-';
         });
}

// What the engine would refuse in its own words, or drop without any.
void refuse_bad_wishes(const BootRequest& request) {
  if (!request.name.empty() && !is_container_name(request.name)) {
    throw Error(ErrorCode::failed,
                fmt::format("\"{}\" is no name for a container", printable(request.name)),
                "a name has letters, digits and _.-, begins with a letter or digit, and is longer "
                "than one of them",
                "give another one (--name), or none to get a free one");
  }
  if (!request.ports.empty() && (request.network == "host" || request.network == "none")) {
    throw Error(ErrorCode::failed,
                fmt::format("no port can be published in the network \"{}\"", request.network),
                request.network == "host" ? "what listens in it listens on the engine's machine"
                                          : "nothing reaches a container in it",
                "leave out -p, or --network");
  }
}

// `taken`: names that the engine keeps for containers which it does not list yet.
std::string free_name(docker::Engine& engine, const snapshot::Snapshot& snapshot,
                      std::vector<std::string> taken = {}) {
  docker::ContainerFilter every;
  every.all = true;
  for (const docker::ContainerSummary& container : engine.list_containers(every)) {
    taken.insert(taken.end(), container.names.begin(), container.names.end());
  }
  // A label can say anything.
  const std::string& source = snapshot.source;
  const std::string first =
      fmt::format("{}-{}", is_container_name(source) ? source : "snapshot", snapshot.short_id());
  std::string name = first;
  for (int number = 2; std::find(taken.begin(), taken.end(), name) != taken.end(); ++number) {
    name = fmt::format("{}-{}", first, number);
  }
  return name;
}

// The ports of an internal network are not published, so the copy's has to be another kind.
void tell_of_way_out(snapshot::Context& context, const snapshot::Snapshot& snapshot) {
  const auto& names = snapshot.run.networks;
  if (names.empty()) return;
  const auto networks = context.engine.list_networks();
  const bool had_none = std::all_of(names.begin(), names.end(), [&](const std::string& name) {
    return std::any_of(networks.begin(), networks.end(), [&](const docker::Network& network) {
      return network.name == name && network.internal;
    });
  });
  if (had_none)
    context.reporter.notice(fmt::format(
        "its source is in internal networks alone, and cannot reach out; the copy can: `--network "
        "{}` puts it beside its source, without ports",
        names.front()));
}

docker::ContainerSpec make_spec(snapshot::Context& context, const snapshot::Snapshot& snapshot,
                                const docker::Image& image, const BootRequest& request) {
  docker::ContainerSpec spec;
  spec.name = request.name.empty() ? free_name(context.engine, snapshot) : request.name;
  spec.image = snapshot.image_id;
  give_secrets(spec, snapshot, image, {request.env, request.without_secrets});
  spec.labels = {{snapshot::label::kBoot, snapshot.id}};
  spec.auto_remove = request.remove_when_stopped;
  spec.network_mode = request.network;
  spec.shm_bytes = snapshot.run.shm_bytes;
  // A label is a claim: no other kind needs the name of another host.
  if (database_of(snapshot).is_bound_to_hostname() && !request.network.starts_with("container:"))
    spec.hostname = snapshot.run.hostname;
  // One that had no network gets none, unless asked: there others could reach it.
  const bool was_alone = snapshot.run.networks == std::vector<std::string>{"none"};
  if (was_alone && request.network.empty() && request.ports.empty()) {
    spec.network_mode = "none";
    return spec;
  }
  // Only its published ports are to be reached, whatever network its source was in.
  if (request.network.empty()) {
    spec.network_mode = ensure_copy_network(context);
    tell_of_way_out(context, snapshot);
  }
  spec.bindings = choose_ports(snapshot, image, request.ports, context.published_host);
  for (const docker::PortBinding& binding : spec.bindings) {
    spec.exposed_ports.push_back(binding.container_port);
  }
  return spec;
}

std::string describe_ready(const std::string& name, const std::string& ready) {
  return ready == "runs" ? fmt::format("{} runs", name)
                         : fmt::format("{} runs and {}", name, ready);
}

// Engines before 25 find out at the start only (moby: "network x not found").
void explain_network(const BootRequest& request, const std::string& name, const Error& error) {
  if (error.code() != ErrorCode::not_found || request.network.empty() ||
      error.why().find("network") == std::string::npos) {
    return;
  }
  throw Error(ErrorCode::not_found, "cannot boot " + name, error.why(),
              "`docker network ls` shows those that there are; without --network a copy has one");
}

std::string create_in_network(snapshot::Context& context, const snapshot::Snapshot& snapshot,
                              const BootRequest& request, docker::ContainerSpec& spec) {
  constexpr int kMostNames = 20;
  std::vector<std::string> taken;
  for (int tries = 1;; ++tries) try {
      return context.engine.create_container(spec);
    } catch (const Error& error) {
      // Another boot has taken the name that was free a moment ago.
      if (error.code() == ErrorCode::in_use && request.name.empty() && tries < kMostNames) {
        taken.push_back(spec.name);
        spec.name = free_name(context.engine, snapshot, taken);
        continue;
      }
      if (error.code() == ErrorCode::in_use) {
        throw Error(ErrorCode::in_use, "cannot boot " + spec.name, error.why(),
                    "give it another name (--name), or none to get a free one");
      }
      explain_network(request, spec.name, error);
      const bool ours = request.network.empty() && spec.network_mode != "none";
      if (error.code() != ErrorCode::not_found || !ours || tries == kMostNames) throw;
      // Somebody has pruned the networks since it was looked at.
      spec.network_mode = ensure_copy_network(context);
    }
}

// A port that is taken shows only at the start (moby, libnetwork: "port is already allocated" for
// one of another container, "address already in use" for one of another program).
void start_container(snapshot::Context& context, const BootRequest& request, const std::string& id,
                     const docker::ContainerSpec& spec) {
  try {
    context.engine.start_container(id);
  } catch (const Error& error) {
    explain_network(request, spec.name, error);
    const std::string& why = error.why();
    const bool taken = why.find("port is already allocated") != std::string::npos ||
                       why.find("address already in use") != std::string::npos;
    if (!taken) throw;
    throw Error(ErrorCode::in_use, "cannot boot " + spec.name, why,
                "leave out -p to get a free port, or give another one");
  }
}

// A copy takes no more than its source, as long as there is one.
scratch::Limits limits_of_source(docker::Engine& engine, const snapshot::Snapshot& snapshot) {
  const auto source = snapshot.source_id.empty()
                          ? std::nullopt
                          : scratch::find_container(engine, snapshot.source_id);
  return source ? scratch::limits_like(*source) : scratch::default_limits();
}

}  // namespace

BootResult boot(snapshot::Context& context, const snapshot::Snapshot& snapshot,
                const BootRequest& request) {
  const auto start = std::chrono::steady_clock::now();
  refuse_bad_wishes(request);
  refuse_other_architecture(context, snapshot);
  database_of(snapshot);  // or it is a newer dksnap's
  const docker::Image image = context.engine.inspect_image(snapshot.image_id);
  docker::ContainerSpec spec = make_spec(context, snapshot, image, request);
  snapshot::Step step(context.reporter, fmt::format("booting {}", spec.name));
  BootResult result;
  std::string ready = "answers";
  result.name = spec.name;
  result.container_id = create_in_network(context, snapshot, request, spec);
  try {
    start_container(context, request, result.container_id, spec);
    const docker::Container container = context.engine.inspect_container(result.container_id);
    result.ports = container.published;
    const bool waits = request.wait.count() > 0;
    std::string kind = snapshot.kind;
    if (snapshot.legacy && waits) kind = wait_for_original(context, container, request.wait);
    BootedCopy copy = recognise_copy(kind, container, context.published_host);
    if (waits) ready = wait_until_ready(context, copy, request.wait).text;
    result.connection = copy.connection();
  } catch (const Error& error) {
    // One that is only slow is left to go on; readiness.cpp's hint says so.
    if (error.code() != ErrorCode::not_ready || !is_running(context.rescue, result.container_id)) {
      context.rescue.remove_container(result.container_id);
    }
    throw;
  }
  result.took = std::chrono::steady_clock::now() - start;
  step.done(request.wait.count() > 0 ? describe_ready(spec.name, ready)
                                     : fmt::format("{} was started (not waited for)", spec.name));
  return result;
}

void verify_boot(snapshot::Context& context, const snapshot::Snapshot& snapshot) {
  snapshot::Step step(context.reporter, "booting it to verify");
  refuse_other_architecture(context, snapshot);
  docker::ContainerSpec spec = scratch::scratch_container(snapshot.image_id);
  give_random_secrets(spec, snapshot, context.engine.inspect_image(snapshot.image_id));
  scratch::confine(spec, limits_of_source(context.engine, snapshot), scratch::Confined::image);
  const std::string id = context.engine.create_container(spec);
  std::string ready;
  try {
    context.engine.start_container(id);
    const docker::Container container = context.engine.inspect_container(id);
    BootedCopy copy = recognise_copy(snapshot.kind, container, {});
    ready = wait_until_ready(context, copy, kVerifyPatience).text;
    if (const auto report = read_load_report(context.engine, id);
        report && snapshot.capture == "dump") {
      throw Error(ErrorCode::database_refused, "a copy does not hold all of the dump",
                  last_lines(*report, 5), "take a copy of its files: leave out --method dump");
    }
  } catch (...) {
    context.rescue.remove_container(id);
    throw;
  }
  context.rescue.remove_container(id);
  step.done(ready == "answers" ? "verified: a copy booted and answered"
                               : fmt::format("verified: a copy booted and {}", ready));
}

}  // namespace dksnap::boot
