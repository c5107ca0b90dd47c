#include "snapshot/secrets/filter.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace dksnap::snapshot {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

struct Case {
  const char* name;
  const char* value;
};

TEST(Secrets, AreKnownByTheirNameOrTheirForm) {
  const Case cases[] = {
      {"POSTGRES_PASSWORD", "x"},
      {"MYSQL_PWD", "hunter2"},
      {"DB_PASS", "hunter2"},
      {"PGPASS", "hunter2"},
      {"dbPassword", "hunter2"},
      {"AWS_SECRET_ACCESS", "x"},
      {"GITHUB_TOKEN", "x"},
      {"API_KEY", "x"},
      {"API_KEY_2", "x"},
      {"SECRET_KEY_BASE", "/8x+abc="},
      {"NEO4J_AUTH", "neo4j/hunter2"},
      {"RABBITMQ_ERLANG_COOKIE", "hunter2"},
      {"ADMIN_PASSWORD_HASH", "$2y$05$abcdefghijklmnopqrstuv"},
      {"A", "postgres://shop:pw@db:5432/shop"},
      {"A", "redis://:pw@cache"},
      {"A", "postgres://u:p/w@h/db"},
      {"A", "http://a/x, http://b/y;amqp://u:pw@c"},
      {"A", "amqp://a,amqp://u:pw@b"},
      {"A", "jdbc:postgresql://h/db?user=u&password=p"},
      {"A", "jdbc:oracle:thin:scott/tiger@h:1521/x"},
      {"A", "host=h user=u password=p dbname=d"},
      {"A", "host=h password = 'p w'"},
      {"A", "Server=x;Uid=u;Pwd=p;"},
      {"A", "Driver={X};UID=u;PWD={p};"},
      {"A", "shop:pw@tcp(db:3306)/shop"},
      {"A", "shop:pw@db:5432/shop"},
      {"A", R"({"user":"u","password":"p"})"},
      {"A", R"({"auths":{"r":{"auth":"dXNlcjpwYXNzd29yZA=="}}})"},
      {"A", R"({\"db\":{\"apiKey\": \"p\"}})"},
      {"A", "Authorization: Bearer abcdef123456"},
      {"A", "Bearer abcdef123456"},
      {"A", "Basic dXNlcjpwYXNzd29yZA=="},
      {"A", "dXNlcjpwYXNzd29yZA=="},
      {"A", "AKIAIOSFODNN7EXAMPLE"},
      {"A", "ghp_abcdefghijklmnopqrstuvwxyz0123456789"},
      {"A", "https://ghp_abcdefghijklmnopqrstuvwxyz0123@github.com/a/b"},
      {"A", "xoxb-123456789012-abcdef"},
      {"A", "https://hooks.slack.com/services/T0/B0/abc"},
      {"A", "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln"},
      {"A", "-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY-----"},
      {"A", "LS0tLS1CRUdJTiBQUklWQVRFIEtFWS0tLS0tCk1JSUUKLS0tLS1FTkQgUFJJVkFURSBLRVktLS0tLQo="},
      {"A", "db.example:5432:*:shop:hunter2"},
      {"A", "machine h login u password p"},
      {"A", "admin:$apr1$abc$def"},
      {"REDIS_ARGS", "--maxmemory 1gb --requirepass hunter2"},
      {"JAVA_OPTS", "-Xmx1g -Djavax.net.ssl.keyStorePassword=changeit"},
      {"EXTRA", "--user alice on >hunter2"},
      {"EXTRA", "--appendonly yes --user alice on '#0011' ~* +@all"},
      {"EXTRA", "user alice >hunter2 allkeys"},
  };
  for (const Case& one : cases)
    EXPECT_TRUE(looks_secret(one.name, one.value)) << one.name << "=" << one.value;
}

