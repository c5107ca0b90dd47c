// Several creates at once.
#include "creation.hpp"
#include "lanes.hpp"
#include "support/eventually.hpp"

namespace dksnap::test {
namespace {

// Which of two is quicker differs.
int rounds() {
  return is_dense() ? 4 : 1;
}

class Concurrent : public LaneTest {
 protected:
  // Both succeed, or one tells clearly why not.
  static void expect_well(Creation& a, Creation& b) {
    a.start();
    b.start();
    a.wait();
    b.wait();
    for (Creation* one : {&a, &b}) {
      one->expect_documented_end();
      one->expect_sound();
    }
    EXPECT_TRUE(a.result().status == 0 || b.result().status == 0) << a.result() << b.result();
    a.expect_rolled_back();
  }
};
DKSNAP_ON_LANES(Concurrent, Lane{"memory", 1}, Lane{"containerd", 0});

TEST_P(Concurrent, OfTheSameContainer) {
  Scene<FilesSource> scene(GetParam().engine);
  for (int round = 0; round < rounds(); ++round) {
    Creation a(scene);
    Creation b(scene);
    expect_well(a, b);
  }
}

// Of two users, who know nothing of each other.
TEST_P(Concurrent, OfTheSameContainerFromTwoHomes) {
  Scene<FilesSource> scene(GetParam().engine);
  Desk other(GetParam().engine);
  for (int round = 0; round < rounds(); ++round) {
    Creation a(scene);
    Creation b(other, scene.engine, scene.source);
    expect_well(a, b);
  }
}

TEST_P(Concurrent, OfTwoContainersThatShareAVolume) {
  Scene<FilesSource> scene(GetParam().engine);
  FilesSource other(scene.desk, scene.engine, scene.source.volume());
  for (int round = 0; round < rounds(); ++round) {
    Creation a(scene.desk, scene.engine, scene.source);
    Creation b(scene.desk, scene.engine, other);
    a.start();
    b.start();
    a.wait();
    b.wait();
    for (Creation* one : {&a, &b}) one->expect_documented_end();
    EXPECT_TRUE(a.result().status == 0 || b.result().status == 0) << a.result() << b.result();
    for (const Source* source :
         {static_cast<Source*>(&scene.source), static_cast<Source*>(&other)}) {
      EXPECT_TRUE(scene.engine.is_running(source->id()));
      // The engine tells of pauses and their ends a moment later, in their order.
      EXPECT_TRUE(
          eventually("it is thawed", [&] { return !scene.engine.is_paused(source->id()); }));
    }
    EXPECT_TRUE(scene.engine.scratches_of(scene.source.volume()).empty());
  }
}

// A name is given once.
TEST_P(Concurrent, UnderTheSameName) {
  Scene<FilesSource> scene(GetParam().engine);
  const std::string image = "dksnap-faults/" + scene.source.name() + ":same";
  std::vector<std::string> ids;
  Creation a(scene, {"--name", image});
  Creation b(scene, {"--name", image});
  a.start();
  b.start();
  a.wait();
  b.wait();
  for (Creation* one : {&a, &b}) one->expect_documented_end();
  EXPECT_NE(a.result().status == 0, b.result().status == 0) << a.result() << b.result();
  EXPECT_TRUE(scene.source.is_whole(image));
  EXPECT_TRUE(scene.source.goes_on());
}

// The other one has done all but the last, when it finds that it comes too late.
TEST_P(Concurrent, UnderANameThatIsJustBeingGiven) {
  Scene<FilesSource> scene(GetParam().engine);
  const std::string image = "dksnap-faults/" + scene.source.name() + ":same";
  Creation creation(scene, {"--name", image});
  Creation other(scene, {"--name", image});
  creation.proxy().add(
      {.method = "POST", .path = "/tag$", .on_call = [&](const ProxyCall&) { other.run(); }});
  EXPECT_EQ(creation.run().status, 0) << creation.result();
  EXPECT_EQ(other.result().status, 12) << other.result();
  creation.expect_sound();
  other.expect_documented_end();
  creation.expect_rolled_back();
}

}  // namespace
}  // namespace dksnap::test
