#include "boot/readiness.hpp"

#include <algorithm>
#include <cstdint>
#include <functional>
#include <optional>
#include <thread>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/error.hpp"
#include "base/text.hpp"
#include "snapshot/facts.hpp"
#include "snapshot/original.hpp"

namespace dksnap::boot {
namespace {

constexpr std::chrono::milliseconds kBetweenQuestions{25};
constexpr int kShownLogLines = 5;
// A restart policy starts again and again what cannot come up. Once or twice can be bad luck.
constexpr int kMostRestarts = 3;

// How long a program has to run on that nobody can ask: one that does not find what it needs ends
// within the first second (a missing file, a variable, a port), and one that comes up and ends
// later cannot be told from one that was stopped.
constexpr std::chrono::seconds kSettlingTime{2};

bool is_loopback(const std::string& ip) {
  return ip.starts_with("127.") || ip == "::1" || ip == "localhost";
}

// Where a port that is published at `ip` of the engine's machine is from here; empty: nowhere.
std::string host_of(const std::string& ip, const std::string& published_host) {
  if (ip.empty() || ip == "0.0.0.0" || ip == "::") return published_host;
  return is_loopback(ip) && !is_loopback(published_host) ? "" : ip;
}

// Where the server's port can be reached from here; port 0: it cannot.
databases::Address find_address(const docker::Container& container, std::uint16_t port,
                                const std::string& published_host) {
  if (port == 0 || published_host.empty()) return {};
  const std::string wanted = fmt::format("{}/tcp", port);
  for (const docker::PortBinding& binding : container.published) {
    if (binding.container_port != wanted || binding.host_port.empty()) continue;
    const std::string host = host_of(binding.host_ip, published_host);
    if (host.empty()) continue;
    return {host, static_cast<std::uint16_t>(std::stoi(binding.host_port))};
  }
  return {};
}

// Empty where it is gone already, or on its way (--rm).
std::string log_of(snapshot::Context& context, const BootedCopy& copy) {
  try {
    return context.rescue.container_logs(copy.container_id, kShownLogLines);
  } catch (const Error& error) {
    if (error.code() != ErrorCode::in_use && error.code() != ErrorCode::not_found) throw;
    return {};
  }
}

Error not_ready(snapshot::Context& context, const BootedCopy& copy, const std::string& why,
                const std::string& hint) {
  const std::string log = log_of(context, copy);
  std::string reason = why;
  if (!log.empty())
    reason +=
        "; its last log lines:\n  " + join(split(last_lines(log, kShownLogLines), '\n'), "\n  ");
  return {ErrorCode::not_ready, fmt::format("{} is not ready", copy.container_name), reason, hint};
}

// Of a container that runs: nothing, or what it is still waiting for.
using Question =
    std::function<std::optional<std::string>(databases::Shell&, const docker::Container&)>;

docker::Container look_at(snapshot::Context& context, const BootedCopy& copy) {
  try {
    return context.engine.inspect_container(copy.container_id);
  } catch (const Error& error) {
    if (error.code() != ErrorCode::not_found) throw;
    throw Error(ErrorCode::not_ready, fmt::format("{} is not ready", copy.container_name),
                "it ended, and is gone, with its log", "start it without --rm to see why");
  }
}

void wait_for(snapshot::Context& context, const BootedCopy& copy, std::chrono::seconds patience,
              const Question& question) {
  const auto end = std::chrono::steady_clock::now() + patience;
  databases::Shell shell(context.engine, copy.container_id);
  for (;;) {
    std::optional<std::string> waiting;
    const docker::Container state = look_at(context, copy);
    if (state.running && !state.restarting) {
      try {
        waiting = question(shell, state);
      } catch (const Error& error) {
        // The container can end between two questions; the next look at its state tells.
        if (error.code() != ErrorCode::in_use && error.code() != ErrorCode::not_found) throw;
        waiting = error.what();
      }
      if (!waiting) return;
    }
    if (!state.running || state.restart_count >= kMostRestarts) {
      throw not_ready(context, copy, fmt::format("it ended with exit code {}", state.exit_code),
                      "the container was removed again; the snapshot is unchanged");
    }
    if (std::chrono::steady_clock::now() >= end) {
      throw not_ready(context, copy,
                      fmt::format("after {}: {}", human_duration(patience), waiting.value_or("")),
                      fmt::format("it is still starting: see `docker logs -f {0}`, or remove it "
                                  "with `docker rm -fv {0}`; --wait SECONDS waits longer",
                                  copy.container_name));
    }
    std::this_thread::sleep_for(kBetweenQuestions);
  }
}

void wait_until_loaded(snapshot::Context& context, const BootedCopy& copy,
                       std::chrono::seconds patience) {
  const auto loads = [](databases::Shell& shell,
                        const docker::Container&) -> std::optional<std::string> {
    // The first process is a script, the loader or the one that initialises a database, until it
    // has handed over to the server. A server that answers before that is a temporary one.
    const databases::ProgramResult first = shell.run({"cat", "/proc/1/cmdline"});
    const auto runs = [&](const char* script) {
      return first.out.find(script) != std::string::npos;
    };
    const bool ends = first.ok() && first.out.empty();
    if (first.ok() && (ends || runs(snapshot::kLoaderScript) || runs("docker-entrypoint")))
      return "it loads its data";
    return std::nullopt;
  };
  wait_for(context, copy, patience, loads);
}

// When a health check is made first, and so has its first verdict.
std::chrono::nanoseconds first_check(const docker::Container& state) {
  // moby, daemon/health.go: defaultProbeInterval.
  constexpr std::chrono::seconds kUsual{30};
  const auto& config = state.config.raw;
  if (!config || !config->is_object() || !config->contains("Healthcheck")) return kUsual;
  const auto& check = (*config)["Healthcheck"];
  if (!check.is_object() || !check.contains("Interval") || !check["Interval"].is_number())
    return kUsual;
  const std::chrono::nanoseconds interval{check["Interval"].get<std::int64_t>()};
  return interval.count() > 0 ? interval : kUsual;
}

// What can be known of a program that nobody can ask. A restart begins the time anew. A health
// check that is made later than anybody waits says nothing.
class Settling {
 public:
  Settling(std::chrono::steady_clock::duration patience,
           std::chrono::steady_clock::duration check_within)
      : check_within_(std::min(patience, check_within)),
        // Over before the patience is, which has begun earlier.
        needed_(std::min<std::chrono::steady_clock::duration>(kSettlingTime, patience * 3 / 4)) {}

