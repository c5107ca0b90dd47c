#include <unistd.h>

#include "base/fd.hpp"
#include "worker/commands/commands.hpp"
#include "worker/protocol/line_reader.hpp"

namespace dksnap::worker {

void run_serve(Talk& talk) {
  FdSource input(Fd(::dup(STDIN_FILENO)), "standard input");
  LineReader lines(input, "standard input");
  std::string line;
  while (lines.next(line)) talk.say(run_program(parse_program(line)));
}

}  // namespace dksnap::worker
