// Thaws what the engine does not thaw any more.
#pragma once

#include <chrono>
#include <string>

#include "snapshot/context.hpp"

namespace dksnap::scratch {

// As Engine::unpause_container() of `context.rescue`. Where that has not returned for a moment, the
// engine waits for a program that was just being started in the container when it was frozen (an
// exec, a health check), which waits for the thaw, and the engine's own thaw for both: containerd
// before 1.7 (runtime/v2/runc/task/service.go, checkProcesses) holds its lock meanwhile. Such a
// container would stay frozen for good. So its control group is thawed for a moment, from a
// container of ours: the program comes to its start, the engine's lock is free, and its own thaw
// goes on; it would not find anything frozen if the group stayed so. Throws what the engine says in
// the end.
void thaw(snapshot::Context& context, const std::string& id);

}  // namespace dksnap::scratch
