#include <future>

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/pipe.hpp"
#include "base/text.hpp"
#include "capture/steps.hpp"

namespace dksnap::capture {
namespace {

constexpr std::size_t kErrorTail = 8 * 1024;

// Runs in a thread of its own: what it prints goes into `output`, and then its end, or why there is
// less.
void print_into(docker::Engine& engine, const std::string& container,
                const databases::Download& wanted, BytePipe& output) {
  try {
    docker::ExecSpec spec;
    spec.argv = wanted.argv;
    spec.env = wanted.env;
    TailSink errors(kErrorTail);
    const int status = engine.exec(container, spec, {nullptr, &output, &errors});
    if (status != 0) {
      throw Error(ErrorCode::database_refused, "the source does not dump its data",
                  fmt::format("{} ended with exit code {}: {}", wanted.argv.front(), status,
                              last_lines(errors.text(), 1)),
                  "--method stop stops it for the copy, where it saves its data then");
    }
    output.finish();
  } catch (...) {
    output.fail(std::current_exception());
  }
}

}  // namespace

void download(snapshot::Context& context, const SourceContainer& source,
              const databases::Download& wanted, scratch::Scratch& scratch) {
  snapshot::Step step(context.reporter, fmt::format("dumping the data of {}", source.name()));
  BytePipe output;
  const auto printed = std::async(std::launch::async,
                                  [&] { print_into(context.engine, source.id(), wanted, output); });
  std::uint64_t bytes = 0;
  try {
    bytes = scratch.write_file(wanted.path, output);
  } catch (...) {
    // Nobody reads on, so that the other one ends.
    output.close();
    throw;
  }
  step.done(fmt::format("dumped {} into the copy", human_size(bytes)));
}

}  // namespace dksnap::capture
