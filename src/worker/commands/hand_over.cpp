#include "worker/handover/hand_over.hpp"

#include <fcntl.h>
#include <unistd.h>

#include "base/error.hpp"
#include "base/fd.hpp"
#include "worker/commands/commands.hpp"
#include "worker/process/processes.hpp"

namespace dksnap::worker {

void run_hand_over(const Place& place, const std::string& id, bool own_namespace) {
  hand_over(place, STDIN_FILENO, [&] {
    const std::string proc = place.at("/proc");
    const pid_t init = find_init(proc, id, own_namespace);
    const std::string its = proc + "/" + std::to_string(init);
    Fd root = open_file(its + "/root", O_PATH | O_DIRECTORY);
    expect_root_of_container(read_text(proc + "/self/mountinfo"), read_text(its + "/mountinfo"));
    // What it was opened by may have become another process meanwhile.
    if (find_init(proc, id, own_namespace) != init) {
      throw Error(ErrorCode::failed, "cannot read the container's own files",
                  "it was started again just then", "run the command again");
    }
    return root;
  });
}

}  // namespace dksnap::worker
