#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "databases/postgres/postgres.hpp"

namespace dksnap::databases::postgres {
namespace {

using Strings = std::vector<std::string>;
using testing::Contains;
using testing::Not;

std::optional<Strings> quiet(const Strings& entrypoint, const Strings& cmd,
                             const std::string& version = "15") {
  Recognition recognition;
  recognition.version = version;
  return Postgres().quiet_command(entrypoint, cmd, recognition);
}

TEST(PostgresQuiet, WhatKeepsACopyToItselfComesLast) {
  const Strings official{"docker-entrypoint.sh"};
  const auto plain = quiet(official, {"postgres"});
  ASSERT_TRUE(plain);
  EXPECT_EQ(*plain,
            (Strings{"postgres", "-c", "archive_mode=off", "-c", "synchronous_standby_names=", "-c",
                     "cron.launch_active_jobs=off", "-c", "timescaledb.max_background_workers=0",
                     "-c", "max_logical_replication_workers=0", "-c", "primary_conninfo=", "-c",
                     "restore_command="}));
  EXPECT_EQ(quiet(official, *plain), plain) << "a copy of a copy has each once";
  const auto loud = quiet(official, {"-c", "archive_mode=on"});
  ASSERT_TRUE(loud);
  EXPECT_EQ((*loud)[1], "archive_mode=on");
  EXPECT_THAT(Strings(loud->begin() + 2, loud->end()), Contains("archive_mode=off"));
}

TEST(PostgresQuiet, OnlyACommandThatIsUnderstoodIsAddedTo) {
  EXPECT_TRUE(quiet({}, {"/usr/lib/postgresql/15/bin/postgres", "-D", "/data"}));
  EXPECT_TRUE(quiet({"tini", "--", "docker-entrypoint.sh"}, {"postgres"}));
  EXPECT_TRUE(quiet({"/usr/bin/postgres", "-D", "/data"}, {}));
  EXPECT_FALSE(quiet({"gosu", "postgres"}, {"run.sh"}));
  EXPECT_FALSE(quiet({"/opt/entrypoint.sh"}, {"/opt/run.sh"}));
  EXPECT_FALSE(quiet({"/opt/entrypoint.sh"}, {"-v"}));
  EXPECT_FALSE(quiet({}, {"sh", "-c", "exec postgres"}));
  EXPECT_FALSE(quiet({"docker-entrypoint.sh"}, {}));
}

TEST(PostgresQuiet, AVersionIsToldOnlyWhatItKnows) {
  EXPECT_THAT(*quiet({}, {"postgres"}, "11"), Not(Contains("primary_conninfo=")));
  EXPECT_THAT(*quiet({}, {"postgres"}, "11"), Contains("max_logical_replication_workers=0"));
  EXPECT_THAT(*quiet({}, {"postgres"}, "9.6"), Not(Contains("max_logical_replication_workers=0")));
  EXPECT_THAT(*quiet({}, {"postgres"}, ""), Not(Contains("primary_conninfo=")));
  EXPECT_THAT(*quiet({}, {"postgres"}, "18beta1"), Contains("primary_conninfo="));
}

}  // namespace
}  // namespace dksnap::databases::postgres
