#include <fstream>

#include "field.hpp"
#include "support/postgres_image.hpp"

namespace dksnap::test {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;

// An image with PostgreSQL and Redis, as all-in-one images of applications are.
std::string build_both(Desk& desk, const std::string& persistence) {
  const TempDir directory;
  std::ofstream(directory / "Dockerfile")
      << "FROM " << desk.image("redis:7") << " AS redis\nFROM " << desk.image("postgres:15")
      << "\nCOPY --from=redis /usr/lib/x86_64-linux-gnu/ /opt/redis/lib/\n"
         "COPY --from=redis /usr/bin/redis-server /usr/bin/redis-cli /usr/local/bin/\n"
         "RUN mkdir /cache && echo /opt/redis/lib > /etc/ld.so.conf.d/zz-redis.conf && ldconfig\n"
         "ENV POSTGRES_HOST_AUTH_METHOD=trust\n"
         "ENTRYPOINT [\"sh\", \"-c\", \"redis-server --dir /cache "
      << persistence << " & exec docker-entrypoint.sh postgres\"]\n";
  std::string image = desk.name("both") + ":1";
  EXPECT_TRUE(succeeded(
      desk.docker({"build", "-t", image, directory.path()}, {.env = {{"DOCKER_BUILDKIT", "0"}}})));
  return image;
}

class TwoDatabases : public Field {
 protected:
  std::string start_both(const std::string& persistence) {
    std::string source = desk().start("db", {}, {build_both(desk(), persistence)});
    wait_for_postgres(desk(), source);
    psql(desk(), source, "CREATE TABLE t AS SELECT 'there'::text AS what");
    EXPECT_EQ(cache(source, {"set", "a", "b"}), "OK");
    return source;
  }
  std::string what(const std::string& container) {
    return psql(desk(), container, "SELECT what FROM t");
  }
  std::string cache(const std::string& container, const Words& command) {
    Words words{"exec", container, "redis-cli"};
    words.insert(words.end(), command.begin(), command.end());
    return desk().docker_out(words);
  }
};

DKSNAP_ON_EITHER_STORE(TwoDatabases);

TEST_P(TwoDatabases, AreAskedAbout) {
  const std::string source = start_both("--appendonly yes --appendfsync always");
  for (const Words& method : {Words{}, Words{"--method", "stop", "-y"}, Words{"-n"}}) {
    Words words{"create", source};
    words.insert(words.end(), method.begin(), method.end());
    const RunResult asked = desk().dksnap(words);
    EXPECT_EQ(asked.status, 11) << asked.err;
    EXPECT_THAT(asked.err, HasSubstr("it has several: PostgreSQL 15 runs in it"));
    EXPECT_THAT(asked.err, HasSubstr("--kind postgres or --kind redis"));
  }
  const RunResult unknown = desk().dksnap({"create", source, "--kind", "mysql"});
  EXPECT_EQ(unknown.status, 11);
  EXPECT_THAT(unknown.err, HasSubstr("has no mysql"));
  for (const json& one : json_lines(desk().dksnap({"ps", "--json"}).out)) {
    if (one["container"] != source) continue;
    EXPECT_EQ(one["kind"], "postgres");
    EXPECT_EQ(one["other_kinds"], json::array({"redis"}));
  }

  const std::string id = desk().create(source, {"--kind", "postgres"});
  EXPECT_EQ(desk().show(id)["kind"], "postgres");
  const std::string copy = desk().boot(id);
  EXPECT_EQ(what(copy), "there");
  EXPECT_EQ(cache(copy, {"get", "a"}), "b");

  psql(desk(), source, "UPDATE t SET what = 'later'");
  EXPECT_TRUE(succeeded(desk().dksnap({"replace", source, "--with", id, "-y"})));
  EXPECT_EQ(what(source), "there");
  EXPECT_TRUE(succeeded(desk().dksnap({"undo", source, "-y"})));
  EXPECT_EQ(what(source), "later");

  const std::string other = desk().create(source, {"--kind", "redis"});
  EXPECT_EQ(desk().show(other)["kind"], "redis");
}

TEST_P(TwoDatabases, WhatTheOtherHasInMemoryIsNamed) {
  const std::string source = start_both("--save ''");
  const RunResult taken = desk().dksnap({"create", source, "--kind", "postgres", "-q"});
  EXPECT_EQ(taken.status, 3) << taken.err;
  EXPECT_THAT(taken.err, HasSubstr("what redis had not yet written to /cache"));
  const std::string id = taken.out.substr(0, taken.out.find('\n'));
  const RunResult replaced = desk().dksnap({"replace", source, "--with", id, "-y"});
  EXPECT_EQ(replaced.status, 2) << replaced.err;
  EXPECT_THAT(replaced.err, HasSubstr("of redis what it has not saved"));
  EXPECT_EQ(cache(source, {"get", "a"}), "b");
}

}  // namespace
}  // namespace dksnap::test
