// A snapshot of what mongodump tells, on the lab's stand-in for the server, with the real tools.
#include <filesystem>
#include <fstream>

#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

#include "support/eventually.hpp"
#include "support/mongo_image.hpp"
#include "support/store_lanes.hpp"
#include "support/temp_dir.hpp"

namespace dksnap::test {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class MongoDump : public OnEitherStore {
 protected:
  const Words root{"-e", "MONGO_INITDB_ROOT_USERNAME=shop", "-e",
                   "MONGO_INITDB_ROOT_PASSWORD=s3cr$t'\""};

  RunResult dump(const std::string& container, const Words& more = {}) {
    Words words{"create", container, "--method", "dump", "-m", "dumped"};
    words.insert(words.end(), more.begin(), more.end());
    return desk().dksnap(words);
  }
  std::string boot(const std::string& id, int status = 0) {
    std::string copy = desk().name("copy");
    booted_ = desk().dksnap({"boot", id, "--name", copy});
    EXPECT_EQ(booted_.status, status) << booted_;
    return copy;
  }
  RunResult ask(const std::string& container, const std::string& user, const std::string& password,
                const std::string& database, const std::string& command) {
    return desk().docker({"exec", "-e", "MONGO_PASSWORD=" + password, container, "mongo-command",
                          "--user", user, database, command});
  }
  // As the user of `root`.
  std::string as_root(const std::string& container, const std::string& database,
                      const std::string& command) {
    const RunResult result = ask(container, "shop", "s3cr$t'\"", database, command);
    EXPECT_EQ(result.status, 0) << result;
    return result.out;
  }
  // Of its first server, which makes the user, a ping is answered too.
  std::string start_with_root(const Words& options = {}) {
    Words all = root;
    all.insert(all.end(), options.begin(), options.end());
    std::string container = desk().start("db", all, {desk().image("mongo:ferret")});
    wait_for(container, "shop", "s3cr$t'\"");
    return container;
  }
  void wait_for(const std::string& container, const std::string& user,
                const std::string& password) {
    EXPECT_TRUE(eventually("it lets " + user + " in", [&] {
      return desk().docker({"logs", container}).out.find("starting the server") !=
                 std::string::npos &&
             ask(container, user, password, "shop", R"({"find": "kept"})").status == 0;
    }));
  }
  // A copy that was not started yet, whose mongorestore is this.
  std::string copy_with_tool(const std::string& source, const std::string& script) {
    std::string copy = desk().name("worse");
    desk().docker_out({"create", "--name", copy, "dksnap/" + source + ":dumped"});
    const TempDir folder;
    const std::string tool = folder / "mongorestore";
    std::ofstream(tool) << "#!/bin/sh\n" << script;
    std::filesystem::permissions(tool, std::filesystem::perms(0755));
    desk().docker_out({"cp", tool, copy + ":/usr/local/sbin/mongorestore"});
    desk().docker_out({"start", copy});
    return copy;
  }
  RunResult booted_;
};

constexpr const char* kKept = R"({"insert": "kept", "documents": [{"_id": 1}]})";
constexpr const char* kAll = R"({"find": "kept", "sort": {"_id": 1}})";

TEST_P(MongoDump, AllThatTheServerHasComesBackOnce) {
  const std::string source = start_mongo(desk());
  const auto at = [&](const std::string& container, const char* database, const char* command) {
    return mongo(desk(), container, database, command);
  };
  at(source, "shop",
     R"({"insert": "item", "documents": [{"_id": {"$oid": "65a000000000000000000001"}, "int": 1,
        "long": {"$numberLong": "9007199254740993"}, "double": 0.1, "text": "ß\u0000\n", "none": null,
        "yes": true, "list": [1, {"a": [2, 3]}], "raw": {"$binary": {"base64": "AAECAw==",
        "subType": "00"}}, "when": {"$date": "2026-01-02T03:04:05.006Z"}, "like": {
        "$regularExpression": {"pattern": "^a", "options": "i"}}, "stamp": {"$timestamp": {"t": 7,
        "i": 8}}, "order": {"b": 1, "a": 2}}, {"_id": "second", "int": 2}]})");
  at(source, "shop",
     R"({"createIndexes": "item", "indexes": [{"key": {"int": -1}, "name": "by_int",
        "unique": true}]})");
  at(source, "shop", R"({"create": "round", "capped": true, "size": 4096, "max": 10})");
  at(source, "shop", R"({"create": "empty"})");
  at(source, "Other-One", kKept);
  const RunResult taken = dump(source);
  ASSERT_EQ(taken.status, 0) << taken;
  EXPECT_THAT(taken.err, HasSubstr("each as it is at its own moment"));
  const std::string id = taken.out.substr(0, 8);
  EXPECT_EQ(desk().show(id)["capture"], "dump");
  const std::string copy = boot(id);
  const auto expect_same = [&](const char* database, const char* command) {
    EXPECT_EQ(at(copy, database, command), at(source, database, command)) << command;
  };
  expect_same("admin", R"({"listDatabases": 1, "nameOnly": true})");
  expect_same("shop", R"({"find": "item", "sort": {"int": 1}})");
  expect_same("shop", R"({"listIndexes": "item"})");
  expect_same("Other-One", kAll);
  const auto collections = [&](const std::string& container) {
    std::vector<std::string> found;
    for (const auto& one : nlohmann::json::parse(
             at(container, "shop", R"({"listCollections": 1})"))["cursor"]["firstBatch"])
      found.push_back(one["name"].get<std::string>() + one["options"].dump());
    std::sort(found.begin(), found.end());
    return found;
  };
  EXPECT_EQ(collections(copy), collections(source));
  // It is loaded at the first start only.
  at(copy, "Other-One", R"({"insert": "kept", "documents": [{"_id": 2}]})");
  at(copy, "shop", R"({"dropDatabase": 1})");
  desk().docker_out({"restart", "-t", "20", copy});
  wait_for_mongo(desk(), copy);
  EXPECT_THAT(at(copy, "Other-One", R"({"count": "kept"})"), HasSubstr(R"("n":2)"));
  EXPECT_THAT(at(copy, "shop", R"({"count": "item"})"), HasSubstr(R"("n":0)"));
  // And a copy of the copy has what that holds.
  const std::string child = desk().create(copy, {"-m", "child"});
  EXPECT_EQ(desk().show(child)["capture"], "copy");
  const std::string second = desk().boot(child);
  EXPECT_THAT(at(second, "Other-One", R"({"count": "kept"})"), HasSubstr(R"("n":2)"));
}

