// Redis that asks who comes: nobody is asked for a password that the container knows itself.
#include <filesystem>

#include "redis_field.hpp"

namespace dksnap::test {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr const char* kRedisPassword = "S3cret-and-$trange'quote";

Words with_password(const std::string& password, const std::string& user = {}) {
  Words way{"-e", "REDISCLI_AUTH=" + password, "--"};
  if (!user.empty()) way.insert(way.end(), {"--user", user});
  return way;
}

TEST_P(RedisField, APasswordByArgument) {
  way = with_password(kRedisPassword);
  start({"-p", "127.0.0.1::6379"}, {"redis-server", "--requirepass", kRedisPassword});
  const RunResult taken = snapshot();
  EXPECT_THAT(taken.err, HasSubstr("BGSAVE"));
  EXPECT_THAT(desk().docker_out({"image", "inspect", desk().show(id())["names"][0]}),
              Not(HasSubstr("S3cret")));
  EXPECT_EQ(desk().dksnap({"boot", id()}).status, 4);
  boot({"-e", std::string("REQUIREPASS=") + kRedisPassword});
  replace_and_undo();
}

TEST_P(RedisField, APasswordThatAShellFillsIn) {
  way = with_password(kRedisPassword);
  start({"-e", std::string("REDIS_PASSWORD=") + kRedisPassword},
        {"sh", "-c", "exec redis-server --requirepass \"$REDIS_PASSWORD\""});
  snapshot();
  boot({"-e", std::string("REDIS_PASSWORD=") + kRedisPassword});
  replace_and_undo();
}

// Known as hashes alone: somebody has to say it.
TEST_P(RedisField, UsersOfAFileWithHashes) {
  constexpr const char* kHash = "2bb80d537b1da3e38bd30361aa855686bde0eacd7162fef6a25fe97bf527a25b";
  const std::string file =
      outside("acl/users.acl", std::string("user default off\nuser boss on #") + kHash +
                                   " ~* &* +@all\nuser reader on >known ~* +@read\n");
  way = with_password("secret", "boss");
  start({"-v", file + ":/etc/users.acl"}, {"--aclfile", "/etc/users.acl"});
  const RunResult refused = snapshot({}, 4);
  EXPECT_THAT(refused.err, HasSubstr("NOAUTH"));
  EXPECT_THAT(refused.err, HasSubstr("--db-password-file"));
  const std::string password = outside("password", "secret\n");
  EXPECT_THAT(snapshot({"--db-user", "boss", "--db-password-file", password}).err,
              HasSubstr("BGSAVE"));
  const std::string wrong = outside("wrong", "secreter\n");
  EXPECT_THAT(snapshot({"--db-user", "boss", "--db-password-file", wrong}, 4).err,
              HasSubstr("WRONGPASS"));
  EXPECT_THAT(snapshot({"--allow-stale"}, 3).err, HasSubstr("taken as it was saved last"));
}

// Whoever may not save it, and whose server keeps all on its disk anyway.
TEST_P(RedisField, AnAppendOnlyFileNeedsNoPassword) {
  const std::string file =
      outside("acl2/users.acl",
              "user default off\nuser boss on "
              "#2bb80d537b1da3e38bd30361aa855686bde0eacd7162fef6a25fe97bf527a25b ~* &* +@all\n");
  way = with_password("secret", "boss");
  start({"-v", file + ":/etc/users.acl"}, {"--aclfile", "/etc/users.acl", "--appendonly", "yes"});
  EXPECT_THAT(snapshot().err, HasSubstr("not flushed, which is safe for redis"));
  replace_and_undo();
}

// A copy has what the pattern finds, and is not started without what could not be looked for.
TEST_P(RedisField, APasswordInAFileThatAPatternIncludes) {
  namespace fs = std::filesystem;
  const std::string file = outside("r/redis.conf", "include /etc/r/conf.d/*.conf\n");
  const fs::path more = fs::path(file).parent_path() / "conf.d";
  outside("r/conf.d/access.conf", std::string("requirepass \"") + kRedisPassword + "\"\n");
  outside("r/.env", "TOKEN=never-captured\n");
  way = with_password(kRedisPassword);
  start({"-v", fs::path(file).parent_path().string() + ":/etc/r:ro"},
        {"redis-server", "/etc/r/redis.conf", "--tls-dh-params-file", "/etc/r/.env"});
  EXPECT_THAT(snapshot().err, HasSubstr("/etc/r/conf.d/access.conf, which usually hold secrets"));
  const std::string copy = boot();
  EXPECT_THAT(redis(desk(), copy, {"GET", "kept"}, {}), HasSubstr("NOAUTH"));
  EXPECT_THAT(desk().docker_out({"exec", copy, "find", "/etc/r"}), Not(HasSubstr(".env")));
  desk().remove_container(copy);
  fs::rename(more / "access.conf", more / "access");
  fs::create_symlink("access", more / "access.conf");
  const std::string password = outside("given", std::string(kRedisPassword) + "\n");
  EXPECT_THAT(snapshot({"--db-password-file", password}).err,
              HasSubstr("left out: the configuration /etc/r/conf.d/*.conf"));
  const RunResult refused = desk().dksnap({"boot", id()});
  EXPECT_EQ(refused.status, 4);
  EXPECT_THAT(refused.err, HasSubstr("the configuration /etc/r/conf.d/*.conf"));
}

TEST_P(RedisField, ASaveThatIsForbiddenByAnotherNameIs13) {
  start({}, {"--rename-command", "BGSAVE", ""});
  EXPECT_THAT(snapshot({}, 13).err, HasSubstr("unknown command"));
}

}  // namespace
}  // namespace dksnap::test
