#include "capture/plan.hpp"

#include <algorithm>
#include <array>
#include <future>

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/log.hpp"
#include "base/paths.hpp"
#include "base/text.hpp"
#include "capture/engine_abilities.hpp"
#include "capture/root_files.hpp"
#include "capture/steps.hpp"
#include "scratch/worker_program.hpp"
#include "snapshot/catalog.hpp"
#include "snapshot/naming.hpp"
#include "snapshot/original.hpp"

namespace dksnap::capture {
namespace {

void expect_own_architecture(const docker::EngineInfo& engine, const std::string& container) {
  if (engine.architecture == scratch::worker_architecture()) return;
  throw Error(ErrorCode::failed, fmt::format("cannot snapshot {}", container),
              fmt::format("the engine runs on {}, and this dksnap carries a worker for {} only",
                          engine.architecture, scratch::worker_architecture()),
              "use a dksnap that was built for the engine's architecture");
}

void refuse_long_note(const CreateRequest& request) {
  if (request.note.size() <= snapshot::kLongestNote) return;
  throw Error(ErrorCode::failed, "the note is too long",
              fmt::format("{} bytes; {} are allowed", request.note.size(), snapshot::kLongestNote),
              "use a shorter one");
}

void tell_origin(snapshot::Snapshot& snapshot, const SourceContainer& source,
                 const StandIn* stands_in) {
  if (stands_in != nullptr) {
    snapshot.source = stands_in->source;
    snapshot.parent = stands_in->parent;
    snapshot.run.networks = stands_in->networks;
    snapshot.run.ports = stands_in->ports;
    return;
  }
  snapshot.source = source.name();
  snapshot.source_id = source.id();
  snapshot.run.networks = source.container.networks;
  snapshot.run.ports = container_ports(source);
}

worker::Job make_job(const Plan& plan, bool checksum) {
  const bool settles = plan.source.kind.database->settles();
  const bool reads_source = plan.source.is_live() && !plan.dump;
  worker::Job job;
  job.trees = plan.contents.trees;
  job.root_paths = plan.contents.root_paths;
  job.other_mounts = plan.contents.other_mounts;
  job.root_source = reads_source ? worker::kSourceRoot : worker::kStagingDirectory;
  job.live = reads_source && !plan.source.container.paused;
  job.has_reader = reads_source;
  job.distrust_times_without_mappings = !settles;
  job.checksum = checksum;
  job.has_parent = plan.parent.delta.has_value();
  job.compression = layer_compression(plan.engine);
  return job;
}

// The directories that are captured because the parent had them. What a stranger's image says it
// holds is believed where it has the container's own layers, of a few directories, and of none that
// the container would not give away by itself.
std::vector<std::string> parent_paths(docker::Engine& engine, const Plan& plan) {
  constexpr std::size_t kMostOfStrangers = 32;
  const snapshot::ParentChoice& parent = plan.parent;
  if (!parent.lineage || !parent.lineage_proved) return {};
  std::vector<std::string> paths = parent.lineage->paths;
  if (parent.made_here) return paths;
  if (paths.size() > kMostOfStrangers) paths.resize(kMostOfStrangers);
  std::erase_if(paths, [&](const std::string& path) {
    const auto stat =
        touches_excluded_path(path) ? std::nullopt : engine.stat_path(plan.source.id(), path);
    return !stat || !stat->is_directory();
  });
  return paths;
}

// Those that the container has and its image has not. Compose's are its own business.
void add_labels(const SourceContainer& source, std::vector<snapshot::LeftOut>& left_out) {
  constexpr std::size_t kMostBytes = 1000;  // of names
  std::vector<std::string> names;
  std::size_t bytes = 0;
  std::size_t more = 0;
  for (const auto& [name, value] : source.container.config.labels) {
    const auto& of_image = source.image.config.labels;
    const auto same = of_image.find(name);
    if (name.starts_with("com.docker.compose.") || name.starts_with("dksnap.")) continue;
    if (same != of_image.end() && same->second == value) continue;
    bytes += name.size();
    if (bytes <= kMostBytes)
      names.push_back(name);
    else
      ++more;
  }
  if (names.empty() && more == 0) return;
  if (more > 0) names.push_back(fmt::format("{} more", more));
  left_out.push_back({"the container's labels " + join(names, ", "),
                      "whoever goes by them would take a copy for the original"});
}

// From here on the server is that of the copy: its data are where the copy has them.
void move_server(SourceContainer& source) {
  databases::Recognition& recognition = source.kind.recognition;
  for (const auto& [from, to] : moved_data(source)) {
    for (std::string& path : recognition.data_paths) path = move_paths(path, from, to);
    for (std::string& word : recognition.server.command) word = move_paths(word, from, to);
  }
}

// All but single files of the root file system.
void decide_directories(docker::Engine& engine, Plan& plan) {
  plan.contents = plan.dump ? dumped_contents(plan.source, *plan.dump)
                            : find_directories(plan.source, parent_paths(engine, plan),
                                               {plan.must_capture, plan.leave_out});
  add_labels(plan.source, plan.contents.left_out);
  move_server(plan.source);
  auto& keys = plan.source.kind.recognition.server.keys;
  keys = find_lost_keys(plan.contents, plan.source);
  for (const std::string& key : keys)
    plan.contents.left_out.push_back(
        {key, "private keys, and what goes with them, are not captured; copies run without SSL"});
  plan.snapshot.left_out = plan.contents.left_out;
}

// Passwords that the server's own files hold.
void add_secret_configuration(Plan& plan) {
  auto& named = plan.contents.secret_files;
  const auto& root = plan.contents.root_paths;
  for (const std::string& file : plan.source.kind.recognition.server.with_passwords) {
    const bool is_in_it =
        plan.contents.captures(file) || std::find(root.begin(), root.end(), file) != root.end();
    if (is_in_it && std::find(named.begin(), named.end(), file) == named.end())
      named.push_back(file);
  }
}

void decide_files(docker::Engine& engine, Plan& plan, const std::vector<docker::Change>& changes,
                  bool checksum) {
  if (!plan.dump) add_root_changes(plan.contents, engine, plan.source, changes);
  // Where the base has less than the container's image.
  if (!plan.dump && !plan.parent.delta && plan.parent.base.id != plan.source.image.id)
    add_inherited_root_paths(engine, plan.source, plan.contents);
  add_secret_configuration(plan);
  const auto& configuration = plan.contents.configuration;
  plan.snapshot.paths.clear();
  for (std::string& target : plan.contents.targets()) {
    if (std::find(configuration.begin(), configuration.end(), target) == configuration.end())
      plan.snapshot.paths.push_back(std::move(target));
  }
  plan.snapshot.run.volumes = plan.contents.volumes;
  plan.job = make_job(plan, checksum);
}

// Proxies and registries of services go by these variables of other containers, as others do by
// labels (nginx-proxy, acme-companion, registrator).
bool acts_outward(const std::string& name) {
  static constexpr std::array kNames{"VIRTUAL_HOST", "VIRTUAL_HOST_MULTIPORTS",
                                     "VIRTUAL_PATH", "LETSENCRYPT_HOST",
                                     "ACME_HOST",    "SERVICE_NAME",
                                     "SERVICE_TAGS", "SERVICE_IGNORE"};
  return std::find(kNames.begin(), kNames.end(), name) != kNames.end();
}

// A file in what is mounted and left out, as of POSTGRES_PASSWORD_FILE: no copy has it.
bool is_left_out_file(const Contents& contents, const std::string& name, const std::string& value) {
  return name.ends_with("_FILE") && is_normal_path(value) &&
         (is_runtime_secret(value) || contents.hides(value));
}

// What the container added to its image's variables, and no copy can use or is to have.
void leave_out_variables(Plan& plan, const std::vector<std::string>& keep) {
  std::vector<std::string> outward;
  const auto& of_image = plan.source.image.config.env;
  std::erase_if(plan.config.env, [&](const std::string& line) {
    const std::string name = line.substr(0, line.find('='));
    const auto has = [&](const std::vector<std::string>& list, const std::string& what) {
      return std::find(list.begin(), list.end(), what) != list.end();
    };
    if (has(of_image, line) || has(keep, name)) return false;
    const bool is_file =
        is_left_out_file(plan.contents, name, line.substr(std::min(line.size(), name.size() + 1)));
    if (is_file) plan.config.left_out_env.push_back(name);
    if (acts_outward(name)) outward.push_back(name);
    return is_file || acts_outward(name);
  });
  if (outward.empty()) return;
  plan.contents.left_out.push_back(
      {"the variables " + join(outward, ", "),
       "a proxy that goes by them would take a copy for the original"});
  plan.snapshot.left_out = plan.contents.left_out;
}

// What is of no use without what was left out, and in the way of a start.
void leave_out_voided(Plan& plan, const std::vector<std::string>& keep) {
  const auto has = [](const std::vector<std::string>& list, const std::string& what) {
    return std::find(list.begin(), list.end(), what) != list.end();
  };
  auto& left_out = plan.config.left_out_env;
  const auto voided = plan.source.kind.database->voided_variables(left_out);
  std::erase_if(plan.config.env, [&](const std::string& line) {
    const std::string name = line.substr(0, line.find('='));
    const bool goes =
        has(voided, name) && !has(plan.source.image.config.env, line) && !has(keep, name);
    if (goes && !has(left_out, name)) left_out.push_back(name);
    return goes;
  });
}

// Whoever starts a copy is told where its data are.
void move_words(Plan& plan, const std::vector<std::pair<std::string, std::string>>& moved) {
  for (const auto& [from, to] : moved) {
    bool told = false;
    for (auto* words : {&plan.config.env, &plan.config.entrypoint, &plan.config.cmd}) {
      for (std::string& word : *words) {
        std::string there = move_paths(word, from, to);
        told = told || there != word;
        word = std::move(there);
      }
    }
    if (plan.config.healthcheck)
      *plan.config.healthcheck = move_paths(*plan.config.healthcheck, from, to);
    if (told) continue;
    throw Error(
        ErrorCode::failed, fmt::format("cannot snapshot {}", plan.source.name()),
        fmt::format("its data are in {}, which each container has empty when it starts, and "
                    "neither its variables nor its command name that so that a copy could "
                    "be told of another place",
                    from),
        "name it in PGDATA");
  }
}

// Settings that no copy may have, for all that is known: among them may be who is let in.
std::vector<std::string> unknown_configuration(const Plan& plan) {
  const databases::Server& server = plan.source.kind.recognition.server;
  std::vector<std::string> files = server.unread;
  std::copy_if(server.configuration.begin(), server.configuration.end(), std::back_inserter(files),
               [&](const std::string& file) {
                 return plan.contents.hides(file) && !plan.contents.captures(file);
               });
  return files;
}

void decide_config(docker::Engine& engine, Plan& plan, const std::vector<std::string>& keep,
                   const std::vector<std::pair<std::string, std::string>>& moved) {
  const SourceContainer& source = plan.source;
  plan.config = snapshot::filter_config({source.container.config, source.image.config,
                                         snapshot::own_entrypoint(engine, source.container), keep});
  leave_out_variables(plan, keep);
  leave_out_voided(plan, keep);
  move_words(plan, moved);
  const auto& mounts = source.container.mounts;
  const bool has_secret_files =
      std::any_of(mounts.begin(), mounts.end(),
                  [](const docker::Mount& mount) { return is_runtime_secret(mount.destination); });
  if (has_secret_files) plan.config.left_out_config.emplace_back(snapshot::kSecretFiles);
  for (const std::string& file : unknown_configuration(plan))
    plan.config.left_out_config.push_back("configuration " + file);
  const databases::Database& database = *source.kind.database;
  const auto quieted = [&] {
    if (plan.dump && plan.dump->quiet_command) {
      return plan.dump->quiet_command(plan.config.entrypoint, plan.config.cmd,
                                      source.kind.recognition);
    }
    return database.quiet_command(plan.config.entrypoint, plan.config.cmd, source.kind.recognition);
  };
  snapshot::guard(plan.config, database.data_says_who_may_enter() &&
                                   (!database.keeps_out_by_command() || quieted()));
  auto quiet = quieted();
  plan.is_quiet = quiet.has_value();
  if (quiet) plan.config.cmd = std::move(*quiet);
  if (plan.dump) {
    const auto& added = plan.dump->copy_env;
    // Entrypoints take a value or a file of it, and end where both are there.
    for (const std::string& line : added) {
      const std::string file = line.substr(0, line.find('=')) + "_FILE=";
      std::erase_if(plan.config.env, [&](const std::string& one) { return one.starts_with(file); });
    }
    plan.config.env.insert(plan.config.env.end(), added.begin(), added.end());
  }
}

// What the user gave is written into the image, and nobody else can take a secret out of it.
void refuse_secret_words(const Plan& plan, const CreateRequest& request) {
  // Our own safety snapshots are named after the container, whose name everybody sees anyway.
  if (!request.purpose.empty()) return;
  for (const std::string* text : {&request.title, &request.note, &request.name}) {
    if (!plan.config.holds_value(*text)) continue;
    throw Error(ErrorCode::failed, "cannot snapshot " + plan.source.name(),
                "the title, note or name holds the value of a secret of the container, and would "
                "be in the image for everybody to read",
                "give another one");
  }
}

// The names of all that was left out of the configuration, for people.
std::string left_out_names(const snapshot::FilteredConfig& config) {
  std::vector<std::string> names = config.left_out_env;
  for (const std::string& name : config.left_out_args) names.push_back("the argument " + name);
  for (const std::string& what : config.left_out_config) names.push_back("the " + what);
  return join(names, ", ");
}

// There is nothing of the database to be settled, then.
bool forget_left_out_data(Plan& plan) {
  const std::vector<std::string> data = plan.source.kind.recognition.data_paths;
  const bool left_out = std::any_of(data.begin(), data.end(), [&](const std::string& path) {
    return std::any_of(plan.leave_out.begin(), plan.leave_out.end(),
                       [&](const std::string& mount) { return is_within(path, mount); });
  });
  if (left_out) plan.source.kind = databases::plain_files();
  return left_out;
}

}  // namespace

Plan make_plan(snapshot::Context& context, const CreateRequest& request,
               const std::function<void(const Plan&)>& on_directories) {
  docker::Engine& engine = context.engine;
  Plan plan;
  plan.root_listed = std::chrono::steady_clock::now();
  // The slowest question, about which nothing else need be known.
  auto changes =
      std::async(std::launch::async, [&] { return engine.container_changes(request.container); });
  plan.must_capture = request.must_capture;
  plan.leave_out = request.leave_out;
  auto snapshots = std::async(std::launch::async,
                              [&] { return snapshot::Catalog::load(engine, context.state_dir); });
  plan.engine = engine.info();
  expect_own_architecture(plan.engine, request.container);
  plan.source = inspect_source(engine, request.container,
                               request.stands_in != nullptr ? AlsoFit::scratch : AlsoFit::nothing,
                               request.kind);
  if (request.purpose.empty() && request.stands_in == nullptr)
    expect_kind(plan.source, request.kind);
  if (!request.known_as.empty()) plan.source.container.name = request.known_as;
  // What a parent has of the data is of no use to it then.
  const bool full = forget_left_out_data(plan) || request.full || request.dumps == Dumps::always;
  if (request.dumps == Dumps::always)
    plan.dump = plan_dump(engine, plan.source, request.credentials);
  const SourceContainer& source = plan.source;
  if (source.kind.recognition.initialising && !request.takes_it_as_it_is) {
    throw Error(ErrorCode::not_ready, fmt::format("cannot snapshot {} yet", source.name()),
                "its entrypoint is still making the first databases",
                fmt::format("wait until it is ready (`docker logs {}`), then run the command again",
                            shell_quote(source.name())));
  }
  const snapshot::Catalog catalog = snapshots.get();
  const snapshot::LoadedNotes notes(context.state_dir, plan.engine.id);
  plan.parent =
      snapshot::choose_parent(engine, catalog, notes, source.container, source.image, full);

  snapshot::Snapshot& snapshot = plan.snapshot;
  refuse_long_note(request);
  snapshot.title = snapshot::choose_title(catalog, source.name(), request.title);
  plan.name = snapshot::choose_name(engine, source.name(), snapshot.title, request.name);
  const auto moved = moved_data(source);
  decide_directories(engine, plan);
  decide_config(engine, plan, request.keep_env, moved);
  refuse_secret_words(plan, request);

  snapshot.id = request.id.empty() ? random_hex(8) : request.id;
  snapshot.parent = plan.parent.lineage ? plan.parent.lineage->id : "";
  snapshot.base = plan.parent.base_reference;
  snapshot.base_id = plan.parent.base.id;
  snapshot.kind = source.kind.recognition.kind;
  snapshot.is_recipe = source.kind.database->is_recipe();
  if (source.kind.database->is_bound_to_hostname())
    snapshot.run.hostname = source.container.config.hostname;
  snapshot.server_version = source.kind.recognition.version;
  snapshot.capture = plan.dump ? "dump" : "copy";
  tell_origin(snapshot, source, request.stands_in);
  constexpr std::uint64_t kUsualShm = 64ULL << 20U;  // moby, config.DefaultShmSize
  if (source.container.shm_bytes != kUsualShm) snapshot.run.shm_bytes = source.container.shm_bytes;
  snapshot.run.left_out_env = plan.config.left_out_env;
  snapshot.run.left_out_args = plan.config.left_out_args;
  snapshot.run.left_out_config = plan.config.left_out_config;
  snapshot.architecture = source.image.architecture;
  snapshot.libc = find_libc(engine, source.id());
  snapshot.note = request.note;
  snapshot.purpose = request.purpose;
  snapshot.pinned = request.pin;
  log(LogLevel::info, fmt::format("{} is kind {}: {}", source.name(), snapshot.kind,
                                  source.kind.recognition.reason));
  if (on_directories) on_directories(plan);
  decide_files(engine, plan, changes.get(), request.checksum);
  return plan;
}

void tell_plan(snapshot::Reporter& reporter, const Plan& plan) {
  for (const databases::Recognised& other : plan.source.others) {
    reporter.notice(
        fmt::format("{} is in it as well: its files are copied, and it is neither asked "
                    "to flush nor settled",
                    other.recognition.kind));
  }
  for (const snapshot::LeftOut& item : plan.contents.left_out)
    reporter.notice(fmt::format("left out: {}: {}", item.what, item.why));
  if (plan.dump) {
    for (const std::string& sentence : plan.dump->notices) reporter.notice(sentence);
  }
  const std::string secrets = left_out_names(plan.config);
  if (!secrets.empty()) reporter.notice("left out: " + secrets + " (secrets, as it seems)");
  if (!plan.config.from_image.empty()) {
    reporter.notice(
        fmt::format("in it, since they are in the image {}: {}, which look like secrets",
                    plan.source.container.image, join(plan.config.from_image, ", ")));
  }
  if (!plan.contents.secret_files.empty()) {
    reporter.notice(
        fmt::format("in it: {}, which usually hold secrets; whoever gets the snapshot "
                    "gets them",
                    join(plan.contents.secret_files, ", ")));
  }
  if (!plan.contents.configuration.empty())
    reporter.notice("in it, since a copy needs them to start as this one: " +
                    join(plan.contents.configuration, ", "));
  if (!plan.is_quiet) {
    reporter.notice(fmt::format(
        "the command of {} is not understood, so what its data and files say of archives, "
        "replication and schedules holds for a copy too: start copies where that reaches nobody",
        plan.source.name()));
  }
  if (!plan.parent.why_full.empty() && !plan.dump)
    reporter.notice("captured whole: " + plan.parent.why_full);
}

void tell_dry_run(snapshot::Reporter& reporter, const Plan& plan) {
  const snapshot::Snapshot& snapshot = plan.snapshot;
  reporter.notice(fmt::format("would snapshot {} ({} {}) as \"{}\", image {}", snapshot.source,
                              snapshot.kind, snapshot.server_version, printable(snapshot.title),
                              plan.name));
  if (!plan.dump) {
    for (const std::string& target : plan.contents.targets()) reporter.notice("captures " + target);
  }
  if (plan.dump) reporter.notice("as a dump by " + plan.dump->tool);
  reporter.notice(
      fmt::format("and {} changed paths of the root file system", plan.contents.root_paths.size()));
  reporter.notice(plan.parent.delta ? fmt::format("stored as what changed since \"{}\"",
                                                  printable(plan.parent.lineage->title))
                                    : fmt::format("stored whole, on {}", snapshot.base));
  reporter.notice("nothing was done (--dry-run)");
}

}  // namespace dksnap::capture
