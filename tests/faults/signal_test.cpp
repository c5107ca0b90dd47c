// Ctrl-C and its like: everything is rolled back before dksnap ends.
#include <csignal>
#include <thread>

#include "creation.hpp"
#include "lanes.hpp"
#include "moments.hpp"

namespace dksnap::test {
namespace {

using namespace std::chrono_literals;

constexpr int kFewestCallsOfSignal = 20;

class Signal : public LaneTest {
 protected:
  // `late_is_well`: the signal may come when all is done.
  static void expect_stopped(Creation& creation, int signal, bool late_is_well) {
    const RunResult& result = creation.result();
    if (!late_is_well || result.status != 0) {
      EXPECT_EQ(result.status, 128 + signal) << result;
      EXPECT_NE(result.err.find("rolling back"), std::string::npos) << result;
      for (const char* part : {"error: ", "\n  why   ", "\n  do    "})
        EXPECT_NE(result.err.find(part), std::string::npos) << result;
    }
    creation.expect_rolled_back();
  }

  template <typename Kind>
  void at_every_step(int signal) {
    Scene<Kind> scene(GetParam().engine);
    Creation undisturbed(scene);
    const std::vector<Event> events = events_of(undisturbed);
    for (std::size_t i = 0; i < events.size(); i += static_cast<std::size_t>(GetParam().step())) {
      SCOPED_TRACE(events[i].type + " " + events[i].text);
      Creation creation(scene);
      at_event(creation, i, [&] { creation.signal(signal); });
      creation.run();
      expect_stopped(creation, signal, i + 1 == events.size());
      if (HasFailure()) return;
    }
  }
};
DKSNAP_ON_LANES(Signal, Lane{"memory", 5}, Lane{"containerd", 0});

class SignalWithADatabase : public Signal {};
DKSNAP_ON_LANES(SignalWithADatabase, Lane{"overlay2", 4}, Lane{"containerd", 0});

TEST_P(SignalWithADatabase, InterruptAtEveryStep) {
  at_every_step<PostgresSource>(SIGINT);
}

TEST_P(Signal, TerminateAtEveryStep) {
  at_every_step<FilesSource>(SIGTERM);
}

TEST_P(Signal, InterruptAtACall) {
  Scene<FilesSource> scene(GetParam().engine);
  int number = 1;
  for (;; number += GetParam().step(3)) {
    for (const std::string& stage : scene.source.stage_images()) scene.engine.remove_image(stage);
    Creation creation(scene, {"--full"});
    std::string struck;
    creation.proxy().add({.nth = number, .on_call = [&](const ProxyCall& call) {
                            struck = call.method + " " + call.path;
                            creation.signal(SIGINT);
                          }});
    creation.run();
    if (creation.proxy().fired() == 0) break;
    SCOPED_TRACE(::testing::Message() << "interrupted at call " << number << ", " << struck);
    // A call may be the last, or one whose answer comes before the signal is seen.
    expect_stopped(creation, SIGINT, true);
    if (HasFailure()) return;
  }
  EXPECT_GT(number, kFewestCallsOfSignal);
}

// The request to freeze is under way when dksnap is interrupted, and reaches the engine later.
TEST_P(Signal, InterruptJustBeforeTheFreeze) {
  Scene<FilesSource> scene(GetParam().engine);
  Creation creation(scene);
  creation.proxy().add({.method = "POST", .path = "/pause$", .on_call = [&](const ProxyCall&) {
                          creation.signal(SIGINT);
                          std::this_thread::sleep_for(400ms);
                        }});
  creation.run();
  expect_stopped(creation, SIGINT, false);
}

// All of the layer is with the engine, which unpacks it, when dksnap is interrupted.
TEST_P(Signal, InterruptWhileTheEngineLoads) {
  Scene<FilesSource> scene(GetParam().engine);
  EXPECT_EQ(
      scene.desk.docker({"exec", scene.source.id(), "/files", "fill", "/data/big", "40000000"})
          .status,
      0);
  std::vector<std::chrono::milliseconds> waits{0ms, 100ms, 300ms};
  if (is_dense()) waits.insert(waits.end(), {30ms, 200ms});
  for (const auto wait : waits) {
    SCOPED_TRACE(wait.count());
    Creation creation(scene, {"--full"});
    std::jthread later;
    creation.on_progress([&](const std::string& type, const std::string& text) {
      if (type == "step_begins" && text.starts_with("loading")) {
        later = std::jthread([&creation, wait] {
          std::this_thread::sleep_for(wait);
          creation.signal(SIGINT);
        });
      }
    });
    creation.run();
    expect_stopped(creation, SIGINT, true);
  }
}

TEST_P(Signal, TheSecondQuitsAtOnce) {
  Scene<FilesSource> scene(GetParam().engine);
  Creation creation(scene);
  // The roll-back hangs at the removal of the scratch.
  std::promise<void> quit;
  creation.proxy().add(
      {.method = "DELETE", .path = "^/containers/", .on_call = [&](const ProxyCall&) {
         creation.signal(SIGINT);
         quit.get_future().wait_for(60s);
       }});
  when_frozen(creation, [&] { creation.signal(SIGINT); });
  const RunResult& result = creation.run();
  quit.set_value();
  EXPECT_EQ(result.status, 130) << result;
  EXPECT_LT(result.duration, 20s) << result;
  EXPECT_NE(result.err.find("doctor --fix"), std::string::npos) << result;
  creation.expect_sound();
  creation.expect_recovery();
}

// A terminal sends Ctrl-C to the guard as well, and impatient people press it again.
TEST_P(Signal, TwiceToAllProcessesWhileFrozen) {
  Scene<FilesSource> scene(GetParam().engine);
  Creation creation(scene);
  // dksnap itself cannot thaw: only its guard can.
  creation.proxy().add({.method = "POST",
                        .path = "/unpause$",
                        .fault = Fault::cut_before,
                        .on_call = [&](const ProxyCall&) { creation.signal_group(SIGINT); }});
  when_frozen(creation, [&] { creation.signal_group(SIGINT); });
  const RunResult& result = creation.run();
  EXPECT_EQ(result.status, 130) << result;
  const std::size_t told = result.err.find("rolling back");
  EXPECT_NE(told, std::string::npos) << result;
  creation.expect_sound();
  creation.expect_recovery();
}

}  // namespace
}  // namespace dksnap::test
