#include <fmt/format.h>

#include "base/error.hpp"
#include "capture/steps.hpp"
#include "databases/shell.hpp"
#include "scratch/ours.hpp"

namespace dksnap::capture {

void flush(snapshot::Context& context, const SourceContainer& source,
           const databases::Credentials& credentials) {
  if (!source.is_live()) return;
  if (source.container.paused) {
    context.reporter.notice(
        fmt::format("{} was paused before, and stays so: nothing could be flushed", source.name()));
    return;
  }
  const databases::Database& database = *source.kind.database;
  if (!database.is_worth_flushing()) return;
  snapshot::Step step(context.reporter, "asking the database to flush");
  databases::Shell shell(context.engine, source.id());
  databases::FlushResult flushed;
  try {
    flushed = database.flush(shell, source.kind.recognition, credentials);
  } catch (const Error& error) {
    // Somebody else has frozen it, or the engine refuses to start a program in it.
    if (!scratch::can_go_on_after(error) || !database.safe_without_flush()) throw;
    flushed.text = error.what();
  }
  if (!flushed.done && !database.safe_without_flush()) {
    throw Error(ErrorCode::database_refused, fmt::format("{} does not flush", source.name()),
                flushed.text,
                flushed.hint.empty() ? "give --db-user and --db-password-file" : flushed.hint);
  }
  step.done(flushed.done ? fmt::format("flushed ({})", flushed.text)
                         : fmt::format("not flushed, which is safe for {}: {}", database.name(),
                                       flushed.text));
}

}  // namespace dksnap::capture