  std::optional<std::string> operator()(const docker::Container& state) {
    const auto now = std::chrono::steady_clock::now();
    if (state.started_at != started_) {
      started_ = state.started_at;
      since_ = now;
    }
    has_check_ =
        state.health == "healthy" || (!state.health.empty() && first_check(state) <= check_within_);
    if (has_check_) {
      if (state.health == "healthy") return std::nullopt;
      return "its health check says that it is " + state.health;
    }
    if (now - since_ >= needed_) return std::nullopt;
    return "it has just been started";
  }
  Ready ready() const {
    if (has_check_) return {std::chrono::steady_clock::now(), "is healthy"};
    return {since_, "runs"};
  }

 private:
  std::chrono::steady_clock::duration check_within_;
  std::chrono::steady_clock::duration needed_;
  std::chrono::steady_clock::time_point since_;
  std::string started_;
  bool has_check_ = false;
};

// From outside first: it costs a millisecond, and a server that still starts says so there. Where
// its port cannot be reached from here (dksnap runs in a container, the server listens elsewhere, a
// proxy does not let it through) it is ready when it says so itself, inside.
class Asking {
 public:
  Asking(snapshot::Context& context, BootedCopy& copy) : context_(context), copy_(copy) {}

  std::optional<std::string> operator()(databases::Shell& shell, const docker::Container& state) {
    unreachable_.clear();
    std::optional<std::string> waiting;
    if (copy_.address.port != 0) {
      waiting = copy_.database->no_answer(copy_.address, copy_.server);
      if (!waiting) return std::nullopt;
    }
    const auto now = Clock::now();
    // Each look inside is some calls of the engine.
    const bool looks_inside = copy_.database->can_be_asked_inside() &&
                              (copy_.address.port == 0 || now - start_ >= kOutsideAlone);
    if (!looks_inside) return waiting;
    // What it said a moment ago holds until it is asked again.
    if (now < next_look_) return inside_;
    const auto facts = snapshot::gather_facts(context_.engine, state);
    inside_ = copy_.database->not_ready(shell, facts, copy_.server);
    next_look_ = Clock::now() + kBetweenLooks;
    if (inside_) return inside_;
    copy_.address = find_address(state, copy_.server.port, copy_.published_host);
    if (copy_.address.port == 0) return std::nullopt;
    waiting = copy_.database->no_answer(copy_.address, copy_.server);
    if (!waiting) return std::nullopt;
    if (!ready_inside_) ready_inside_ = now;
    if (now - *ready_inside_ < kOutsideAlone) {
      inside_ = waiting;
      return waiting;
    }
    unreachable_ = *waiting;
    return std::nullopt;
  }

