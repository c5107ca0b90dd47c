// SIGKILL: nothing of dksnap's own can run any more, and still the source goes on.
#include <csignal>
#include <thread>

#include "creation.hpp"
#include "lanes.hpp"
#include "moments.hpp"
#include "support/eventually.hpp"

namespace dksnap::test {
namespace {

using namespace std::chrono_literals;
using Next = Creation::Next;

// Fewer calls than this, and the loops have not seen a create.
constexpr int kFewestCallsOfKill = 25;

class Kill : public LaneTest {};
DKSNAP_ON_LANES(Kill, Lane{"memory", 11}, Lane{"containerd", 29});

TEST_P(Kill, AtEveryCall) {
  Scene<FilesSource> scene(GetParam().engine);
  int number = 1;
  for (;; number += GetParam().step()) {
    // Every time as if it were the first snapshot, which needs the most calls.
    for (const std::string& stage : scene.source.stage_images()) scene.engine.remove_image(stage);
    Creation creation(scene, {"--full"});
    std::string struck;
    creation.proxy().add({.nth = number, .on_call = [&](const ProxyCall& call) {
                            struck = call.method + " " + call.path;
                            creation.signal(SIGKILL);
                          }});
    creation.run();
    SCOPED_TRACE(::testing::Message() << "killed at call " << number << ", " << struck);
    if (creation.proxy().fired() == 0) {
      EXPECT_EQ(creation.result().status, 0) << creation.result();
      break;
    }
    creation.expect_sound_after_kill();
    creation.expect_recovery(number % 10 == 0 ? Next::create : Next::doctor);
    if (HasFailure()) return;
  }
  EXPECT_GT(number, kFewestCallsOfKill);
}

class KillWithADatabase : public LaneTest {};
DKSNAP_ON_LANES(KillWithADatabase, Lane{"overlay2", 3}, Lane{"containerd", 0});

TEST_P(KillWithADatabase, AtEveryStep) {
  Scene<PostgresSource> scene(GetParam().engine);
  Creation undisturbed(scene);
  const std::vector<Event> events = events_of(undisturbed);
  EXPECT_GE(events.size(), 8U);
  for (std::size_t i = 0; i < events.size(); i += static_cast<std::size_t>(GetParam().step())) {
    SCOPED_TRACE(events[i].type + " " + events[i].text);
    Creation creation(scene);
    at_event(creation, i, [&] { creation.signal(SIGKILL); });
    creation.run();
    creation.expect_sound_after_kill();
    creation.expect_recovery();
    if (HasFailure()) return;
  }
}

TEST_P(Kill, WhileFrozen) {
  Scene<FilesSource> scene(GetParam().engine);
  Creation creation(scene);
  when_frozen(creation, [&] { creation.signal(SIGKILL); });
  EXPECT_EQ(creation.run().status, 128 + SIGKILL);
  creation.expect_sound_after_kill();
  EXPECT_FALSE(scene.engine.image_exists(creation.image()));
  creation.expect_recovery(Next::create);
}

// Ctrl-Z, a debugger: the source does not wait for whoever has stopped dksnap.
TEST_P(Kill, StoppedWhileFrozen) {
  Scene<FilesSource> scene(GetParam().engine);
  Creation creation(scene);
  when_frozen(creation, [&] {
    creation.signal_group(SIGSTOP);
    EXPECT_TRUE(eventually(
        "the guard thaws", [&] { return !scene.engine.is_paused(scene.source.id()); }, 10s));
    creation.signal_group(SIGCONT);
  });
  EXPECT_EQ(creation.run().status, 2) << creation.result();
  creation.expect_rolled_back();
}

// The request to freeze is under way when dksnap dies, and reaches the engine later.
TEST_P(Kill, JustBeforeTheFreeze) {
  Scene<FilesSource> scene(GetParam().engine);
  Creation creation(scene);
  const std::time_t begin = std::time(nullptr);
  creation.proxy().add({.method = "POST", .path = "/pause$", .on_call = [&](const ProxyCall&) {
                          creation.signal(SIGKILL);
                          std::this_thread::sleep_for(400ms);
                        }});
  creation.run();
  EXPECT_EQ(creation.proxy().fired(), 1);
  EXPECT_TRUE(eventually(
      "the freeze has reached the engine",
      [&] { return scene.engine.was_paused(scene.source.id(), begin); }, 5s));
  creation.expect_sound_after_kill();
  creation.expect_recovery();
}

class KillWithItsGuard : public Kill {
 protected:
  // Leaves the source frozen, by a dksnap that is dead and so is its guard.
  void kill_both(Creation& creation) {
    when_frozen(creation, [&] {
      creation.kill_guard();
      creation.signal(SIGKILL);
    });
    EXPECT_EQ(creation.run().status, 128 + SIGKILL);
  }
};
DKSNAP_ON_LANES(KillWithItsGuard, Lane{"memory", 1}, Lane{"containerd", 0});

TEST_P(KillWithItsGuard, TheNextCreateThaws) {
  Scene<FilesSource> scene(GetParam().engine);
  Creation creation(scene);
  kill_both(creation);
  EXPECT_TRUE(scene.engine.is_paused(scene.source.id()));

  const RunResult next = scene.desk.dksnap({"create", scene.source.name()});
  EXPECT_EQ(next.status, 0) << next;
  EXPECT_NE(next.err.find("Thawed " + scene.source.name()), std::string::npos) << next;
  creation.expect_sound_after_kill();
  creation.expect_recovery();
}

TEST_P(KillWithItsGuard, DoctorTellsAndThaws) {
  Scene<FilesSource> scene(GetParam().engine);
  Creation creation(scene);
  kill_both(creation);

  const RunResult told = scene.desk.dksnap({"doctor"});
  EXPECT_EQ(told.status, 1) << told;
  EXPECT_NE(told.out.find(scene.source.name()), std::string::npos) << told;
  EXPECT_TRUE(scene.engine.is_paused(scene.source.id()));
  creation.expect_recovery();
  creation.expect_sound_after_kill();
}

// Whoever freezes the container later than the killed dksnap did means it.
TEST_P(KillWithItsGuard, AThawedSourceThatIsPausedByItsUserStaysSo) {
  Scene<FilesSource> scene(GetParam().engine);
  Creation creation(scene);
  when_frozen(creation, [&] { creation.signal(SIGKILL); });
  creation.run();
  creation.expect_sound_after_kill();

  scene.engine.pause(scene.source.id());
  const RunResult fixed = scene.desk.dksnap({"doctor", "--fix"});
  EXPECT_EQ(fixed.status, 0) << fixed;
  EXPECT_TRUE(scene.engine.is_paused(scene.source.id()));
  scene.engine.unpause(scene.source.id());
}

}  // namespace
}  // namespace dksnap::test