// Leaving these out would break a copy, and protect nothing.
TEST(Secrets, AreNotSeenWhereNoneAre) {
  const Case cases[] = {
      {"DATABASE_URL", "postgres://shop@db:5432/shop"},
      {"HOMEPAGE", "https://example.org/a:b@c"},
      {"POSTGRES_USER", "shop"},
      {"POSTGRES_HOST_AUTH_METHOD", "trust"},
      {"POSTGRES_INITDB_ARGS", "--auth-host=scram-sha-256 --no-sync"},
      {"POSTGRES_PASSWORD_FILE", "/run/secrets/pg"},
      {"PGPASSFILE", "/root/.pgpass"},
      {"SSL_KEY", "/etc/ssl/server.key"},
      {"PASSWORD", ""},
      {"ALLOW_EMPTY_PASSWORD", "yes"},
      {"MYSQL_RANDOM_ROOT_PASSWORD", "1"},
      {"NEO4J_AUTH", "none"},
      {"KEYBOARD", "us"},
      {"KEYSPACE", "shop"},
      {"KEYCLOAK_URL", "http://keycloak"},
      {"PUBLIC_KEY", "ssh-ed25519 AAAA"},
      {"GPG_KEY", "A035C8C19219BA821ECEA86B64E628F8D684696D"},
      {"PASSWORD_HASH", "bcrypt"},
      {"PASSWORD_MIN_LENGTH", "8"},
      {"TOKEN_TTL", "3600"},
      {"TOKENIZERS_PARALLELISM", "false"},
      {"SSH_AUTH_SOCK", "/ssh-agent"},
      {"PWD", "/srv"},
      {"COMPASS", "north"},
      {"PATH", "/opt/secret/bin:/usr/bin:/bin"},
      {"IMAGE", "registry:5000/app/token@sha256:0123456789abcdef"},
      {"MAIL", "mailto:shop@example.org"},
      {"GREETING", "hello world: it is 12:30:00"},
      {"JAVA_OPTS", "-Xmx1g -Dapp.mode=fast -XX:+UseG1GC"},
      {"HOSTS", "http://a:9200,http://b:9200"},
      {"CHECKSUM", "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"},
      {"JSON", R"({"key":"name","auth":"none","level":"info"})"},
      {"API_KEY", "${FROM_ELSEWHERE}"},
      {"EXTRA", "--user alice on nopass ~* +@all"},
      {"EXTRA", "--user alice on >${FROM_ELSEWHERE} ~*"},
      {"NOTE", "the user alice >all others #1"},
  };
  for (const Case& one : cases)
    EXPECT_FALSE(looks_secret(one.name, one.value)) << one.name << "=" << one.value;
}

docker::Config config_of(std::vector<std::string> env, std::vector<std::string> cmd = {}) {
  docker::Config config;
  config.env = std::move(env);
  config.cmd = std::move(cmd);
  return config;
}

FilteredConfig filter(const docker::Config& container, const docker::Config& image = {},
                      const std::vector<std::string>& keep = {}) {
  return filter_config({container, image, container.entrypoint, keep});
}

TEST(Secrets, WhatTheContainerAddedIsFilteredAndNamed) {
  const auto image = config_of({"PATH=/bin"});
  const auto filtered =
      filter(config_of({"PATH=/bin", "POSTGRES_USER=shop", "POSTGRES_PASSWORD=s3cret=x"}), image);
  EXPECT_THAT(filtered.env, ElementsAre("PATH=/bin", "POSTGRES_USER=shop"));
  EXPECT_THAT(filtered.left_out_env, ElementsAre("POSTGRES_PASSWORD"));
}

TEST(Secrets, WhatTheImageHasStaysAndIsNamed) {
  const auto filtered = filter(config_of({"API_TOKEN=ABCD", "TOKEN=mine"}),
                               config_of({"API_TOKEN=ABCD", "TOKEN=default"}));
  EXPECT_THAT(filtered.env, ElementsAre("API_TOKEN=ABCD", "TOKEN=default"));
  EXPECT_THAT(filtered.left_out_env, ElementsAre("TOKEN"));
  EXPECT_THAT(filtered.from_image, ElementsAre("API_TOKEN"));
}

TEST(Secrets, AKeptNameStays) {
  const auto filtered = filter(config_of({"API_KEY=1"}), {}, {"API_KEY"});
  EXPECT_THAT(filtered.env, ElementsAre("API_KEY=1"));
  EXPECT_THAT(filtered.left_out_env, IsEmpty());
}

