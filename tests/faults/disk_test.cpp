// No room: on the engine's disk, and on the user's.
#include <fstream>
#include <sys/mount.h>

#include "creation.hpp"
#include "lanes.hpp"
#include "support/eventually.hpp"

namespace dksnap::test {
namespace {

// The lab's smallest engine (256 MB), and how much of it the volume takes: then the copy of it does
// not fit; then a copy does and its layer does not; then both do and the image does not.
class FullEngine : public ::testing::TestWithParam<const char*> {
 protected:
  void SetUp() override {
    DKSNAP_NEEDS("root");
    DKSNAP_NEEDS("memory");
  }
};
INSTANTIATE_TEST_SUITE_P(Filled, FullEngine,
                         ::testing::Values("150000000", "100000000", "70000000"));

TEST_P(FullEngine, IsAnErrorAndNothingElse) {
  Scene<FilesSource> scene("memory");
  const RunResult filled =
      scene.desk.docker({"exec", scene.source.id(), "/files", "fill", "/data/big", GetParam()});
  ASSERT_EQ(filled.status, 0) << filled;
  Creation creation(scene);
  EXPECT_EQ(creation.run().status, 15) << creation.result();
  creation.expect_documented_end();
  // It was known beforehand: both figures are told, and a copy that does not fit is not begun.
  EXPECT_NE(creation.result().err.find("it needs "), std::string::npos) << creation.result();
  EXPECT_NE(creation.result().err.find(" are free"), std::string::npos) << creation.result();
  if (GetParam() == std::string("150000000")) {
    for (const ProxyCall& call : creation.proxy().calls())
      EXPECT_FALSE(call.path.ends_with("/pause")) << "frozen for nothing";
  }
  creation.expect_rolled_back();

  // With room again it goes well. The engine frees it a moment after the scratch is gone.
  EXPECT_EQ(scene.desk.docker({"exec", scene.source.id(), "/files", "rm", "/data/big"}).status, 0);
  const RunResult next = scene.desk.dksnap({"create", scene.source.name()});
  EXPECT_EQ(next.status, 0) << next;
  EXPECT_TRUE(scene.source.goes_on());
}

class StateDirectory : public ::testing::Test {
 protected:
  void SetUp() override {
    DKSNAP_NEEDS("root");
    DKSNAP_NEEDS("memory");
  }
  static void expect_refused(Creation& creation, Scene<FilesSource>& scene) {
    creation.run();
    EXPECT_NE(creation.result().status, 0) << creation.result();
    creation.expect_documented_end();
    for (const ProxyCall& call : creation.proxy().calls())
      EXPECT_FALSE(call.path.ends_with("/pause")) << "frozen without a note of it";
    creation.expect_rolled_back();
    const RunResult next = scene.desk.dksnap({"create", scene.source.name()});
    EXPECT_EQ(next.status, 0) << next;
  }
};

TEST_F(StateDirectory, ThatCannotBeMade) {
  Scene<FilesSource> scene("memory");
  const TempDir folder;
  std::ofstream(folder / "file") << "no directory";
  Creation creation(scene);
  creation.options().env["XDG_STATE_HOME"] = folder / "file/below";
  expect_refused(creation, scene);
}

TEST_F(StateDirectory, ThatIsFull) {
  Scene<FilesSource> scene("memory");
  const TempDir folder;
  ASSERT_EQ(::mount("tmpfs", folder.path().c_str(), "tmpfs", 0, "size=4k"), 0);
  std::ofstream(folder / "full") << std::string(4096, 'x');
  {
    Creation creation(scene);
    creation.options().env["XDG_STATE_HOME"] = folder.path().string();
    expect_refused(creation, scene);
    EXPECT_EQ(creation.result().status, 15) << creation.result();
  }
  EXPECT_EQ(::umount2(folder.path().c_str(), MNT_DETACH), 0);
}

}  // namespace
}  // namespace dksnap::test
