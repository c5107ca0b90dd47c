// Moves the streams of a running exec.
#pragma once

#include "docker/engine.hpp"
#include "docker/wire/transport.hpp"

namespace dksnap::docker {

// Until the program's output ends (true), or the deadline has passed (false). Throws what the
// streams throw, and engine_unreachable where the connection breaks. No thread is left when it
// returns.
bool pump_exec(Answer::Raw connection, const ExecStreams& streams);

}  // namespace dksnap::docker
