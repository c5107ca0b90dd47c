// MongoDB as people run it, by the lab's stand-in.
#include <filesystem>
#include <fstream>

#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

#include "base/text.hpp"
#include "support/eventually.hpp"
#include "support/store_lanes.hpp"

namespace dksnap::test {
namespace {

class MongoField : public OnEitherStore {
 protected:
  std::string uri = "mongodb://127.0.0.1:27017/";
  std::string user;

  RunResult ask(const std::string& container, const std::string& command,
                const std::string& password) {
    Words words{"exec",  "-e", "MONGO_PASSWORD=" + password, container, "mongo-command",
                "--uri", uri};
    if (!password.empty()) words.insert(words.end(), {"--user", user});
    words.insert(words.end(), {"shop", command});
    return desk().docker(words);
  }
  int count(const std::string& container, const std::string& password = {}) {
    const RunResult result = ask(container, R"({"count": "kept"})", password);
    EXPECT_TRUE(succeeded(result)) << desk().docker({"logs", container});
    return result.status == 0 ? nlohmann::json::parse(result.out)["n"].get<int>() : -1;
  }
  void add(const std::string& container, const std::string& password = {}) {
    EXPECT_TRUE(succeeded(ask(container, R"({"insert": "kept", "documents": [{}]})", password)));
  }
  std::string start(const Words& options, const Words& arguments = {},
                    const std::string& password = {}) {
    Words last{desk().image("mongo:ferret")};
    last.insert(last.end(), arguments.begin(), arguments.end());
    std::string source = desk().start("db", options, last);
    EXPECT_TRUE(eventually(
        "the final server of " + source + " serves",
        [&] {
          return desk().docker(
                           {"exec", source, "test", "-e", "/tmp/docker-entrypoint-temp-mongod.pid"})
                         .status != 0 &&
                 ask(source, R"({"count": "kept"})", password).status == 0;
        },
        std::chrono::seconds(60)))
        << desk().docker({"logs", source});
    add(source, password);
    return source;
  }
  std::string take(const std::string& source) {
    const RunResult result = desk().dksnap({"create", source});
    EXPECT_TRUE(succeeded(result));
    return std::string(trim(result.out));
  }
  // A snapshot, a copy, its data in the source's place and the way back; the copy runs.
  std::string go_through(const std::string& source, const std::string& password = {}) {
    const std::string id = take(source);
    std::string copy = desk().boot(id);
    EXPECT_EQ(count(copy, password), 1);
    add(source, password);
    EXPECT_TRUE(succeeded(desk().dksnap({"replace", source, "--with", id, "-y"})));
    EXPECT_EQ(count(source, password), 1);
    EXPECT_TRUE(succeeded(desk().dksnap({"undo", source, "-y"})));
    EXPECT_EQ(count(source, password), 2);
    return copy;
  }
};

DKSNAP_ON_EITHER_STORE(MongoField);

TEST_P(MongoField, AnotherPortAndDirectoryInAConfigurationThatIsBoundIn) {
  const std::string folder = desk().home() / "conf";
  std::filesystem::create_directories(folder);
  std::filesystem::permissions(desk().home().path(), std::filesystem::perms(0755));
  std::ofstream(folder + "/mongod.conf")
      << "storage:\n  dbPath: /data/db/sub\n  directoryPerDB: true\nnet:\n  port: 27020\n";
  const std::string volume = desk().name("data");
  desk().docker_out({"run", "--rm", "-v", volume + ":/data/db", "--entrypoint", "sh",
                     desk().image("mongo:ferret"), "-c",
                     "mkdir /data/db/sub && chown 999:999 /data/db/sub"});
  uri = "mongodb://127.0.0.1:27020/";
  go_through(start({"-v", folder + ":/etc/mongo:ro", "-v", volume + ":/data/db"},
                   {"mongod", "--config", "/etc/mongo/mongod.conf"}));
}

TEST_P(MongoField, ACopyAsksForUsersWithoutThePasswordThatWasLeftOut) {
  const std::string password = "s3cr$t \"quoted'";
  user = "chief";
  const std::string source = start(
      {"-e", "MONGO_INITDB_ROOT_USERNAME=chief", "-e", "MONGO_INITDB_ROOT_PASSWORD=" + password},
      {}, password);
  const std::string copy = go_through(source, password);
  for (const std::string& one : {source, copy}) {
    EXPECT_THAT(ask(one, R"({"count": "kept"})", "").err, testing::HasSubstr("authentication"));
    EXPECT_NE(ask(one, R"({"count": "kept"})", "wrong").status, 0);
  }
  const nlohmann::json config = desk().inspect(copy)["Config"];
  EXPECT_THAT(config["Cmd"].dump(), testing::HasSubstr("--auth"));
  EXPECT_THAT(config["Env"].dump(), testing::Not(testing::HasSubstr("MONGO_INITDB_ROOT")));
}

// No script of a first start runs again, and a changed variable changes no password.
TEST_P(MongoField, AFirstStartIsNotRepeated) {
  user = "chief";
  const std::string folder = desk().home() / "init";
  std::filesystem::create_directories(folder);
  std::filesystem::permissions(desk().home().path(), std::filesystem::perms(0755));
  std::ofstream(folder + "/again.sh") << "echo run >> /data/configdb/runs\n";
  const std::string source =
      start({"-e", "MONGO_INITDB_ROOT_USERNAME=chief", "-e", "MONGO_INITDB_ROOT_PASSWORD=first",
             "-v", folder + ":/docker-entrypoint-initdb.d:ro"},
            {}, "first");
  const std::string copy = desk().boot(take(source), {"-e", "MONGO_INITDB_ROOT_USERNAME=chief",
                                                      "-e", "MONGO_INITDB_ROOT_PASSWORD=second"});
  EXPECT_EQ(count(copy, "first"), 1);
  EXPECT_NE(ask(copy, R"({"count": "kept"})", "second").status, 0);
  EXPECT_EQ(desk().docker_out({"exec", copy, "cat", "/data/configdb/runs"}), "run");
}

TEST_P(MongoField, DataInABindOfAUserWithoutAName) {
  const std::string data = desk().home() / "data";
  std::filesystem::create_directories(data);
  std::filesystem::permissions(desk().home().path(), std::filesystem::perms(0755));
  ASSERT_TRUE(succeeded(run({"chown", "1000:1000", data})));
  go_through(start({"--user", "1000:1000", "-v", data + ":/data/db"}));
}

// As a member it would look for the others; and who may enter is said by their key.
TEST_P(MongoField, AMemberOfAReplicaSetIsAloneInACopy) {
  const std::string source = start({}, {"--replSet", "rs0"});
  const std::string copy = desk().boot(take(source));
  EXPECT_EQ(count(copy), 1);
  EXPECT_THAT(desk().inspect(copy)["Config"]["Cmd"].dump(),
              testing::Not(testing::HasSubstr("replSet")));
}

}  // namespace
}  // namespace dksnap::test