TEST(Secrets, AreTakenOutOfCommands) {
  const std::vector<std::vector<std::string>> commands{
      {"redis-server", "--requirepass", "hunter2"},
      {"redis-server", "--requirepass=hunter2"},
      {"redis-cli", "-a", "hunter2", "ping"},
      {"mysql", "-uroot", "-phunter2"},
      {"app", "-pHUNTER2hunter2"},
      {"sh", "-c", "exec redis-server --requirepass 'hunter2' --port 1"},
      {"sh", "-c", "DB_PASS=hunter2 exec app"},
      {"app", "--dsn", "postgres://u:hunter2@h/d"},
      {"postgres", "-c", "primary_conninfo=host=h password=hunter2"},
      {"curl", "-u", "me:hunter2", "http://x"},
      {"redis-server", "--user", "alice", "on", ">hunter2", "~*", "+@all"},
      {"redis-server", "--user", "alice on >hunter2 ~* +@all"},
      {"redis-server", "--user alice on #hunter2 ~* +@all", "--port", "1"},
      {"redis-server", "--user", "default", "off", "--user", "alice", "#hunter2", "allkeys"},
      {"sh", "-c", "exec redis-server --user alice on '>hunter2' '~*' +@all"},
      {"sh", "-c", "exec redis-server --user 'alice on >hunter2 ~* +@all' --port 1"},
      {"redis-cli", "ACL", "SETUSER", "alice", "on", ">hunter2"},
      {"app", "--header", "Authorization: Bearer hunter2hunter2"},
  };
  for (const auto& command : commands) {
    const auto filtered = filter(config_of({}, command));
    EXPECT_THAT(filtered.cmd, Not(Contains(HasSubstr("hunter2")))) << command[0];
    EXPECT_EQ(filtered.cmd.size(), command.size());
    ASSERT_EQ(filtered.left_out_args.size(), 1U) << command[0];
    EXPECT_THAT(filtered.cmd, Contains(HasSubstr("${" + filtered.left_out_args[0] + "}")));
  }
  const std::vector<std::vector<std::string>> harmless{
      {"postgres", "-c", "shared_buffers=1GB", "-p", "5433"},
      {"app", "-port", "80", "-path=/x", "-p", "80:80", "--user", "mysql:mysql"},
      {"mongod", "--auth", "--bind_ip", "0.0.0.0", "--keyFile", "/etc/mongo.key"},
      {"sh", "-c", "redis-server --requirepass \"$REDIS_PASSWORD\" --port ${PORT}"},
      {"redis-server", "--user", "alice", "on", "nopass", "~*", "+@all", "--save", ""},
      {"redis-server", "--user", "alice", "on", ">${PASSWORD}", "~*", "+@all"},
      {"sh", "-c", "exec redis-server --user alice on \">$PASSWORD\" '~*'"},
      {"sh", "-c", "exec app --user alice >/var/log/app.log 2>&1 # alone"},
      {"app", "#1", ">x", "on"},
      {"mysqld", "--default-authentication-plugin=mysql_native_password", "--skip-grant-tables"},
  };
  for (const auto& command : harmless) {
    const auto filtered = filter(config_of({}, command));
    EXPECT_THAT(filtered.cmd, testing::ElementsAreArray(command));
    EXPECT_THAT(filtered.left_out_args, IsEmpty());
  }
}

TEST(Secrets, AValueThatWasLeftOutStandsNowhereElse) {
  auto container = config_of(
      {"API_TOKEN=hunter2-hunter2", "GREETING=hi hunter2-hunter2!", "UPSTREAM=http://u:upstream1@h",
       "OTHER=upstream1", "DB_PASSWORD=shop", "DB_USER=shop"},
      {"serve", "--greeting", "hunter2-hunter2"});
  container.raw = std::make_shared<nlohmann::json>(nlohmann::json::parse(
      R"({"Healthcheck":{"Test":["CMD","redis-cli","-a","hunter2-hunter2","ping"]}})"));
  const auto filtered = filter(container);
  EXPECT_THAT(filtered.env, ElementsAre("DB_USER=shop"));
  EXPECT_THAT(filtered.cmd, ElementsAre("serve", "--greeting", "${API_TOKEN}"));
  EXPECT_THAT(filtered.left_out_args, ElementsAre("API_TOKEN"));
  EXPECT_EQ(filtered.healthcheck, R"({"Test":["NONE"]})");
  EXPECT_THAT(filtered.left_out_config, ElementsAre("health check"));
}

TEST(Secrets, AWordOfTheImageIsNoneForBeingAPasswordToo) {
  const auto image = config_of({"PGDATA=/var/lib/postgresql/data"}, {"postgres"});
  const auto filtered = filter(config_of({"PGDATA=/var/lib/postgresql/data",
                                          "POSTGRES_PASSWORD=postgres", "POSTGRES_DB=postgres"},
                                         {"postgres", "-c", "x=postgres"}),
                               image);
  EXPECT_THAT(filtered.env, ElementsAre("PGDATA=/var/lib/postgresql/data", "POSTGRES_DB=postgres"));
  EXPECT_THAT(filtered.cmd, ElementsAre("postgres", "-c", "x=postgres"));
}

