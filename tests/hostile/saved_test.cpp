// What replace and undo save is what was there, and comes back whatever happened meanwhile.
#include <csignal>
#include <filesystem>
#include <fstream>

#include <nlohmann/json.hpp>

#include "base/digest.hpp"
#include "base/text.hpp"
#include "forge.hpp"
#include "support/eventually.hpp"
#include "support/files_image.hpp"
#include "support/store_lanes.hpp"

namespace dksnap::test {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;

class Saved : public OnEitherStore {
 protected:
  std::string what(const std::string& container, const char* path = "/data/what") {
    return files(desk(), container, {"cat", path});
  }
  // "live" over a snapshot that has "seed".
  std::string start(Words options = {}) {
    options.insert(options.end(), {"-v", desk().name("volume") + ":/data"});
    std::string source = desk().start("files", options, {desk().image("files:1")});
    files_batch(desk(), source, "write /data/what seed\n");
    seed_ = desk().create(source, {"-m", "seed"});
    files_batch(desk(), source, "write /data/what live\n");
    return source;
  }
  json replace(const std::string& source) {
    const RunResult done = desk().dksnap({"replace", source, "--with", seed_, "--json", "-y"});
    EXPECT_TRUE(succeeded(done));
    return done.status == 0 ? json::parse(done.out) : json();
  }
  // Signals a replace as soon as its journal has got there.
  RunResult stop_at(const std::string& stage, int signal, const std::string& source) {
    RunningProgram replacing(
        desk().dksnap_command({"replace", source, "--with", seed_, "-y", "--wait", "0"}),
        desk().dksnap_options());
    EXPECT_TRUE(eventually("it is " + stage, [&] { return newest_stage() == stage; }));
    replacing.signal(signal);
    return replacing.wait();
  }
  std::string newest_stage() {
    std::string stage;
    std::error_code none;
    for (const auto& entry :
         std::filesystem::directory_iterator(desk().home().path() / "state/dksnap/journal", none)) {
      std::string line;
      std::getline(std::ifstream(entry.path()), line);
      const std::string found(trim(line));
      if (found != "done" && found != "undone") stage = found;
    }
    return stage;
  }

