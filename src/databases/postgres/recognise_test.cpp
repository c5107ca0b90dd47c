#include <algorithm>
#include <map>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "databases/postgres/postgres.hpp"
#include "databases/registry.hpp"

namespace dksnap::databases::postgres {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

// A container made of files and links, without an engine.
struct FakeContainer {
  std::map<std::string, std::string> files;
  std::map<std::string, std::string> links;
  std::vector<std::string> directories;
  std::vector<std::string> table_spaces;  // where their links lead
  ContainerFacts facts;

  ContainerFacts& look() {
    facts.read = [this](const std::string& path) -> std::optional<std::string> {
      const auto found = files.find(path);
      return found == files.end() ? std::nullopt : std::optional(found->second);
    };
    facts.stat = [this](const std::string& path) -> std::optional<docker::PathStat> {
      const auto link = links.find(path);
      const bool directory =
          std::find(directories.begin(), directories.end(), path) != directories.end();
      if (link == links.end() && files.count(path) == 0 && !directory) return std::nullopt;
      docker::PathStat stat;
      if (directory) stat.mode = 0x80000000U;
      if (link != links.end()) stat.link_target = link->second;
      return stat;
    };
    facts.links = [this](const std::string& path) {
      return path.ends_with("/pg_tblspc") ? table_spaces : std::vector<std::string>();
    };
    return facts;
  }
};

TEST(PostgresRecognition, ReadsTheVersionInTheDataDirectory) {
  FakeContainer container;
  container.facts.config.env = {"PGDATA=/var/lib/postgresql/18/docker"};
  container.files["/var/lib/postgresql/18/docker/PG_VERSION"] = "18\n";
  const auto recognition = Postgres().recognise(container.look());
  ASSERT_TRUE(recognition);
  EXPECT_EQ(recognition->version, "18");
  EXPECT_THAT(recognition->data_paths, ElementsAre("/var/lib/postgresql/18/docker"));
}

TEST(PostgresRecognition, TheServersCommandLineWinsOverTheEnvironment) {
  FakeContainer container;
  container.facts.config.env = {"PGDATA=/elsewhere"};
  container.facts.processes = {{"1", "/usr/lib/postgresql/15/bin/postgres -D /data/pg -c x=y"}};
  container.files["/data/pg/PG_VERSION"] = "15\n";
  const auto recognition = Postgres().recognise(container.look());
  ASSERT_TRUE(recognition);
  EXPECT_THAT(recognition->data_paths, ElementsAre("/data/pg"));
}

TEST(PostgresRecognition, FollowsALogThatLiesElsewhere) {
  FakeContainer container;
  container.files["/var/lib/postgresql/data/PG_VERSION"] = "15\n";
  container.links["/var/lib/postgresql/data/pg_wal"] = "/var/lib/postgresql/wal";
  EXPECT_THAT(Postgres().recognise(container.look())->data_paths,
              ElementsAre("/var/lib/postgresql/data"));  // a link to what is no log
  container.directories = {"/var/lib/postgresql/wal/archive_status"};
  const auto recognition = Postgres().recognise(container.look());
  ASSERT_TRUE(recognition);
  EXPECT_THAT(recognition->data_paths,
              ElementsAre("/var/lib/postgresql/data", "/var/lib/postgresql/wal"));
}

TEST(PostgresRecognition, NamesBindsThatHoldDataInOrOutsideOfTheDataDirectory) {
  FakeContainer container;
  container.files["/data/PG_VERSION"] = "15\n";
  container.facts.config.env = {"PGDATA=/data"};
  container.table_spaces = {"/space", "/", "/proc/1/root", "relative", "/space", "/keys"};
  container.files["/data/global/pg_control"] =
      std::string(12, 'x') + std::string("\x75\x07\x0d\x0c", 4);
  container.directories = {"/space/PG_15_202180469", "/keys/PG_14_202107181"};
  for (const char* place : {"/data/pg_wal", "/data/server.key", "/data/base_of_mine", "/space"}) {
    docker::Mount mount;
    mount.type = "bind";
    mount.destination = place;
    container.facts.mounts.push_back(mount);
  }
  EXPECT_THAT(Postgres().recognise(container.look())->data_paths,
              ElementsAre("/data", "/data/pg_wal", "/space/PG_15_202180469"));
}

TEST(PostgresRecognition, DataOnATmpfsIsKnownByTheRunningServer) {
  FakeContainer container;
  container.facts.config.env = {"PG_MAJOR=15"};
  docker::Mount mount;
  mount.type = "tmpfs";
  mount.destination = "/var/lib/postgresql/data";
  container.facts.mounts = {mount};
  EXPECT_FALSE(Postgres().recognise(container.look()));
  container.facts.processes = {{"1", "postgres"}};
  const auto recognition = Postgres().recognise(container.look());
  ASSERT_TRUE(recognition);
  EXPECT_THAT(recognition->reason, HasSubstr("tmpfs"));
}

TEST(PostgresRecognition, DataOnATmpfsIsKnownByTheCommandWhereNoProcessesCanBeListed) {
  FakeContainer container;
  container.facts.config.env = {"PG_MAJOR=15"};
  container.facts.config.cmd = {"postgres"};
  docker::Mount mount;
  mount.type = "tmpfs";
  mount.destination = "/var/lib/postgresql/data";
  container.facts.mounts = {mount};
  EXPECT_FALSE(Postgres().recognise(container.look())) << "it does not run: its data are gone";
  container.facts.running = true;
  EXPECT_TRUE(Postgres().recognise(container.look()));
  container.facts.config.cmd = {"sleep", "600"};
  EXPECT_FALSE(Postgres().recognise(container.look()));
  container.facts.config.cmd = {"-c", "shared_buffers=1GB"};
  EXPECT_TRUE(Postgres().recognise(container.look()));
}

TEST(PostgresRecognition, AnEmptyDataDirectoryIsNoDatabaseYet) {
  FakeContainer container;
  container.facts.config.env = {"PGDATA=/var/lib/postgresql/data"};
  container.facts.processes = {{"1", "postgres"}};
  EXPECT_FALSE(Postgres().recognise(container.look()));
  EXPECT_EQ(recognise(container.look()).recognition.kind, "files");
}

TEST(PostgresConnection, NamesUserAndDatabaseAndNoPassword) {
  Settings settings;
  settings.env = {"POSTGRES_USER=shop", "POSTGRES_PASSWORD=secret"};
  EXPECT_EQ(Postgres().connection_string({"127.0.0.1", 5433}, settings),
            "postgresql://shop@127.0.0.1:5433/shop");
  settings.env.push_back("POSTGRES_DB=web");
  EXPECT_EQ(Postgres().connection_string({"127.0.0.1", 5433}, settings),
            "postgresql://shop@127.0.0.1:5433/web");
  EXPECT_EQ(Postgres().connection_string({"db", 1}, {}), "postgresql://postgres@db:1/postgres");
}

}  // namespace
}  // namespace dksnap::databases::postgres
