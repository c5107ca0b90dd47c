#include "support/requirements.hpp"

#include <gtest/gtest.h>

namespace dksnap::test {
namespace {

TEST(Requirements, FindsPrograms) {
  EXPECT_FALSE(missing("sh"));
  EXPECT_EQ(missing("dksnap-no-such-program"), "no program of that name in PATH");
}

TEST(Requirements, ReadsTheList) {
  EXPECT_TRUE(is_required("docker", "docker,containerd"));
  EXPECT_TRUE(is_required("containerd", "docker, containerd"));
  EXPECT_TRUE(is_required("overlay2", "all"));
  EXPECT_FALSE(is_required("overlay2", "docker,containerd"));
  EXPECT_FALSE(is_required("docker", ""));
}

TEST(Requirements, SkipWhereMissing) {
  if (is_required("dksnap-no-such-program")) GTEST_SKIP() << "everything is required";
  bool went_on = false;
  [&] {
    DKSNAP_NEEDS("sh");
    went_on = true;
  }();
  EXPECT_TRUE(went_on);
}

}  // namespace
}  // namespace dksnap::test
