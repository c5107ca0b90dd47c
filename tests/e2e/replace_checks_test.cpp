// What replace and undo refuse, and that they put back what they could not finish.
#include <filesystem>

#include <nlohmann/json.hpp>

#include "error_case.hpp"
#include "support/files_image.hpp"
#include "support/postgres_image.hpp"
#include "support/store_lanes.hpp"

namespace dksnap::test {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;
using ::testing::Not;

class ReplaceChecks : public OnOneEngine {
 protected:
  std::string start(const Words& options = {}) {
    std::string source = desk().start("files", options, {desk().image("files:1")});
    files_batch(desk(), source, "write /data/what seed\n");
    return source;
  }
  std::string what(const std::string& container) {
    return files(desk(), container, {"cat", "/data/what"});
  }
  std::string changed(const std::string& source) {
    std::string id = desk().create(source, {"-m", "seed"});
    files_batch(desk(), source, "write /data/what live\n");
    return id;
  }
  bool exists(const std::string& container) {
    return desk().docker({"inspect", container}).status == 0;
  }
};

TEST_F(ReplaceChecks, ShowsThePlanAndAsks) {
  const std::string source = start();
  const std::string id = changed(source);
  const std::string sharer = start({"--network", "container:" + source});
  const RunResult planned = desk().dksnap({"replace", source, "--with", id, "-n"});
  ASSERT_TRUE(succeeded(planned));
  for (const char* part : {"new data    \"seed\"", "you lose    what changed since \"seed\"",
                           "stand-still about 2 s", "--before-", "Nothing was done"})
    EXPECT_THAT(planned.err, HasSubstr(part));
  EXPECT_THAT(planned.err, HasSubstr("breaks      " + sharer));
  EXPECT_TRUE(fails_with(2, desk().dksnap({"replace", source, "--with", id}), {"question", "-y"}));
  EXPECT_TRUE(fails_with(2, desk().dksnap({"replace", source}), {"--with"}));
  EXPECT_EQ(what(source), "live");
  EXPECT_TRUE(fails_with(11, desk().dksnap({"undo", source, "-y"}), {"nothing to undo"}));
}

TEST_F(ReplaceChecks, RefusesWhatDoesNotGoTogether) {
  const std::string source = start();
  const std::string id = changed(source);
  const std::string database = start_postgres(desk());
  EXPECT_TRUE(fails_with(2, desk().dksnap({"replace", database, "--with", id, "-y"}),
                         {"kind files", "kind postgres", "dksnap boot"}));
  desk().docker_out({"pause", source});
  EXPECT_TRUE(fails_with(12, desk().dksnap({"replace", source, "--with", id, "-y"}), {"unpause"}));
  desk().docker_out({"unpause", source});
  EXPECT_TRUE(fails_with(11, desk().dksnap({"replace", source, "--with", "nothing", "-y"}), {}));
  EXPECT_TRUE(fails_with(11, desk().dksnap({"replace", "nobody", "--with", id, "-y"}), {}));
}

TEST_F(ReplaceChecks, RefusesAVolumeThatAnotherContainerUses) {
  const std::string volume = desk().name("volume");
  const std::string source = start({"-v", volume + ":/data"});
  const std::string other = start({"-v", volume + ":/data"});
  const std::string id = changed(source);
  EXPECT_TRUE(fails_with(12, desk().dksnap({"replace", source, "--with", id, "-y"}),
                         {other, "docker stop " + other}));
  desk().docker_out({"stop", "-t", "2", other});
  EXPECT_TRUE(succeeded(desk().dksnap({"replace", source, "--with", id, "-y", "--wait", "0"})));
  EXPECT_EQ(what(source), "seed");
}

TEST_F(ReplaceChecks, APortThatWasTakenMeanwhile) {
  const std::string volume = desk().name("volume");
  const std::string source = start({"-p", "127.0.0.1:26101:6001", "-v", volume + ":/data"});
  const std::string id = changed(source);
  desk().docker_out({"stop", "-t", "2", source});
  const std::string thief = start({"-p", "127.0.0.1:26101:6001"});
  EXPECT_TRUE(fails_with(20, desk().dksnap({"replace", source, "--with", id, "-y"}),
                         {"was not replaced", "26101", "is back"}));
  EXPECT_FALSE(desk().runs(source)) << "it did not run before";
  EXPECT_FALSE(exists(source + "--new"));
  desk().remove_container(thief);
  desk().docker_out({"start", source});
  EXPECT_EQ(what(source), "live");
}

TEST_F(ReplaceChecks, AServerThatDoesNotComeUp) {
  const std::string volume = desk().name("volume");
  const Words mounted{"-v", volume + ":/var/lib/postgresql/data"};
  const std::string first = start_postgres(desk(), mounted);
  psql(desk(), first, "CREATE TABLE t AS SELECT 1 AS i");
  const std::string id = desk().create(first);
  psql(desk(), first, "UPDATE t SET i = 2");
  // One that needs a file which the snapshot has not.
  desk().docker_out({"exec", first, "sh", "-c",
                     "cd /var/lib/postgresql/data && cp -p postgresql.conf mine.conf"});
  desk().docker_out({"stop", first});
  desk().docker_out({"rm", first});
  const std::string source = desk().start(
      "mine", mounted,
      {desk().image("postgres:15"), "-c", "config_file=/var/lib/postgresql/data/mine.conf"});
  wait_for_postgres(desk(), source);
  const RunResult result = desk().dksnap({"replace", source, "--with", id, "-y"});
  EXPECT_TRUE(fails_with(20, result, {"was not replaced", "mine.conf", "is back"}));
  EXPECT_EQ(psql(desk(), source, "SELECT i FROM t"), "2");
}

TEST_F(ReplaceChecks, WithoutASafetySnapshotItSaysSo) {
  const std::string volume = desk().name("volume");
  const std::string source = start({"-v", volume + ":/data"});
  const std::string id = changed(source);
  const RunResult replaced = desk().dksnap(
      {"replace", source, "--with", id, "--no-safety", "--json", "-y", "--wait", "0"});
  ASSERT_TRUE(succeeded(replaced));
  EXPECT_THAT(replaced.err, HasSubstr("cannot bring it back"));
  EXPECT_EQ(json::parse(replaced.out)["safety_snapshot"], "");
  EXPECT_TRUE(fails_with(11, desk().dksnap({"undo", source, "-y"}), {"--no-safety"}));
}

// Whether the volume was rewritten, and from what, stands in the journal alone; what is kept in the
// container itself can be found.
TEST_F(ReplaceChecks, WithoutTheJournalUndoNeedsToBeToldAndAContainerOfItsOwn) {
  const std::string volume = desk().name("volume");
  for (const Words& options : {Words{"-v", volume + ":/data"}, Words{}}) {
    const std::string source = start(options);
    const std::string id = changed(source);
    ASSERT_TRUE(succeeded(desk().dksnap({"replace", source, "--with", id, "-y", "--wait", "0"})));
    std::filesystem::remove_all(desk().home().path() / "state");
    EXPECT_TRUE(fails_with(11, desk().dksnap({"undo", source, "-y"}), {"--all-users"}));
    const RunResult undone = desk().dksnap({"undo", source, "-y", "--wait", "0", "--all-users"});
    EXPECT_EQ(undone.status, options.empty() ? 0 : 11) << undone;
    EXPECT_EQ(what(source), options.empty() ? "live" : "seed");
  }
}

TEST_F(ReplaceChecks, WhatAVolumeHeldIsInAVolumeUntilItsTimeIsOver) {
  const std::string volume = desk().name("volume");
  const std::string source = start({"-v", volume + ":/data"});
  const std::string id = changed(source);
  const auto replace = [&] {
    const RunResult replaced =
        desk().dksnap({"replace", source, "--with", id, "--json", "-y", "--wait", "0"});
    EXPECT_TRUE(succeeded(replaced));
    return json::parse(replaced.out);
  };
  const json done = replace();
  EXPECT_EQ(done["safety_snapshot"], "");
  const std::string saved = done["saved_volume"];
  // The old container has the same name.
  EXPECT_EQ(desk().docker_out(
                {"volume", "inspect", saved, "--format", "{{index .Labels \"dksnap.role\"}}"}),
            "saved");
  EXPECT_THAT(desk().dksnap({"undo", "--list"}).out, HasSubstr(saved));
  EXPECT_THAT(desk().dksnap({"ls", source}).out, Not(HasSubstr("auto:")));
  // Without the old container the new one gets what the volume held.
  desk().remove_container(done["parked"]);
  ASSERT_TRUE(succeeded(desk().dksnap({"undo", source, "-y", "--wait", "0"})));
  EXPECT_EQ(what(source), "live");
  EXPECT_EQ(desk().inspect(volume)["Name"], volume);

  const std::string second = replace()["saved_volume"];
  desk().docker_out({"volume", "rm", second});
  EXPECT_TRUE(fails_with(11, desk().dksnap({"undo", source, "-y"}), {second, "was removed"}));
  ASSERT_TRUE(succeeded(desk().dksnap({"prune", "--now", "-y"})));
  EXPECT_NE(desk().docker({"volume", "inspect", saved}).status, 0);
}

TEST_F(ReplaceChecks, UndoOfAContainerThatWasRemoved) {
  const std::string source = start();
  const std::string id = changed(source);
  ASSERT_TRUE(succeeded(desk().dksnap({"replace", source, "--with", id, "-y", "--wait", "0"})));
  desk().remove_container(source);
  ASSERT_TRUE(succeeded(desk().dksnap({"undo", source, "-y", "--wait", "0"})));
  EXPECT_EQ(what(source), "live");
}

TEST_F(ReplaceChecks, WhatHasLostItsOldContainerIsNotListed) {
  const std::string source = start();
  const std::string id = changed(source);
  const RunResult replaced =
      desk().dksnap({"replace", source, "--with", id, "--json", "-y", "--wait", "0"});
  ASSERT_TRUE(succeeded(replaced));
  const std::string parked = json::parse(replaced.out)["parked"];
  EXPECT_THAT(desk().dksnap({"undo", "--list"}).out, HasSubstr(parked));
  desk().remove_container(parked);
  EXPECT_THAT(desk().dksnap({"undo", "--list"}).out, Not(HasSubstr(parked)));
  EXPECT_TRUE(fails_with(11, desk().dksnap({"undo", source, "-y"}), {parked, "was removed"}));
}

TEST_F(ReplaceChecks, PruneAndKeepOldDecideWhatStays) {
  const std::string source = start();
  const std::string id = changed(source);
  const RunResult replaced =
      desk().dksnap({"replace", source, "--with", id, "--keep-old", "--json", "-y", "--wait", "0"});
  ASSERT_TRUE(succeeded(replaced));
  const std::string parked = json::parse(replaced.out)["parked"];
  EXPECT_THAT(desk().dksnap({"undo", "--list"}).out, HasSubstr(parked));
  ASSERT_TRUE(succeeded(desk().dksnap({"prune", "-y"})));
  EXPECT_TRUE(exists(parked));
  const RunResult planned = desk().dksnap({"prune", "--now", "-n"});
  EXPECT_THAT(planned.err, HasSubstr(parked));
  EXPECT_TRUE(exists(parked));
  ASSERT_TRUE(succeeded(desk().dksnap({"prune", "--now", "-y"})));
  EXPECT_FALSE(exists(parked));
  EXPECT_TRUE(desk().runs(source));
  EXPECT_TRUE(fails_with(11, desk().dksnap({"undo", source, "-y"}), {}));
}

}  // namespace
}  // namespace dksnap::test
