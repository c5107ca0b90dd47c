#include "cli/session.hpp"

#include <cstdlib>
#include <poll.h>
#include <unistd.h>

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/log.hpp"
#include "base/text.hpp"
#include "cli/render/json.hpp"
#include "cli/render/progress.hpp"
#include "docker/http/http_engine.hpp"
#include "swap/bin.hpp"
#include "swap/parked.hpp"
#include "swap/swap.hpp"

namespace dksnap::cli {
namespace {

// The command line that runs this program as a guard, against the same engine.
std::vector<std::string> guard_command(const docker::EndpointOptions& endpoint) {
  std::vector<std::string> command{"/proc/self/exe", "__guard"};
  const auto option = [&](const char* name, const std::string& value) {
    if (value.empty()) return;
    command.emplace_back(name);
    command.push_back(value);
  };
  option("--host", endpoint.host);
  option("--context", endpoint.context);
  option("--tlscacert", endpoint.tls_ca_cert);
  option("--tlscert", endpoint.tls_cert);
  option("--tlskey", endpoint.tls_key);
  if (endpoint.tls) command.emplace_back("--tls");
  if (endpoint.tls_verify) command.emplace_back("--tlsverify");
  command.emplace_back("--");
  return command;
}

std::string published_host(const docker::Endpoint& endpoint) {
  switch (endpoint.kind) {
    case docker::Endpoint::Kind::unix_socket:
      return "127.0.0.1";
    case docker::Endpoint::Kind::tcp:
      return endpoint.address;
    case docker::Endpoint::Kind::ssh:
      return "";
  }
  return "";
}

std::filesystem::path own_directory(const char* variable, const char* below_home) {
  const char* base = std::getenv(variable);
  if (base != nullptr && *base == '/') return std::filesystem::path(base) / "dksnap";
  // A service or a job may have no HOME: then the user's record has it, as for docker.
  const std::string home = docker::real_surroundings().home;
  return std::filesystem::path(home.starts_with('/') ? home : "/") / below_home / "dksnap";
}

}  // namespace

std::filesystem::path state_directory() {
  return own_directory("XDG_STATE_HOME", ".local/state");
}

std::filesystem::path cache_directory() {
  return own_directory("XDG_CACHE_HOME", ".cache");
}

Session::Session(GlobalOptions options, Interrupts& interrupts, Settings settings)
    : options_(std::move(options)),
      settings_(std::move(settings)),
      interrupts_(interrupts),
      out_style_(Style::choose(options_.color, STDOUT_FILENO)),
      err_style_(Style::choose(options_.color, STDERR_FILENO)),
      reporter_(make_reporter(options_, err_style_)) {}

Session::~Session() = default;

void Session::connect() {
  if (engine_) return;
  endpoint_ = docker::resolve_endpoint(options_.endpoint, docker::real_surroundings());
  log(LogLevel::info, fmt::format("engine {} (chosen by {})", endpoint_.url, endpoint_.rule));
  docker::ConnectOptions connection;
  connection.stop = interrupts_.token();
  connection.trace = [](const std::string& line) { log(LogLevel::debug, line); };
  engine_ = docker::connect(endpoint_, connection);
  connection.stop = {};
  rescue_ = docker::connect(endpoint_, connection);
  context_.emplace(snapshot::Context{*engine_, *rescue_, *reporter_,
                                     guard_command(options_.endpoint), state_directory(),
                                     published_host(endpoint_)});
}

docker::Engine& Session::engine() {
  connect();
  return *engine_;
}

snapshot::Context& Session::context() {
  connect();
  return *context_;
}

const docker::Endpoint& Session::endpoint() {
  connect();
  return endpoint_;
}

swap::Leftovers Session::clean_up_first() {
  swap::Leftovers cleaned = swap::clean_up(context());
  if (!cleaned.thawed.empty()) {
    say(fmt::format("Thawed {}, which a killed dksnap had left frozen.",
                    join(cleaned.thawed, ", ")));
  }
  if (!cleaned.started.empty()) {
    say(fmt::format("Started {}, which a killed dksnap had stopped for a snapshot.",
                    join(cleaned.started, ", ")));
  }
  if (!cleaned.scratches.empty() || !cleaned.images.empty()) {
    say(fmt::format("Removed {} scratch container(s) and {} helper image(s) of a killed dksnap.",
                    cleaned.scratches.size(), cleaned.images.size()));
  }
  if (!cleaned.replaced.empty()) {
    std::vector<std::string> names;
    for (const swap::JournalEntry& entry : cleaned.replaced) names.push_back(entry.container);
    say(fmt::format("A killed dksnap had left {} half replaced: put back as it was.",
                    join(names, ", ")));
  }
  for (const swap::JournalEntry& entry : cleaned.finished) {
    say(
        fmt::format("A killed dksnap had put the new {0} in place: it stays. `dksnap undo {1}` "
                    "takes it back.",
                    entry.container, shell_quote(entry.container)));
  }
  swap::empty_bin(context(), swap::expired_in_bin(context(), false, false), cleaned.problems);
  for (const swap::Expired& expired : swap::find_expired(context(), false))
    swap::expire(context(), expired.entry, cleaned.problems);
  for (const std::string& problem : cleaned.problems) reporter_->notice(problem);
  return cleaned;
}

void Session::tell(std::string_view line) const {
  if (options_.json)
    tell_line(json_step("notice", std::string(line), std::nullopt));
  else
    tell_line(line);
}

void Session::say(std::string_view line) {
  if (!options_.quiet) tell(line);
}

// A line, or what there is of it.
std::string Session::read_answer() {
  constexpr int kBetweenLooks = 100;  // milliseconds
  interrupts_.set_asking(true);
  std::string answer;
  for (char letter = 0; letter != '\n';) {
    if (interrupts_.reason()) {
      tell_as_it_is("\n");
      throw Error(ErrorCode::interrupted, "nothing was done", "it was asked whether to go on",
                  "nothing was begun; run the command again when you like");
    }
    pollfd input{STDIN_FILENO, POLLIN, 0};
    if (::poll(&input, 1, kBetweenLooks) <= 0) continue;
    if (::read(STDIN_FILENO, &letter, 1) <= 0) break;
    answer += letter;
  }
  interrupts_.set_asking(false);
  return answer;
}

void Session::warn(std::string_view line) {
  tell(line);
}

void Session::propose(std::string_view line) {
  const bool asks = !options_.yes && !options_.no_input && ::isatty(STDIN_FILENO) != 0;
  if (!options_.quiet || asks) tell(line);
}

void Session::tell_half_done() {
  for (const swap::JournalEntry& entry : swap::find_abandoned_swaps(context())) {
    reporter_->notice(fmt::format(
        "a killed `{}` left {} half done, and perhaps stopped: `dksnap undo {}` sets it right",
        entry.verb, entry.container, shell_quote(entry.container)));
  }
}

bool Session::confirm(const std::string& question, const std::string& what_yes_does) {
  if (options_.yes) return true;
  if (options_.no_input || ::isatty(STDIN_FILENO) == 0) {
    throw Error(
        ErrorCode::failed, "a question has to be answered first",
        fmt::format("{} ({})", question,
                    options_.no_input ? settings_.origin_of("no-input", settings_.defaults.no_input)
                                      : "there is no terminal to ask on"),
        "give -y to answer yes: " + what_yes_does);
  }
  tell_as_it_is(printable(question) + " [y/N] ");
  const std::string answer = read_answer();
  const std::string lower = to_lower(trim(answer));
  return lower == "y" || lower == "yes";
}

}  // namespace dksnap::cli