// The password is the container's own, and no word of a command line: who looks at processes or at
// the image finds none.
TEST_P(MongoDump, UsersAreTheSourcesAndSoAreTheirPasswords) {
  const std::string source = start_with_root();
  as_root(source, "shop", kKept);
  as_root(source, "admin", R"({"createUser": "mate", "pwd": "m", "roles": []})");
  const TempDir folder;
  const std::string file = folder / "password";
  std::ofstream(file) << "wrong\n";
  const RunResult refused = dump(source, {"--db-user", "mate", "--db-password-file", file});
  EXPECT_EQ(refused.status, 4) << refused;
  EXPECT_THAT(refused.err, HasSubstr("--db-password-file"));
  const RunResult taken = dump(source);
  ASSERT_EQ(taken.status, 0) << taken;
  const std::string inspected = desk().docker_out({"inspect", "dksnap/" + source + ":dumped"});
  EXPECT_THAT(inspected, Not(HasSubstr("s3cr")));
  EXPECT_THAT(inspected, HasSubstr("--auth"));
  const std::string copy = boot(taken.out.substr(0, 8));
  EXPECT_EQ(as_root(copy, "shop", kAll), as_root(source, "shop", kAll));
  EXPECT_EQ(ask(copy, "mate", "m", "shop", kAll).status, 0);
  EXPECT_NE(ask(copy, "mate", "wrong", "shop", kAll).status, 0);
  EXPECT_NE(desk().docker({"exec", copy, "mongo-command", "shop", kAll}).status, 0);
  // No variable of the copy says who may see all.
  EXPECT_EQ(dump(copy).status, 4);
}

// Of the container that it comes into the variables stay, by which its entrypoint makes a user.
TEST_P(MongoDump, ItTakesTheDataOfAVolumesPlaceWithTheUsersAndIsTakenBack) {
  const std::string source = start_with_root();
  as_root(source, "shop", kKept);
  const RunResult taken = dump(source);
  ASSERT_EQ(taken.status, 0) << taken;
  const std::string other =
      desk().start("other",
                   {"-e", "MONGO_INITDB_ROOT_USERNAME=boss", "-e", "MONGO_INITDB_ROOT_PASSWORD=b",
                    "-v", desk().name("data") + ":/data/db"},
                   {desk().image("mongo:ferret")});
  wait_for(other, "boss", "b");
  ask(other, "boss", "b", "own", R"({"insert": "own", "documents": [{"_id": 1}]})");
  ASSERT_TRUE(succeeded(
      desk().dksnap({"replace", other, "--with", taken.out.substr(0, 8), "-y", "--wait", "120"})));
  EXPECT_EQ(as_root(other, "shop", kAll), as_root(source, "shop", kAll));
  EXPECT_THAT(as_root(other, "own", R"({"count": "own"})"), HasSubstr(R"("n":0)"));
  EXPECT_NE(ask(other, "boss", "b", "shop", kAll).status, 0) << "the source has no such user";
  ASSERT_TRUE(succeeded(desk().dksnap({"undo", other, "-y"})));
  EXPECT_THAT(ask(other, "boss", "b", "own", R"({"count": "own"})").out, HasSubstr(R"("n":1)"));
}

