#include <chrono>
#include <thread>

#include <fmt/format.h>

#include "base/error.hpp"
#include "capture/steps.hpp"
#include "databases/shell.hpp"
#include "scratch/ours.hpp"

namespace dksnap::capture {
namespace {

constexpr std::chrono::seconds kPatienceWithFreeze{20};
constexpr std::chrono::milliseconds kBetweenAsks{50};
constexpr const char* kStale = "what was written since its server last saved its data";

NotSaved not_saved(const SourceContainer& source, const databases::FlushResult& flushed) {
  const std::string way_in =
      flushed.needs_credentials ? "give --db-user and --db-password-file; " : "";
  return {flushed.needs_credentials ? ErrorCode::credentials : ErrorCode::database_refused,
          fmt::format("{} does not save its data", source.name()), flushed.text,
          flushed.hint.empty()
              ? way_in +
                    "--allow-stale takes what it has saved before, --method stop stops it for "
                    "the copy"
              : flushed.hint};
}

databases::FlushResult ask_to_flush(snapshot::Context& context, const SourceContainer& source,
                                    const databases::Credentials& credentials, bool is_safe) {
  databases::Shell shell(context.engine, source.id());
  const auto give_up = std::chrono::steady_clock::now() + kPatienceWithFreeze;
  for (;;) try {
      return source.kind.database->flush(shell, source.kind.recognition, credentials);
    } catch (const Error& error) {
      // Another snapshot's freeze, which is over in a moment.
      if (error.why().find("is paused") != std::string::npos &&
          std::chrono::steady_clock::now() < give_up) {
        std::this_thread::sleep_for(kBetweenAsks);
        continue;
      }
      // Somebody else has frozen it, or the engine refuses to start a program in it.
      if (!scratch::can_go_on_after(error) || !is_safe) throw;
      databases::FlushResult refused;
      refused.text = error.what();
      return refused;
    }
}

}  // namespace

Flushed flush(snapshot::Context& context, const SourceContainer& source,
              const CreateRequest& request) {
  if (!source.is_live()) return {};
  const databases::Database& database = *source.kind.database;
  const bool is_safe = database.is_whole_on_disk(source.kind.recognition);
  const bool takes_old = request.allow_stale || request.takes_it_as_it_is;
  const Flushed old{{}, {}, {kStale}};
  if (source.container.paused) {
    databases::FlushResult paused;
    paused.text = "it is paused, and answers nobody";
    if (!is_safe && !takes_old) throw not_saved(source, paused);
    context.reporter.notice(
        fmt::format("{} was paused before, and stays so: nothing could be flushed", source.name()));
    return is_safe ? Flushed() : old;
  }
  if (!database.is_worth_flushing()) return {};
  snapshot::Step step(context.reporter, "asking the database to flush");
  const databases::FlushResult flushed =
      ask_to_flush(context, source, request.credentials, is_safe || takes_old);
  if (flushed.done) {
    step.done(fmt::format("flushed ({})", flushed.text));
    return {flushed.moment, flushed.download, {}};
  }
  if (is_safe && !flushed.is_stale) {
    step.done(fmt::format("not flushed, which is safe for {}: {}", database.name(), flushed.text));
    return {};
  }
  if (!takes_old) {
    const NotSaved refused = not_saved(source, flushed);
    // What a copy would start from is an old one: that, and not its server, is in the way.
    if (flushed.is_stale) throw Error(static_cast<const Error&>(refused));
    throw refused;
  }
  step.done(fmt::format("not saved, and taken as it was saved last: {}", flushed.text));
  return old;
}

}  // namespace dksnap::capture