  void tell_unreachable() const {
    if (unreachable_.empty()) return;
    context_.reporter.notice(fmt::format(
        "{} is ready, but cannot be reached from here at {}:{}, where the engine publishes it: {}",
        copy_.container_name, copy_.address.host, copy_.address.port, unreachable_));
  }

 private:
  using Clock = std::chrono::steady_clock;
  static constexpr std::chrono::milliseconds kOutsideAlone{1000};
  static constexpr std::chrono::milliseconds kBetweenLooks{200};
  snapshot::Context& context_;
  BootedCopy& copy_;
  Clock::time_point start_ = Clock::now();
  Clock::time_point next_look_{};
  std::optional<std::string> inside_ = "it has just been started";
  std::optional<Clock::time_point> ready_inside_;
  std::string unreachable_;
};

}  // namespace

std::string BootedCopy::connection() const {
  return address.port == 0 ? "" : database->connection_string(address, server, settings);
}

bool is_running(docker::Engine& engine, const std::string& container_id) {
  try {
    return engine.inspect_container(container_id).running;
  } catch (const Error& error) {
    if (error.code() == ErrorCode::not_found) return false;
    throw;
  }
}

BootedCopy recognise_copy(const std::string& kind, const docker::Container& container,
                          const std::string& published_host) {
  BootedCopy copy;
  copy.container_id = container.id;
  copy.container_name = container.name;
  // A recipe's name may be one that is not known here, or not any more.
  const databases::Database* known = databases::find(kind);
  copy.database = known == nullptr ? &databases::files_kind() : known;
  copy.settings.env = container.config.env;
  copy.server = copy.database->server_of(container.config);
  copy.published_host = published_host;
  copy.address = find_address(container, copy.server.port, published_host);
  return copy;
}

Ready wait_until_ready(snapshot::Context& context, BootedCopy& copy,
                       std::chrono::seconds patience) {
  return wait_until_ready(context, copy, patience, patience);
}

Ready wait_until_ready(snapshot::Context& context, BootedCopy& copy, std::chrono::seconds patience,
                       std::chrono::seconds check_within) {
  const databases::Database& database = *copy.database;
  if (database.can_be_asked_inside() || (database.can_be_asked() && copy.address.port != 0)) {
    Asking asking(context, copy);
    wait_for(context, copy, patience, [&](databases::Shell& shell, const docker::Container& state) {
      return asking(shell, state);
    });
    asking.tell_unreachable();
    return {std::chrono::steady_clock::now(), "answers"};
  }
  Settling settling(patience, check_within);
  wait_for(context, copy, patience, [&](databases::Shell&, const docker::Container& state) {
    // It may become healthy again, but so says the engine after all the retries that it was given.
    if (state.health == "unhealthy") {
      throw not_ready(
          context, copy, "its health check says that it is unhealthy",
          fmt::format("see `docker inspect {}` for what the check said", copy.container_name));
    }
    return settling(state);
  });
  return settling.ready();
}

std::string wait_for_original(snapshot::Context& context, const docker::Container& container,
                              std::chrono::seconds patience) {
  const BootedCopy copy = recognise_copy("files", container, {});
  wait_until_loaded(context, copy, patience);
  try {
    return databases::recognise(snapshot::gather_facts(context.engine, container))
        .front()
        .recognition.kind;
  } catch (const Error& error) {
    if (error.code() != ErrorCode::in_use) throw;
    // It has ended since; its log says why.
    wait_until_loaded(context, copy, patience);
    throw;
  }
}

}  // namespace dksnap::boot