TEST(Secrets, AnOrdinaryWordIsOneOnlyWhereItStandsAsACredential) {
  for (const std::string word :
       {"test", "admin", "postgres", "dev", "production", "my-app-dev", "20240101", "Nextcloud"}) {
    auto container = config_of(
        {"DB_PASSWORD=" + word, "NODE_ENV=" + word, "DB_NAME=" + word + "_shop",
         "APP=" + word + ".example.org", "CACHE=redis://:" + word + "@cache",
         "OPTS=--db " + word + " --password " + word},
        {"serve", "--mode", word, "-w", "--auth-password=" + word, "sh " + word + " --a=" + word});
    container.raw = std::make_shared<nlohmann::json>(nlohmann::json::parse(
        R"({"Healthcheck":{"Test":["CMD","check","--mode",")" + word + "\"]}}"));
    const auto filtered = filter(container);
    EXPECT_THAT(filtered.env, ElementsAre("NODE_ENV=" + word, "DB_NAME=" + word + "_shop",
                                          "APP=" + word + ".example.org"))
        << word;
    EXPECT_THAT(filtered.left_out_env, ElementsAre("DB_PASSWORD", "CACHE", "OPTS"));
    EXPECT_THAT(filtered.cmd,
                ElementsAre("serve", "--mode", word, "-w", "--auth-password=${DB_PASSWORD}",
                            "sh " + word + " --a=" + word));
    EXPECT_THAT(filtered.left_out_config, IsEmpty());
    EXPECT_FALSE(filtered.holds_value("before the " + word + " run, new password " + word));
    EXPECT_TRUE(filtered.holds_value("the password: " + word));
    EXPECT_TRUE(filtered.holds_value("mysql -p" + word) ||
                word.find_first_not_of("0123456789") == std::string::npos);
    EXPECT_TRUE(filtered.holds_value("connect to u:" + word + "@db"));
  }
}

TEST(Secrets, OneThatIsNoWordIsTakenWhereverItStands) {
  for (const std::string secret : {"hunter22", "aB3$", "correcthorsebatterystaple", "Passw0rd!"}) {
    const auto filtered = filter(config_of({"DB_PASSWORD=" + secret, "NOTE=it is x" + secret}));
    const bool is_long = secret.size() >= 8;
    EXPECT_EQ(filtered.env.empty(), is_long) << secret;
    EXPECT_EQ(filtered.holds_value("my title " + secret), is_long) << secret;
  }
}

// Only where it is known to be a secret is "-a X", or "-p X" of any program, one.
TEST(Secrets, AKnownOneIsSeenAfterOptionsThatCouldBeAnything) {
  const auto filtered =
      filter(config_of({"DB_PASSWORD=admin"}, {"probe", "-u", "admin", "-p", "admin", "-padmin"}));
  EXPECT_THAT(filtered.cmd,
              ElementsAre("probe", "-u", "admin", "-p", "${DB_PASSWORD}", "-p${DB_PASSWORD}"));
  const auto port = filter(config_of({"DB_PASSWORD=5432"}, {"postgres", "-p", "5432"}));
  EXPECT_THAT(port.cmd, ElementsAre("postgres", "-p", "5432"));
}

TEST(Secrets, AnImageThatLacksWhatProtectedItDoesNotStart) {
  auto filtered =
      filter(config_of({}, {"redis-server", "--requirepass", "hunter2", "--port", "1"}));
  auto protected_by_data = filtered;
  guard(filtered, false);
  EXPECT_THAT(filtered.entrypoint, ElementsAre(kMissingSecrets));
  EXPECT_THAT(filtered.cmd,
              ElementsAre("redis-server", "--requirepass", "${REQUIREPASS}", "--port", "1"));
  FilteredConfig without_health_check;
  without_health_check.left_out_config = {kHealthCheck};
  guard(without_health_check, false);
  EXPECT_THAT(without_health_check.entrypoint, IsEmpty());
  FilteredConfig without_file;
  without_file.left_out_config = {"configuration /etc/redis.conf"};
  guard(without_file, false);
  EXPECT_THAT(without_file.entrypoint, ElementsAre(kMissingSecrets));
  guard(protected_by_data, true);
  EXPECT_THAT(protected_by_data.entrypoint, IsEmpty());
  EXPECT_THAT(protected_by_data.cmd, ElementsAre("redis-server", "--port", "1"));
}

}  // namespace
}  // namespace dksnap::snapshot
