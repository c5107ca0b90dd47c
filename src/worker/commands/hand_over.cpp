#include "worker/handover/hand_over.hpp"

#include <fcntl.h>
#include <unistd.h>

#include "worker/commands/commands.hpp"
#include "worker/process/processes.hpp"

namespace dksnap::worker {

void run_hand_over(const Place& place, const std::string& id, bool own_namespace) {
  hand_over(place, STDIN_FILENO, [&] {
    const std::string proc = place.at("/proc");
    const pid_t init = find_init(proc, id, own_namespace);
    return open_file(proc + "/" + std::to_string(init) + "/root", O_PATH | O_DIRECTORY);
  });
}

}  // namespace dksnap::worker
