#include "cli/app.hpp"

#include <exception>
#include <new>
#include <unistd.h>

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/log.hpp"
#include "base/text.hpp"
#include "cli/help.hpp"
#include "cli/interrupts.hpp"
#include "cli/parser.hpp"
#include "cli/render/json.hpp"
#include "cli/render/printer.hpp"
#include "cli/render/style.hpp"
#include "cli/session.hpp"
#include "cli/settings.hpp"
#include "databases/registry.hpp"

namespace dksnap::cli {
namespace {

// What to do where nobody nearer to the cause knew better.
const char* default_hint(ErrorCode code) {
  switch (code) {
    case ErrorCode::engine_unreachable:
      return "see whether the engine runs (`docker info`), then run the command again";
    case ErrorCode::no_space:
      return "make room; `docker system df` shows what the engine uses";
    case ErrorCode::not_found:
      return "see what there is with `dksnap ps -a` and `dksnap ls`";
    default:
      return "run the command again; `dksnap doctor` looks for causes";
  }
}

// A reason may have lines: those of a log. They stand below each other, and never where a line of
// ours begins.
std::string error_part(std::string_view label, const std::string& text) {
  if (text.empty()) return {};
  std::string lines;
  for (const std::string& line : split(text, '\n'))
    lines += (lines.empty() ? "" : "\n        ") + printable(line);
  return fmt::format("{}{}\n", label, lines);
}

// Three parts, each on a line of its own.
void print_error(const Error& error, bool json) {
  if (json) {
    tell_line(json_error(error));
    return;
  }
  const Style style = Style::choose("auto", STDERR_FILENO);
  tell_as_it_is(fmt::format("{}{}\n{}{}", style.red("error: "), printable(error.message()),
                            error_part("  why   ", error.why()),
                            error_part("  do    ", error.hint())));
}

// What the engine calls report when they are cancelled says nothing of who cancelled them, or why.
Error explain_interruption(const Error& error, ErrorCode reason, int timeout,
                           const std::string& limit) {
  if (reason == ErrorCode::not_ready) {
    return {
        ErrorCode::not_ready, error.message(),
        fmt::format("it did not finish within {} s ({})", timeout, limit),
        error.hint().empty() ? "what was half done was rolled back; give more time" : error.hint()};
  }
  return {reason, error.message(),
          reason == ErrorCode::interrupted ? "interrupted (Ctrl-C)" : "terminated by a signal",
          error.hint().empty()
              ? "what was half done was rolled back; run the command again when you like"
              : error.hint()};
}

// The recipes are dksnap's own then. What sets right what a killed dksnap left needs no others.
void tell_problem(Session& session, const Command& command) {
  if (!command.hidden) {
    for (const std::string& line : session.settings().left_out) session.warn(line);
  }
  const auto& problem = session.settings().problem;
  if (!problem) return;
  if (command.needs_settings) throw Error(*problem);
  if (!command.hidden) session.warn(fmt::format("none of your settings hold: {}", problem->what()));
}

int run_command(ParsedCommand& parsed, const Settings& settings) {
  const bool json = parsed.global.json;
  const int timeout = parsed.global.timeout;
  const std::string limit = settings.origin_of("timeout", timeout == settings.defaults.timeout);
  const bool quiet = parsed.global.quiet;
  Interrupts interrupts(
      [quiet, json](ErrorCode) {
        if (!quiet && !json) tell_as_it_is("\nstopping, rolling back (again to quit at once)\n");
      },
      [] {
        tell_as_it_is(
            "quit while rolling back: a container may be stopped or frozen, and scratches left; "
            "`dksnap doctor --fix` sets it right, or the next create, replace or undo\n");
      });
  interrupts.limit_time(timeout);
  if (parsed.global.verbose > 0) {
    set_log(parsed.global.verbose > 1 ? LogLevel::debug : LogLevel::info,
            [](LogLevel, std::string_view line) { tell_line(line); });
  }
  try {
    Session session(parsed.global, interrupts, settings);
    databases::use_recipes(settings.recipes);
    tell_problem(session, *parsed.command);
    return parsed.runner(session);
  } catch (const Error& error) {
    const auto reason = interrupts.reason();
    const bool interrupted = reason && error.code() == ErrorCode::interrupted;
    Error shown = interrupted ? explain_interruption(error, *reason, timeout, limit) : error;
    shown.default_hint(default_hint(shown.code()));
    print_error(shown, json);
    return static_cast<int>(shown.code());
  }
}

}  // namespace

int run(const std::vector<std::string>& words) {
  bool json = false;
  try {
    keep_standard_streams();
    if (words.empty()) {
      tell_as_it_is(help_overview());
      return static_cast<int>(ErrorCode::failed);
    }
    const Settings settings = read_settings();
    ParsedCommand parsed = parse_command_line(words, json, settings.defaults);
    if (parsed.help) {
      print_as_it_is(help_for(*parsed.command));
      return 0;
    }
    return run_command(parsed, settings);
  } catch (const Error& error) {
    print_error(error, json);
    return static_cast<int>(error.code());
  } catch (const std::bad_alloc&) {
    print_error({ErrorCode::failed, "out of memory", "the system gives no more", "close something"},
                json);
  } catch (const std::exception& error) {
    print_error({ErrorCode::failed, "an unexpected error", error.what(),
                 "please report it, with the output of `dksnap doctor`"},
                json);
  }
  return static_cast<int>(ErrorCode::failed);
}

}  // namespace dksnap::cli
