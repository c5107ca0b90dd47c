// Other people do things to the source meanwhile.
#include <thread>

#include "creation.hpp"
#include "lanes.hpp"
#include "moments.hpp"

namespace dksnap::test {
namespace {

class Meddling : public LaneTest {
 protected:
  void SetUp() override {
    LaneTest::SetUp();
    if (!IsSkipped() && !HasFatalFailure()) scene_.emplace(GetParam().engine);
  }

  // Calls `meddle` as the n-th exec in the scratch starts: 1 copies, 2 packs.
  static void at_exec(Creation& creation, int nth, std::function<void()> meddle) {
    creation.proxy().add({.method = "POST",
                          .path = "^/exec/.*/start$",
                          .nth = nth,
                          .on_call = [meddle = std::move(meddle)](const ProxyCall&) { meddle(); }});
  }

  Scene<FilesSource>& scene() { return *scene_; }
  const EngineView& engine() { return scene_->engine; }
  FilesSource& source() { return scene_->source; }
  void stop() { engine().ask("POST", "/containers/" + source().id() + "/kill"); }
  void start() { engine().ask("POST", "/containers/" + source().id() + "/start"); }

 private:
  std::optional<Scene<FilesSource>> scene_;
};
DKSNAP_ON_LANES(Meddling, Lane{"memory", 1}, Lane{"containerd", 0});

// What it is found to be is a container that does not run.
TEST_P(Meddling, TheSourceStopsWhileItIsLookedAt) {
  Creation creation(scene());
  creation.proxy().add(
      {.method = "GET", .path = "/top$", .on_call = [&](const ProxyCall&) { stop(); }});
  EXPECT_EQ(creation.run().status, 0) << creation.result();
  EXPECT_EQ(creation.proxy().fired(), 1);
  start();
  creation.expect_rolled_back();
}

TEST_P(Meddling, TheSourceStopsBeforeTheCopy) {
  Creation creation(scene());
  at_exec(creation, 1, [&] { stop(); });
  EXPECT_NE(creation.run().status, 0) << creation.result();
  creation.expect_documented_end();
  EXPECT_FALSE(engine().image_exists(creation.image()));
  start();
  creation.expect_rolled_back();
  creation.expect_recovery(Creation::Next::create);
}

TEST_P(Meddling, TheSourceStopsWhileFrozen) {
  Creation creation(scene());
  when_frozen(creation, [&] { stop(); });
  EXPECT_NE(creation.run().status, 0) << creation.result();
  creation.expect_documented_end();
  EXPECT_FALSE(engine().image_exists(creation.image()));
  if (!engine().is_running(source().id())) start();
  creation.expect_rolled_back();
  creation.expect_recovery(Creation::Next::create);
}

TEST_P(Meddling, TheSourceStopsBeforeThePacking) {
  Creation creation(scene());
  at_exec(creation, 2, [&] { stop(); });
  creation.run();
  creation.expect_documented_end();
  start();
  creation.expect_rolled_back();
  creation.expect_recovery(Creation::Next::create);
}

TEST_P(Meddling, TheSourceIsRemoved) {
  for (const int nth : {1, 2}) {
    Scene<FilesSource> own(GetParam().engine);
    Creation creation(own);
    at_exec(creation, nth, [&] { own.engine.remove(own.source.id()); });
    creation.run();
    SCOPED_TRACE(nth);
    creation.expect_documented_end();
    EXPECT_TRUE(nth > 1 || creation.result().status != 0) << creation.result();
    EXPECT_EQ(own.engine.image_exists(creation.image()), creation.result().status == 0);
    const RunResult fixed = own.desk.dksnap({"doctor", "--fix"});
    EXPECT_EQ(fixed.status, 0) << fixed;
    EXPECT_TRUE(own.engine.scratches_of(own.source.volume()).empty());
  }
}

TEST_P(Meddling, SomebodyThawsIt) {
  Creation creation(scene());
  // The second look at a frozen source is the one after the copy.
  int looks = 0;
  bool frozen = false;
  creation.proxy().add(
      {.method = "POST", .path = "/pause$", .on_call = [&](const ProxyCall&) { frozen = true; }});
  creation.proxy().add(
      {.method = "GET", .path = "^/containers/json$", .nth = 0, .on_call = [&](const ProxyCall&) {
         if (frozen && ++looks == 2) engine().unpause(source().id());
       }});
  EXPECT_EQ(creation.run().status, 2) << creation.result();
  EXPECT_NE(creation.result().err.find("worth nothing"), std::string::npos) << creation.result();
  EXPECT_NE(creation.result().err.find("again"), std::string::npos) << creation.result();
  creation.expect_documented_end();
  creation.expect_rolled_back();
}

// As engines with an older containerd do, where a program was just being started in the source when
// it was frozen.
TEST_P(Meddling, TheEnginesThawHangs) {
  Creation creation(scene());
  bool went_on = false;
  creation.proxy().add({.method = "POST", .path = "/unpause$", .on_call = [&](const ProxyCall&) {
                          went_on = static_cast<bool>(source().goes_on());
                        }});
  EXPECT_EQ(creation.run().status, 0) << creation.result();
  EXPECT_TRUE(went_on);
  creation.expect_sound();
}

// Whose freeze it is cannot be told, so it is not undone.
TEST_P(Meddling, SomebodyPausesItJustBefore) {
  Creation creation(scene());
  creation.proxy().add({.method = "POST", .path = "/pause$", .on_call = [&](const ProxyCall&) {
                          engine().pause(source().id());
                        }});
  EXPECT_EQ(creation.run().status, 12) << creation.result();
  creation.expect_documented_end();
  EXPECT_TRUE(engine().is_paused(source().id()));
  engine().unpause(source().id());
  creation.expect_rolled_back();
}

// As another snapshot that is taken does.
TEST_P(Meddling, SomebodyPausesItForAMoment) {
  Creation creation(scene());
  std::jthread thaws;
  creation.proxy().add({.method = "POST", .path = "/pause$", .on_call = [&](const ProxyCall&) {
                          engine().pause(source().id());
                          thaws = std::jthread([&] {
                            std::this_thread::sleep_for(std::chrono::milliseconds(300));
                            engine().unpause(source().id());
                          });
                        }});
  EXPECT_EQ(creation.run().status, 0) << creation.result();
  creation.expect_rolled_back();
}

// What was read of it while it ran is not one instant.
TEST_P(Meddling, APausedSourceIsThawedByItsUser) {
  engine().pause(source().id());
  Creation creation(scene());
  at_exec(creation, 1, [&] { engine().unpause(source().id()); });
  EXPECT_EQ(creation.run().status, 2) << creation.result();
  EXPECT_NE(creation.result().err.find("worth nothing"), std::string::npos) << creation.result();
  creation.expect_documented_end();
  creation.expect_rolled_back();
}

TEST_P(Meddling, AStoppedSourceIsStartedByItsUser) {
  stop();
  Creation creation(scene());
  at_exec(creation, 1, [&] { start(); });
  EXPECT_EQ(creation.run().status, 2) << creation.result();
  EXPECT_NE(creation.result().err.find("worth nothing"), std::string::npos) << creation.result();
  creation.expect_documented_end();
  creation.expect_rolled_back();
}

TEST_P(Meddling, APausedSourceStaysPaused) {
  engine().pause(source().id());
  Creation creation(scene());
  EXPECT_EQ(creation.run().status, 0) << creation.result();
  EXPECT_TRUE(engine().is_paused(source().id()));
  engine().unpause(source().id());
  creation.expect_rolled_back();
}

}  // namespace
}  // namespace dksnap::test
