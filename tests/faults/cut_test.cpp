// Connections that break, and an engine that goes away.
#include <algorithm>
#include <thread>

#include "creation.hpp"
#include "lanes.hpp"
#include "moments.hpp"

namespace dksnap::test {
namespace {

using namespace std::chrono_literals;
using Next = Creation::Next;

constexpr int kFewestCallsOfCut = 20;

class Cut : public LaneTest {
 protected:
  // A create for each call, or each `sparse`-th, until one makes no such call any more.
  void at_calls(const FaultRule& fault, int sparse) {
    Scene<FilesSource> scene(GetParam().engine);
    int number = 1;
    for (;; number += GetParam().step(sparse)) {
      for (const std::string& stage : scene.source.stage_images()) scene.engine.remove_image(stage);
      Creation creation(scene, {"--full"});
      FaultRule rule = fault;
      std::string struck;
      rule.nth = number;
      rule.on_call = [&](const ProxyCall& call) { struck = call.method + " " + call.path; };
      creation.proxy().add(rule);
      creation.run();
      SCOPED_TRACE(::testing::Message() << "cut at call " << number << ", " << struck);
      creation.expect_documented_end();
      creation.expect_sound();
      if (creation.proxy().fired() == 0) {
        EXPECT_EQ(creation.result().status, 0) << creation.result();
        break;
      }
      creation.expect_recovery(number % 10 == 0 ? Next::create : Next::doctor);
      if (HasFailure()) return;
    }
    EXPECT_GT(number, kFewestCallsOfCut);
  }
};
DKSNAP_ON_LANES(Cut, Lane{"memory", 7}, Lane{"containerd", 0});

TEST_P(Cut, BeforeTheEngineHears) {
  at_calls({.fault = Fault::cut_before}, 3);
}

TEST_P(Cut, AfterTheEngineHasDoneIt) {
  at_calls({.fault = Fault::cut_after_request}, 2);
}

TEST_P(Cut, InTheMiddleOfTheAnswer) {
  at_calls({.fault = Fault::cut_in_response, .bytes = 1}, 3);
}

class CutStream : public LaneTest {};
DKSNAP_ON_LANES(CutStream, Lane{"memory", 1}, Lane{"containerd", 0});

// The worker's lines are cut wherever: between them dksnap would take the end of its output for the
// end of its work.
TEST_P(CutStream, InTheStreamOfTheWorker) {
  Scene<FilesSource> scene(GetParam().engine);
  for (const int stream : {1, 2}) {
    for (std::uint64_t bytes = 0; bytes <= 250; bytes += is_dense() ? 10 : 80) {
      Creation creation(scene);
      creation.proxy().add({.method = "POST",
                            .path = "^/exec/.*/start$",
                            .nth = stream,
                            .fault = Fault::cut_in_response,
                            .bytes = bytes});
      creation.run();
      SCOPED_TRACE(::testing::Message() << "stream " << stream << " cut after " << bytes);
      creation.expect_documented_end();
      creation.expect_sound();
      creation.expect_recovery();
      if (HasFailure()) return;
    }
  }
}

TEST_P(Cut, InTheMiddleOfTheLayer) {
  Scene<FilesSource> scene(GetParam().engine);
  EXPECT_EQ(scene.desk.docker({"exec", scene.source.id(), "/files", "fill", "/data/big", "8000000"})
                .status,
            0);
  for (const std::uint64_t bytes : {100, 600, 3'000'000}) {
    Creation creation(scene, {"--full"});
    creation.proxy().add({.method = "GET",
                          .path = "^/containers/[^/]+/archive$",
                          .nth = 0,
                          .fault = Fault::cut_in_response,
                          .bytes = bytes});
    creation.run();
    SCOPED_TRACE(::testing::Message() << "layer cut after " << bytes);
    EXPECT_NE(creation.result().status, 0) << creation.result();
    creation.expect_documented_end();
    creation.expect_sound();
    // What the engine has kept of half a layer must not become a part of the next one.
    creation.expect_recovery(Next::create);
  }
}

// The engine dies at some call and comes back after a while.
class EngineGone : public LaneTest {
 protected:
  void at_calls(int first, int last, int stride, std::chrono::milliseconds time) {
    Scene<FilesSource> scene(GetParam().engine);
    for (int number = first; number <= last; number += stride) {
      Creation creation(scene, {"--full"});
      std::jthread back;
      std::string struck;
      creation.proxy().add({.nth = number, .on_call = [&](const ProxyCall& call) {
                              struck = call.method + " " + call.path;
                              creation.proxy().set_down(true);
                              back = std::jthread([&creation, time] {
                                std::this_thread::sleep_for(time);
                                creation.proxy().set_down(false);
                              });
                            }});
      creation.run();
      SCOPED_TRACE(::testing::Message() << "engine gone at call " << number << ", " << struck);
      creation.expect_documented_end();
      creation.expect_sound();
      creation.expect_recovery();
      if (HasFailure()) return;
    }
  }

  // The number of the call that freezes.
  int freezing_call() {
    Scene<FilesSource> scene(GetParam().engine);
    Creation undisturbed(scene, {"--full"});
    EXPECT_EQ(undisturbed.run().status, 0) << undisturbed.result();
    const auto calls = undisturbed.proxy().calls();
    const auto pause = std::find_if(calls.begin(), calls.end(), [](const ProxyCall& call) {
      return call.path.ends_with("/pause");
    });
    return pause == calls.end() ? 0 : pause->number;
  }
};
DKSNAP_ON_LANES(EngineGone, Lane{"memory", 11}, Lane{"containerd", 0});

TEST_P(EngineGone, ForAMomentAtAnyCall) {
  at_calls(2, 45, GetParam().step(), 300ms);
}

// dksnap gives up, and dies of it; the source is thawed all the same as soon as that can be done.
TEST_P(EngineGone, ForLongWhileFrozen) {
  const int pause = freezing_call();
  ASSERT_GT(pause, 0);
  at_calls(pause, pause + 3, is_dense() ? 1 : 2, 3s);
}

}  // namespace
}  // namespace dksnap::test