// Half of the data is no database.
TEST_P(MongoDump, ALoadThatWasCutOffDoesNotComeUp) {
  const std::string source = start_mongo(desk());
  mongo(desk(), source, "shop", kKept);
  const RunResult taken = dump(source);
  ASSERT_EQ(taken.status, 0) << taken;
  const std::string copy =
      copy_with_tool(source, "/usr/local/bin/mongorestore \"$@\"; exec sleep 600\n");
  EXPECT_TRUE(eventually("it loads", [&] {
    return desk()
               .docker({"exec", copy, "cat", "/var/lib/dksnap/dump/report/errors"})
               .out.find("interrupted") != std::string::npos;
  }));
  desk().docker_out({"kill", copy});
  desk().docker_out({"start", copy});
  EXPECT_NE(desk().docker_out({"wait", copy}), "0");
}

TEST_P(MongoDump, WhatCannotBeLoadedIsCountedAndShown) {
  const std::string source = start_mongo(desk());
  mongo(desk(), source, "shop", kKept);
  const RunResult taken = dump(source);
  ASSERT_EQ(taken.status, 0) << taken;
  // A server refuses a document, which the stand-in never does.
  const std::string copy =
      copy_with_tool(source,
                     "/usr/local/bin/mongorestore \"$@\" || exit\n"
                     "printf '2026-01-01T00:00:00.000+0000\\tcontinuing through error: no\\n' >&2\n"
                     "printf '2026-01-01T00:00:00.000+0000\\t1 document(s) restored successfully. "
                     "1 document(s) failed to restore.\\n' >&2\n");
  EXPECT_TRUE(eventually("it is loaded", [&] {
    return desk().docker({"logs", copy}).err.find("2 errors while the dump was loaded") !=
           std::string::npos;
  }));
  wait_for_mongo(desk(), copy);
  EXPECT_EQ(desk().docker_out({"exec", copy, "cat", "/var/lib/dksnap/dump/report/errors"}),
            "continuing through error: no\n"
            "1 document(s) restored successfully. 1 document(s) failed to restore.");
  EXPECT_THAT(mongo(desk(), copy, "shop", R"({"count": "kept"})"), HasSubstr(R"("n":1)"));
}

// All is of the moment of its end then. The stand-in has such a log, and nothing that applies it.
TEST_P(MongoDump, OfAMemberOfASetWithWhatChangedMeanwhile) {
  const std::string source =
      start_mongo(desk(), {}, {"mongod", "--replSet", "rs0", "--bind_ip_all"});
  mongo(desk(), source, "local", R"({"create": "oplog.rs", "capped": true, "size": 1048576})");
  mongo(desk(), source, "shop", kKept);
  mongo(desk(), source, "shop",
        R"({"createIndexes": "kept", "indexes": [{"key": {"n": 1}, "name": "by_n"}]})");
  const RunResult taken = dump(source);
  ASSERT_EQ(taken.status, 0) << taken;
  EXPECT_THAT(taken.err, Not(HasSubstr("at its own moment")));
  const std::string copy = boot(taken.out.substr(0, 8), 3);
  EXPECT_THAT(booted_.err, HasSubstr("no such command: 'applyOps'"));
  EXPECT_THAT(mongo(desk(), copy, "shop", R"({"count": "kept"})"), HasSubstr(R"("n":1)"));
  EXPECT_THAT(mongo(desk(), copy, "shop", R"({"listIndexes": "kept"})"), HasSubstr("by_n"));
}

// No copy has the key; a dump needs none.
TEST_P(MongoDump, InPlaceOfACopyThatCannotBeRead) {
  const std::string source = start_mongo(desk(), {}, {"mongod", "--enableEncryption=true"});
  mongo(desk(), source, "shop", kKept);
  const RunResult refused = desk().dksnap({"create", source, "--method", "copy", "-q"});
  EXPECT_EQ(refused.status, 13) << refused;
  EXPECT_THAT(refused.err, HasSubstr("--method dump"));
  const RunResult taken = desk().dksnap({"create", source});
  EXPECT_EQ(taken.status, 3) << taken;
  EXPECT_THAT(taken.err, HasSubstr("a dump is taken in place of a copy"));
  const std::string copy = boot(taken.out.substr(0, 8));
  EXPECT_THAT(mongo(desk(), copy, "shop", R"({"count": "kept"})"), HasSubstr(R"("n":1)"));
  EXPECT_THAT(desk().docker_out({"inspect", "-f", "{{.Config.Cmd}}", copy}),
              Not(HasSubstr("Encryption")));
}

TEST_P(MongoDump, RefusedWhereItsToolIsMissing) {
  const std::string source = start_mongo(desk());
  desk().docker_out({"exec", "-u", "0", source, "rm", "/usr/local/bin/mongodump"});
  const RunResult refused = dump(source);
  EXPECT_EQ(refused.status, 2) << refused;
  EXPECT_THAT(refused.err, HasSubstr("there is no mongodump in it"));
}

DKSNAP_ON_EITHER_STORE(MongoDump);

}  // namespace
}  // namespace dksnap::test
