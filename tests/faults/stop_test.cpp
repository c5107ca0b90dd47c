// Killed and cut off while a source is stopped for a snapshot: it runs again.
#include <csignal>

#include "creation.hpp"
#include "lanes.hpp"

namespace dksnap::test {
namespace {

class StopFaults : public LaneTest {
 protected:
  // Strikes at each call in turn, as far as the lane is dense.
  void at_calls(const std::function<void(Creation&, FaultRule&)>& strike) {
    Scene<FilesSource> scene(GetParam().engine);
    for (int number = 1;; number += GetParam().step()) {
      Creation creation(scene, {"--full", "--method", "stop", "-y"});
      FaultRule fault;
      fault.nth = number;
      strike(creation, fault);
      creation.proxy().add(fault);
      creation.run();
      SCOPED_TRACE(::testing::Message() << "at call " << number);
      if (creation.proxy().fired() == 0) {
        EXPECT_EQ(creation.result().status, 0) << creation.result();
        break;
      }
      creation.expect_sound_after_kill();
      creation.expect_recovery();
      if (HasFailure()) return;
    }
  }
};
DKSNAP_ON_LANES(StopFaults, Lane{"memory", 7}, Lane{"containerd", 0});

TEST_P(StopFaults, Killed) {
  at_calls([](Creation& creation, FaultRule& fault) {
    fault.on_call = [&](const ProxyCall&) { creation.signal(SIGKILL); };
  });
}

TEST_P(StopFaults, Interrupted) {
  at_calls([](Creation& creation, FaultRule& fault) {
    fault.on_call = [&](const ProxyCall&) { creation.signal(SIGINT); };
  });
}

}  // namespace
}  // namespace dksnap::test
