#include "boot/readiness.hpp"

#include <functional>
#include <thread>

#include <fmt/format.h>

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

// Where the kind's own port can be reached from here; port 0: it cannot.
databases::Address find_address(const docker::Container& container,
                                const databases::Database& database,
                                const std::string& published_host) {
  if (database.port() == 0 || published_host.empty()) return {};
  const std::string wanted = fmt::format("{}/tcp", database.port());
  for (const docker::PortBinding& port : container.published) {
    if (port.container_port != wanted || port.host_port.empty()) continue;
    return {published_host, static_cast<std::uint16_t>(std::stoi(port.host_port))};
  }
  return {};
}

Error not_ready(snapshot::Context& context, const BootedCopy& copy, const std::string& why,
                const std::string& hint) {
  const std::string log = context.rescue.container_logs(copy.container_id, kShownLogLines);
  std::string reason = why;
  if (!log.empty())
    reason +=
        "; its last log lines:\n  " + join(split(last_lines(log, kShownLogLines), '\n'), "\n  ");
  return {ErrorCode::not_ready, fmt::format("{} is not ready", copy.container_name), reason, hint};
}

// `question`: nothing, or what the container is still waiting for.
void wait_for(snapshot::Context& context, const BootedCopy& copy, std::chrono::seconds patience,
              const std::function<std::optional<std::string>(databases::Shell&)>& question) {
  const auto end = std::chrono::steady_clock::now() + patience;
  databases::Shell shell(context.engine, copy.container_id);
  for (;;) {
    std::optional<std::string> waiting;
    const docker::Container state = context.engine.inspect_container(copy.container_id);
    if (state.running && !state.restarting) {
      try {
        waiting = question(shell);
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
  wait_for(context, copy, patience, [](databases::Shell& shell) -> std::optional<std::string> {
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
  });
}

}  // namespace

std::string BootedCopy::connection() const {
  return address.port == 0 ? "" : database->connection_string(address, settings);
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
  copy.database = &databases::by_name(kind.empty() ? "files" : kind);
  copy.recognition.kind = copy.database->name();
  copy.settings.env = container.config.env;
  copy.address = find_address(container, *copy.database, published_host);
  return copy;
}

void wait_until_ready(snapshot::Context& context, const BootedCopy& copy,
                      std::chrono::seconds patience) {
  wait_for(context, copy, patience, [&](databases::Shell& shell) {
    return copy.database->not_ready(shell, copy.recognition, copy.address, copy.settings);
  });
}

std::string wait_for_original(snapshot::Context& context, const docker::Container& container,
                              std::chrono::seconds patience) {
  const BootedCopy copy = recognise_copy("files", container, {});
  wait_until_loaded(context, copy, patience);
  try {
    return databases::recognise(snapshot::gather_facts(context.engine, container)).recognition.kind;
  } catch (const Error& error) {
    if (error.code() != ErrorCode::in_use) throw;
    // It has ended since; its log says why.
    wait_until_loaded(context, copy, patience);
    throw;
  }
}

}  // namespace dksnap::boot
