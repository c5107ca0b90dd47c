// An engine that answers, but not what it was asked for.
#include <thread>

#include "creation.hpp"
#include "lanes.hpp"

namespace dksnap::test {
namespace {

using namespace std::chrono_literals;

class EngineError : public LaneTest {
 protected:
  // `must_fail`: create cannot succeed without the call. `first`: the stage image is not there yet.
  void expect_survived(const FaultRule& rule, bool must_fail = true, bool first = true) {
    Scene<FilesSource> scene(GetParam().engine);
    if (!first) {
      const RunResult before = scene.desk.dksnap({"create", scene.source.name()});
      EXPECT_EQ(before.status, 0) << before;
    }
    Creation creation(scene);
    creation.proxy().add(rule);
    creation.run();
    SCOPED_TRACE(rule.method + " " + rule.path);
    EXPECT_GT(creation.proxy().fired(), 0) << creation.result();
    if (must_fail) {
      EXPECT_NE(creation.result().status, 0) << creation.result();
      EXPECT_NE(creation.result().err.find("the test said so"), std::string::npos)
          << creation.result();
    }
    creation.expect_documented_end();
    creation.expect_rolled_back();
    creation.expect_recovery(Creation::Next::create);
  }

  static FaultRule refusal(const std::string& method, const std::string& path, int nth = 1) {
    return {.method = method, .path = path, .nth = nth, .fault = Fault::answer};
  }
};
DKSNAP_ON_LANES(EngineError, Lane{"memory", 1}, Lane{"containerd", 0});

// Where the two stores differ.
class EngineErrorAtLoad : public EngineError {};
DKSNAP_ON_LANES(EngineErrorAtLoad, Lane{"memory", 0}, Lane{"containerd", 1});

TEST_P(EngineError, AtPause) {
  expect_survived(refusal("POST", "/pause$"));
}
// What a runtime says that could not freeze a container in which processes start all the while.
TEST_P(EngineError, OfAFreezeThatMisses) {
  Scene<FilesSource> scene(GetParam().engine);
  Creation creation(scene);
  FaultRule rule = refusal("POST", "/pause$");
  rule.body = R"({"message":"Cannot pause container: OCI runtime pause failed: unable to freeze"})";
  creation.proxy().add(rule);
  creation.run();
  EXPECT_EQ(creation.proxy().fired(), 1);
  EXPECT_EQ(creation.result().status, 0) << creation.result();
  creation.expect_rolled_back();
}
TEST_P(EngineError, AtUnpause) {
  expect_survived(refusal("POST", "/unpause$"), false);
}
TEST_P(EngineError, AtCreatingTheScratch) {
  expect_survived(refusal("POST", "^/containers/create$"));
}
TEST_P(EngineError, AtPuttingTheWorkerIn) {
  expect_survived(refusal("PUT", "/archive$"));
}
TEST_P(EngineError, AtStartingTheScratch) {
  expect_survived(refusal("POST", "^/containers/.*/start$"));
}
TEST_P(EngineError, AtStartingTheCopy) {
  expect_survived(refusal("POST", "^/exec/.*/start$"));
}
TEST_P(EngineError, AtStartingToPack) {
  expect_survived(refusal("POST", "^/exec/.*/start$", 2));
}
TEST_P(EngineError, AtReadingTheLayer) {
  // Every one: which of them reads the layer is dksnap's business.
  expect_survived(refusal("GET", "/archive$", 0));
}
TEST_P(EngineErrorAtLoad, AtLoadingTheStageImage) {
  expect_survived(refusal("POST", "^/images/load$", 0));
}
// Another dksnap, that snapshots the same container, was quicker.
TEST_P(EngineErrorAtLoad, ForTheStageImageIsThereMeanwhile) {
  Scene<FilesSource> scene(GetParam().engine);
  Creation other(scene);
  Creation creation(scene);
  FaultRule rule = refusal("POST", "^/images/load$");
  rule.body = R"({"message":"AlreadyExists: image \"x\": already exists"})";
  rule.on_call = [&](const ProxyCall&) { other.run(); };
  creation.proxy().add(rule);
  EXPECT_EQ(creation.run().status, 0) << creation.result();
  EXPECT_EQ(creation.proxy().fired(), 1);
  EXPECT_EQ(other.result().status, 0) << other.result();
  creation.expect_rolled_back();
}
TEST_P(EngineErrorAtLoad, AtLoadingTheSnapshot) {
  expect_survived(refusal("POST", "^/images/load$", 0), true, false);
}
TEST_P(EngineErrorAtLoad, AtNamingTheSnapshot) {
  expect_survived(refusal("POST", "^/images/.*/tag$"));
}
TEST_P(EngineErrorAtLoad, InsideTheStreamOfALoad) {
  FaultRule rule = refusal("POST", "^/images/load$", 0);
  rule.status = 200;
  rule.body = R"({"errorDetail":{"message":"the test said so"},"error":"the test said so"})"
              "\n";
  expect_survived(rule);
  expect_survived(rule, true, false);
}
TEST_P(EngineErrorAtLoad, NoSpaceInTheStreamOfALoad) {
  Scene<FilesSource> scene(GetParam().engine);
  Creation creation(scene);
  FaultRule rule = refusal("POST", "^/images/load$", 0);
  rule.status = 200;
  rule.body = R"({"errorDetail":{"message":"write /x: no space left on device"}})"
              "\n";
  creation.proxy().add(rule);
  EXPECT_EQ(creation.run().status, 15) << creation.result();
  creation.expect_documented_end();
  creation.expect_rolled_back();
  creation.expect_recovery();
}

// It says yes and loads nothing.
TEST_P(EngineErrorAtLoad, AnAnswerToALoadThatIsNotTrue) {
  Scene<FilesSource> scene(GetParam().engine);
  Creation first(scene);  // so that the stage image is there, and the next load is the snapshot's
  EXPECT_EQ(first.run().status, 0) << first.result();
  Creation creation(scene);
  FaultRule rule = refusal("POST", "^/images/load$", 0);
  rule.status = 200;
  rule.body = R"({"stream":"Loaded image: all of it\n"})"
              "\n";
  creation.proxy().add(rule);
  EXPECT_NE(creation.run().status, 0) << creation.result();
  creation.expect_documented_end();
  creation.expect_rolled_back();
  creation.expect_recovery();
}

// The engine refuses to thaw for a while, whoever asks.
TEST_P(EngineError, AtEveryUnpauseForAWhile) {
  Scene<FilesSource> scene(GetParam().engine);
  Creation creation(scene);
  std::jthread over;
  FaultRule rule = refusal("POST", "/unpause$", 0);
  rule.on_call = [&](const ProxyCall&) {
    if (over.joinable()) return;
    over = std::jthread([&creation] {
      std::this_thread::sleep_for(2s);
      creation.proxy().clear_rules();
    });
  };
  creation.proxy().add(rule);
  creation.run();
  EXPECT_GT(creation.proxy().fired(), 1);
  creation.expect_documented_end();
  creation.expect_rolled_back();
  creation.expect_recovery();
}

}  // namespace
}  // namespace dksnap::test
