#include "databases/program_output.hpp"

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/text.hpp"

namespace dksnap::databases {
namespace {

constexpr std::size_t kErrorBytes = 8U << 10U;
constexpr std::size_t kShownLines = 3;

}  // namespace

ProgramOutput::ProgramOutput(docker::Engine& engine, std::string container,
                             docker::ExecSpec program, std::string input) {
  runs_ = std::jthread([this, &engine, container = std::move(container),
                        program = std::move(program), input = std::move(input)] {
    try {
      TailSink said(kErrorBytes);
      StringSource in(input);
      const int status =
          engine.exec(container, program, {input.empty() ? nullptr : &in, &pipe_, &said});
      if (status != 0) {
        throw Error(ErrorCode::database_refused, "the server does not tell what it holds",
                    fmt::format("{} ended with status {}: {}", program.argv.front(), status,
                                last_lines(said.text(), kShownLines)));
      }
      pipe_.finish();
    } catch (...) {
      pipe_.fail(std::current_exception());
    }
  });
}

ProgramOutput::~ProgramOutput() {
  pipe_.close();
}

std::size_t ProgramOutput::read(std::span<std::byte> into) {
  return pipe_.read(into);
}

}  // namespace dksnap::databases
