#include "snapshot/secrets.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace dksnap::snapshot {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(Secrets, AreKnownByTheirNameOrAPasswordInAUrl) {
  EXPECT_TRUE(looks_secret("POSTGRES_PASSWORD", "x"));
  EXPECT_TRUE(looks_secret("db_password_file", "/run/x"));
  EXPECT_TRUE(looks_secret("AWS_SECRET_ACCESS", "x"));
  EXPECT_TRUE(looks_secret("GITHUB_TOKEN", "x"));
  EXPECT_TRUE(looks_secret("API_KEY", "x"));
  EXPECT_TRUE(looks_secret("DATABASE_URL", "postgres://shop:pw@db:5432/shop"));
  EXPECT_FALSE(looks_secret("DATABASE_URL", "postgres://shop@db:5432/shop"));
  EXPECT_FALSE(looks_secret("HOMEPAGE", "https://example.org/a:b@c"));
  EXPECT_FALSE(looks_secret("POSTGRES_USER", "shop"));
}

TEST(Secrets, WhatTheContainerAddedIsFilteredAndNamed) {
  const FilteredEnv env = filter_env(
      {"PATH=/bin", "POSTGRES_USER=shop", "POSTGRES_PASSWORD=s3cret=x"}, {"PATH=/bin"}, {});
  EXPECT_THAT(env.kept, ElementsAre("PATH=/bin", "POSTGRES_USER=shop"));
  EXPECT_THAT(env.left_out, ElementsAre("POSTGRES_PASSWORD"));
}

TEST(Secrets, WhatTheImageHasStays) {
  const FilteredEnv env =
      filter_env({"GPG_KEY=ABC", "TOKEN=mine"}, {"GPG_KEY=ABC", "TOKEN=default"}, {});
  EXPECT_THAT(env.kept, ElementsAre("GPG_KEY=ABC", "TOKEN=default"));
  EXPECT_THAT(env.left_out, ElementsAre("TOKEN"));
}

TEST(Secrets, AKeptNameStays) {
  const FilteredEnv env = filter_env({"API_KEY=1"}, {}, {"API_KEY"});
  EXPECT_THAT(env.kept, ElementsAre("API_KEY=1"));
  EXPECT_THAT(env.left_out, IsEmpty());
}

}  // namespace
}  // namespace dksnap::snapshot