  std::string seed_;
};
DKSNAP_ON_EITHER_STORE(Saved);

// It would hide files from the worker, and what cannot be seen is neither saved nor kept.
TEST_P(Saved, AVolumeOfAnImageWhereTheWorkerWorksIsRefused) {
  start();
  for (const char* volume :
       {"/.dksnap/source/0/sub", "/.dksnap/source/saved/0", "/.dksnap-target/0", "/x/../.dksnap"}) {
    const std::string image = desk().name("image") + ":1";
    Forgery forgery;
    forgery.name = image;
    forgery.from = desk().image("files:1");
    forgery.config["config"]["Volumes"] = {{volume, json::object()}};
    forge(desk(), forgery);
    const std::string source =
        desk().start("files", {"-v", desk().name("volume") + ":/data"}, {image});
    files_batch(desk(), source, "mkdir /data/sub\nwrite /data/sub/what mine\n");
    const RunResult created = desk().dksnap({"create", source});
    EXPECT_EQ(created.status, 2) << volume << created;
    EXPECT_THAT(created.err, HasSubstr("declares a volume at"));
    const RunResult replaced = desk().dksnap({"replace", source, "--with", seed_, "-y"});
    EXPECT_EQ(replaced.status, 20) << volume << replaced;
    EXPECT_TRUE(desk().runs(source));
    EXPECT_EQ(what(source, "/data/sub/what"), "mine");
  }
}

// Its name was taken before its data was written, so that nobody else can take it.
TEST_P(Saved, AKilledOneOfAContainerThatGoesIsNotDoneBecauseItWasStarted) {
  const std::string source = start({"--rm"});
  files_batch(desk(), source, "fill /data/large 60000000 1\n");
  seed_ = desk().create(source, {"-m", "large"});
  files_batch(desk(), source, "fill /data/large 60000000 2\nwrite /data/what live\n");
  stop_at("overwriting", SIGKILL, source);
  EXPECT_TRUE(eventually("it can be started", [&] {
    return desk().docker({"start", source}).status == 0;
  }));
  const RunResult next = desk().dksnap({"create", source});
  EXPECT_THAT(next.err, HasSubstr("half rewritten"));
  ASSERT_TRUE(succeeded(desk().dksnap({"undo", source, "-y", "--wait", "0"})));
  EXPECT_EQ(what(source), "live");
}

TEST_P(Saved, SecretsThatWereCopiedInAreThereOnTheWayBackToo) {
  const std::string source = start({"--rm"});
  files_batch(desk(), source,
              "mkdir /run\nmkdir /run/secrets\nwrite /run/secrets/one hidden\nlink "
              "/run/secrets/one /run/secrets/two\n");
  const RunResult stopped = stop_at("stopping", SIGTERM, source);
  EXPECT_EQ(stopped.status, 143) << stopped;
  EXPECT_EQ(what(source, "/run/secrets/one"), "hidden");
  replace(source);
  for (const char* path : {"/run/secrets/one", "/run/secrets/two"})
    EXPECT_EQ(what(source, path), "hidden");
}

// The kept container is gone, and its image's name means another one.
TEST_P(Saved, TheNewOneIsMadeFromTheImageThatRan) {
  const std::string source = start();
  desk().docker_out({"rm", replace(source)["parked"].get<std::string>()});
  const std::string ran = desk().inspect(source)["Image"];
  ASSERT_TRUE(succeeded(desk().dksnap({"rm", seed_, "-y"})));
  desk().docker_out({"tag", desk().image("files:1"), desk().inspect(source)["Config"]["Image"]});
  ASSERT_TRUE(succeeded(desk().dksnap({"undo", source, "-y", "--wait", "0"})));
  EXPECT_EQ(desk().inspect(source)["Image"], ran);
  EXPECT_EQ(what(source), "live");
  desk().docker({"rmi", desk().inspect(source)["Config"]["Image"]});
}

// Somebody has the volume mounted when what it was for is over.
TEST_P(Saved, AVolumeThatCannotBeRemovedIsNobodysTrouble) {
  const std::string source = start();
  stop_at("overwriting", SIGKILL, source);
  const std::string saved =
      desk().docker_out({"volume", "ls", "-q", "--filter", "name=" + source + "--before-"});
  ASSERT_NE(saved, "");
  const std::string other = desk().name("other");
  desk().docker_out({"create", "--name", other, "-v", saved + ":/s", desk().image("files:1")});
  ASSERT_TRUE(succeeded(desk().dksnap({"doctor", "--fix"})));
  EXPECT_TRUE(desk().runs(source));
  EXPECT_EQ(what(source), "live");
  const RunResult next = desk().dksnap({"create", source});
  EXPECT_TRUE(succeeded(next));
  EXPECT_THAT(next.err, testing::Not(HasSubstr("half done")));
  EXPECT_THAT(desk().dksnap({"doctor"}).out, HasSubstr(saved));
  desk().remove_container(other);
  desk().docker_out({"volume", "rm", saved});
}

TEST_P(Saved, AVolumeThatSomebodyWritesInIsNotTrusted) {
  const std::string source = start();
  const std::string saved = replace(source)["saved_volume"];
  const std::string other =
      desk().start("other", {"-v", saved + ":/data"}, {desk().image("files:1")});
  const RunResult refused = desk().dksnap({"undo", source, "-y"});
  EXPECT_EQ(refused.status, 12) << refused;
  EXPECT_THAT(refused.err, HasSubstr("docker stop " + other));
  EXPECT_EQ(what(source), "seed");
}

// What kept others out was a file that no copy has.
TEST_P(Saved, ACopyOfWhatASecretFileProtectedIsRefused) {
  const TempDir secrets;
  std::ofstream(secrets / "password") << "hidden";
  const std::string source = desk().start(
      "files", {"-v", secrets.path().string() + ":/run/secrets:ro"}, {desk().image("files:1")});
  const std::string id = desk().create(source);
  EXPECT_EQ(desk().dksnap({"boot", id}).status, 4);
  EXPECT_EQ(desk().dksnap({"boot", id, "--name", desk().name("copy"), "--without-secrets"}).status,
            0);
}

// What was taken back needs it no more.
TEST_P(Saved, AnUndoneOnesVolumeGoes) {
  const std::string source = start();
  const std::string saved = replace(source)["saved_volume"];
  ASSERT_TRUE(succeeded(desk().dksnap({"undo", source, "-y", "--wait", "0"})));
  EXPECT_NE(desk().docker({"volume", "inspect", saved}).status, 0);
  EXPECT_EQ(what(source), "live");
}

// Nothing had its name at the first undo, and nothing has it at the second.
TEST_P(Saved, WhatCannotComeBackIsNotListed) {
  const std::string source = start({"--rm"});
  replace(source);
  for (const bool first : {true, false}) {
    desk().docker_out({"stop", "-t", "5", source});
    EXPECT_TRUE(eventually("it is gone", [&] {
      return desk().docker({"container", "inspect", source}).status != 0;
    }));
    const RunResult undone = desk().dksnap({"undo", source, "-y", "--wait", "0"});
    EXPECT_EQ(undone.status, first ? 0 : 11) << undone;
    if (first) {
      EXPECT_EQ(what(source), "live");
    }
  }
  EXPECT_THAT(desk().dksnap({"undo", "--list"}).out, testing::Not(HasSubstr(source)));
}

// A helper of another dksnap that is about to write is neither frozen nor captured.
TEST_P(Saved, NoSnapshotIsTakenWhileAnotherDksnapWrites) {
  const std::string volume = desk().name("volume");
  const std::string source =
      desk().start("files", {"-v", volume + ":/data"}, {desk().image("files:1")});
  const std::string helper = "dksnap-scratch-" + sha256_digest(volume).substr(7, 12);
  desk().docker_out({"run", "-d", "--name", helper, "--label", "dksnap.role=scratch", "--label",
                     "dksnap.owner=1@elsewhere/m/b/n:1", "-v", volume + ":/d",
                     desk().image("files:1")});
  const RunResult refused = desk().dksnap({"create", source});
  EXPECT_EQ(refused.status, 12) << refused;
  EXPECT_THAT(refused.err, HasSubstr("another dksnap is about to write"));
  EXPECT_TRUE(desk().runs(source));
  desk().remove_container(helper);
  EXPECT_TRUE(succeeded(desk().dksnap({"create", source})));
}

TEST_P(Saved, AnEntryThatIsNoneIsNotGivenUp) {
  for (const char* id : {"zz", "12345678"}) {
    EXPECT_EQ(desk().dksnap({"undo", "--forget", id, "-n"}).status, 11);
    EXPECT_EQ(desk().dksnap({"undo", "--forget", id}).status, 11);
  }
}

}  // namespace
}  // namespace dksnap::test
