#include <algorithm>
#include <map>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/paths.hpp"
#include "base/text.hpp"
#include "databases/postgres/configuration.hpp"
#include "databases/postgres/options.hpp"
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
    facts.files = [this](const std::string& path) {
      std::vector<std::string> names;
      for (const auto& [file, content] : files) {
        if (parent_path(file) == path) names.push_back(base_name(file));
      }
      return names;
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

// The first databases are made by a server that the image's entrypoint runs for it.
TEST(PostgresRecognition, AFirstRunIsToldFromAServerBelowAScript) {
  const std::int64_t now = std::chrono::duration_cast<std::chrono::seconds>(
                               std::chrono::system_clock::now().time_since_epoch())
                               .count();
  const auto is_initialising = [&](const std::vector<docker::Process>& processes,
                                   const std::string& address, std::int64_t age = 1) {
    const std::int64_t started = now - age;
    FakeContainer container;
    container.facts.config.env = {"PGDATA=/data"};
    container.facts.config.entrypoint = {"/opt/scripts/entrypoint.sh"};
    container.facts.config.cmd = {"/opt/scripts/run.sh"};
    container.files["/data/PG_VERSION"] = "15";
    container.files["/data/postmaster.pid"] =
        "9\n/data\n" + std::to_string(started) + "\n5432\n/tmp\n" + address + "\n 1 2\nready   \n";
    container.facts.processes = processes;
    return Postgres().recognise(container.look())->initialising;
  };
  const docker::Process entrypoint{"1", "bash /opt/scripts/entrypoint.sh /opt/scripts/run.sh", "0"};
  const docker::Process init{"1", "/sbin/docker-init -- docker-entrypoint.sh postgres", "0"};
  const docker::Process usual{"7", "bash /usr/local/bin/docker-entrypoint.sh postgres", "1"};
  const auto server = [](const std::string& parent) {
    return docker::Process{"9", "/usr/lib/postgresql/15/bin/postgres -D /data", parent};
  };
  EXPECT_TRUE(is_initialising({entrypoint}, "*")) << "no server yet";
  EXPECT_TRUE(is_initialising({entrypoint, server("1")}, ""));
  EXPECT_TRUE(is_initialising({entrypoint, server("1")}, "127.0.0.1"));
  EXPECT_FALSE(is_initialising({entrypoint, server("1")}, "*")) << "it stays above the server";
  EXPECT_FALSE(is_initialising({entrypoint, server("1")}, "127.0.0.1", 3600));
  EXPECT_TRUE(is_initialising({init, usual, server("7")}, ""));
  EXPECT_FALSE(is_initialising({init, usual, server("7")}, "*")) << "one that is no exec";
  EXPECT_FALSE(is_initialising({init, server("1")}, "*"));
  EXPECT_FALSE(is_initialising({init, server("1"), {"12", "sh other.sh", "1"}}, ""));
}

// A copy that is booted on an empty data directory makes first databases of its own.
TEST(PostgresRecognition, AFirstRunsServerIsNotReady) {
  FakeContainer container;
  container.facts.config.env = {"PGDATA=/data"};
  container.facts.config.entrypoint = {"docker-entrypoint.sh"};
  container.facts.config.cmd = {"postgres"};
  Shell answers([](const auto&, const auto&, const auto&, const auto&, const auto&) {
    return ProgramResult{0, "1\n", ""};
  });
  const auto waits = [&](const std::string& address, const std::string& words) {
    container.files["/data/postmaster.pid"] =
        "9\n/data\n1\n5432\n/tmp\n" + address + "\n 1 2\nready   \n";
    container.files["/data/postmaster.opts"] = "/usr/lib/postgresql/15/bin/postgres " + words;
    Server server = Postgres().server_of(container.facts.config);
    return Postgres().not_ready(answers, container.look(), server);
  };
  const std::string told = "\"-c\" \"listen_addresses=\" \"-p\" \"5432\"\n";
  EXPECT_THAT(waits("", told).value_or(""), HasSubstr("first databases"));
  EXPECT_FALSE(waits("*", told)) << "what it says now holds";
  EXPECT_FALSE(waits("", "\n")) << "its configuration has it listen nowhere";
  container.facts.config.cmd = {"postgres", "-c", "listen_addresses="};
  EXPECT_FALSE(waits("", told)) << "it is started like that for good";
  container.facts.config.cmd = {"/start.sh"};
  EXPECT_FALSE(waits("", told)) << "what its own script starts is not known";
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
  EXPECT_EQ(recognise(container.look()).front().recognition.kind, "files");
}

TEST(PostgresRecognition, DataElsewhereThanTheConfigurationAsDebianHasThem) {
  FakeContainer container;
  container.facts.config.env = {"PGDATA=/etc/postgresql/15/main"};
  container.files["/etc/postgresql/15/main/postgresql.conf"] =
      "# a comment\n data_directory = '/var/lib/postgresql/15/main'  # another\n";
  container.files["/var/lib/postgresql/15/main/PG_VERSION"] = "15\n";
  const auto recognition = Postgres().recognise(container.look());
  ASSERT_TRUE(recognition);
  EXPECT_THAT(recognition->data_paths, ElementsAre("/var/lib/postgresql/15/main"));
}

TEST(PostgresServer, IsWhatItsProcessAndItsFilesSay) {
  FakeContainer container;
  docker::Config& config = container.facts.config;
  config.env = {"POSTGRES_USER_FILE=/run/secrets/user"};
  docker::Mount mount;
  mount.type = "bind";
  mount.destination = "/etc/pg";
  container.facts.mounts = {mount};
  config.cmd = {"postgres", "-c", "config_file=/etc/pg/pg.conf", "-c", "log_line_prefix=%m [x y]"};
  container.facts.running = true;
  container.facts.processes = {{"1", join(config.cmd, " ")}};
  container.files["/run/secrets/user"] = "shop\n";
  container.files["/etc/pg/pg.conf"] =
      "include 'more.conf'\ninclude_dir = conf.d\nport = 1\nssl = on\n"
      "ssl_key_file = '/keys/server.key'\nssl_cert_file=/keys/server.crt";
  container.files["/etc/pg/more.conf"] = "hba_file '/etc/pg/hba.conf'\n";
  container.files["/etc/pg/conf.d/a.conf"] = "";
  container.files["/etc/pg/conf.d/.b.conf"] = "";
  for (const char* file : {"/etc/pg/hba.conf", "/keys/server.key", "/keys/server.crt"})
    container.files[file] = "x";
  container.files["/var/lib/postgresql/data/postgresql.auto.conf"] = "port = 2\n";
  Recognition recognition;
  recognition.data_paths = {"/var/lib/postgresql/data"};
  Server server = Postgres().server(container.look(), recognition);
  EXPECT_THAT(server.command,
              ElementsAre("postgres", "-c", "config_file=/etc/pg/pg.conf", "-c",
                          "log_line_prefix=%m [x y]", "-D", "/var/lib/postgresql/data"));
  EXPECT_THAT(server.configuration,
              ElementsAre("/etc/pg/pg.conf", "/etc/pg/more.conf", "/etc/pg/conf.d/a.conf",
                          "/etc/pg/hba.conf", "/keys/server.crt"));
  EXPECT_THAT(server.keys, ElementsAre("/keys/server.key"));
  EXPECT_EQ(server.port, 2);
  EXPECT_EQ(server.administrator, "shop");

  container.files["/var/lib/postgresql/data/postmaster.pid"] =
      "1\n/var/lib/postgresql/data\n1700000000\n5555\n/sockets\n*\n 1 2\nready   \n";
  container.facts.started_at = "2023-11-14T22:13:19Z";
  server = Postgres().server(container.look(), recognition);
  EXPECT_EQ(server.port, 5555);
  EXPECT_EQ(server.socket_directory, "/sockets");
  // One from before the container's last start.
  container.facts.started_at = "2023-11-14T22:14:00Z";
  EXPECT_EQ(Postgres().server(container.look(), recognition).port, 2);
}

TEST(PostgresServer, OfAConfigurationAlone) {
  docker::Config config;
  config.entrypoint = {"docker-entrypoint.sh"};
  config.cmd = {"-p", "5433", "-k/run/x, /run/y"};
  const Server server = Postgres().server_of(config);
  EXPECT_EQ(server.port, 5433);
  EXPECT_EQ(server.socket_directory, "/run/x");
  EXPECT_EQ(server.administrator, "postgres");
  config.cmd = {"sh", "-c", "postgres -p 5433"};
  EXPECT_EQ(Postgres().server_of(config).port, 5432);
  config.env = {"PGPORT=6000"};
  EXPECT_EQ(Postgres().server_of(config).port, 6000);
}

TEST(PostgresOptions, AreWhatTheServerTakes) {
  const Options options = read_options({"postgres", "-D", "/d", "--Log-Min-Messages=debug", "-i",
                                        "-cwork_mem=1MB", "-N", "7", "-c", "x.y=a=b", "-p"});
  EXPECT_EQ(options.directory, "/d");
  EXPECT_THAT(options.settings,
              testing::UnorderedElementsAre(
                  testing::Pair("log_min_messages", "debug"), testing::Pair("work_mem", "1MB"),
                  testing::Pair("max_connections", "7"), testing::Pair("x.y", "a=b")));
  EXPECT_THAT(read_options_file("/usr/lib/postgresql/15/bin/postgres \"-c\" \"a=b c\" \"-i\"\n"),
              ElementsAre("/usr/lib/postgresql/15/bin/postgres", "-c", "a=b c", "-i"));
  EXPECT_THAT(read_options_file("/usr/bin/postgres\n"), ElementsAre("/usr/bin/postgres"));
  EXPECT_THAT(read_options_file("rm \"-rf\" \"/\"\n"), testing::IsEmpty());
}

TEST(PostgresConfiguration, LinesAsTheServerReadsThem) {
  using Setting = std::pair<std::string, std::string>;
  EXPECT_EQ(read_setting("  Port=5433#x"), Setting("port", "5433"));
  EXPECT_EQ(read_setting("a.b 'it''s \\'x\\'' # y"), Setting("a.b", "it's 'x'"));
  EXPECT_EQ(read_setting("# port = 1"), Setting());
  EXPECT_EQ(read_setting("port ="), Setting());
  EXPECT_EQ(read_setting(""), Setting());
  // A file that includes itself, and one that is not there.
  FakeContainer container;
  container.files["/c/a.conf"] = "include '../c/./a.conf'\ninclude_if_exists 'b'\nx=1\nX=2\n";
  const Configuration found = read_configuration(container.look(), "/c/a.conf");
  EXPECT_THAT(found.files, ElementsAre("/c/a.conf"));
  EXPECT_EQ(found.settings.at("x"), "2");
}

TEST(PostgresConnection, NamesUserAndDatabaseAndNoPassword) {
  docker::Config config;
  config.env = {"POSTGRES_USER=shop", "POSTGRES_PASSWORD=secret"};
  Settings settings{config.env};
  const auto text = [&](const Address& address) {
    return Postgres().connection_string(address, Postgres().server_of(config), settings);
  };
  EXPECT_EQ(text({"127.0.0.1", 5433}), "postgresql://shop@127.0.0.1:5433/shop");
  settings.env.push_back("POSTGRES_DB=my web");
  EXPECT_EQ(text({"::1", 5433}), "postgresql://shop@[::1]:5433/my%20web");
  config.env.clear();
  settings.env.clear();
  EXPECT_EQ(text({"db", 1}), "postgresql://postgres@db:1/postgres");
}

}  // namespace
}  // namespace dksnap::databases::postgres
