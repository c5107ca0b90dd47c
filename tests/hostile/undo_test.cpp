// What undo believes: the user's own journal, and containers that nobody else has a hand in.
#include <array>
#include <fstream>
#include <unistd.h>

#include <nlohmann/json.hpp>

#include "base/digest.hpp"
#include "forge.hpp"
#include "support/eventually.hpp"
#include "support/files_image.hpp"
#include "support/store_lanes.hpp"

namespace dksnap::test {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;
using ::testing::Not;

class Undo : public OnEitherStore {
 protected:
  // With "live" in it, and a snapshot of when it was "seed".
  std::string start(const Words& options = {}) {
    const std::string source = desk().start("files", options, {desk().image("files:1")});
    files_batch(desk(), source, "write /data/what seed\n");
    snapshot_ = desk().create(source, {"-m", "seed"});
    files_batch(desk(), source, "write /data/what live\n");
    return source;
  }
  json replace(const std::string& source) {
    const RunResult replaced =
        desk().dksnap({"replace", source, "--with", snapshot_, "-y", "--wait", "0", "--json"});
    EXPECT_TRUE(succeeded(replaced));
    return json::parse(replaced.out);
  }
  RunResult undo(const std::string& source) {
    return desk().dksnap({"undo", source, "-y", "--wait", "0"});
  }
  std::string what(const std::string& container) {
    return files(desk(), container, {"cat", "/data/what"});
  }
  bool exists(const std::string& container) {
    return desk().docker({"container", "inspect", container}).status == 0;
  }

  std::string snapshot_;
};
DKSNAP_ON_EITHER_STORE(Undo);

TEST_P(Undo, ALabelIsNoJournal) {
  const TempDir users;
  std::ofstream(users / "file") << "the user's";
  const std::string name = desk().name("forged");
  const std::string body =
      json{{"Image", desk().image("files:1")}, {"HostConfig", {{"Privileged", true}}}}.dump();
  const json side = {{"id", std::string(64, 'a')},
                     {"name", name + "--before-0123abcd"},
                     {"restart", "no"},
                     {"running", true},
                     {"lasting", false},
                     {"volatile_data", false},
                     {"spec", {{"body", body}, {"networks", json::array()}}}};
  const json entry = {
      {"id", "0123abcd"},
      {"verb", "replace"},
      {"title", "t"},
      {"engine", ""},
      {"owner", ""},
      {"container", name},
      {"when_ns", 1},
      {"removed", json::array()},
      {"swap",
       {{"out", side},
        {"in", side},
        {"places",
         {{{"type", "bind"}, {"source", users.path().string()}, {"destination", "/data"}}}},
        {"kind", "files"},
        {"safety", "0123456789abcdef"},
        {"safety_name", name + ":1"},
        {"data", ""},
        {"keep", false}}}};
  Forgery forgery;
  forgery.name = name + ":1";
  forgery.from = desk().image("files:1");
  forgery.labels = {{"dksnap.undo", entry.dump()},
                    {"dksnap.swap", "0123abcd"},
                    {"dksnap.title", "a title"},
                    {"dksnap.id", "0123456789abcdef"}};
  forge(desk(), forgery);
  const std::string source = desk().start("victim", {}, {forgery.name});
  const std::string before = desk().docker_out({"ps", "-aq", "--filter", "name=" + name});
  for (const Words& more : {Words{}, Words{"--all-users"}}) {
    Words command{"undo", source, "-y"};
    command.insert(command.end(), more.begin(), more.end());
    const RunResult undone = desk().dksnap(command);
    EXPECT_EQ(undone.status, 11) << undone;
  }
  EXPECT_TRUE(desk().runs(source));
  EXPECT_EQ(desk().docker_out({"ps", "-aq", "--filter", "name=" + name}), before);
  std::string text;
  std::getline(std::ifstream(users / "file"), text);
  EXPECT_EQ(text, "the user's");
}

TEST_P(Undo, NothingOfTheEnvironmentStandsInALabel) {
  const std::string source =
      start({"-e", "SHOP_PASSWORD=hunter2", "--label", "com.docker.compose.project=shop", "-v",
             desk().name("volume") + ":/data"});
  replace(source);
  const json labels = desk().inspect(source)["Config"]["Labels"];
  EXPECT_THAT(labels.dump(), Not(HasSubstr("hunter2")));
  EXPECT_TRUE(labels.contains("dksnap.swap"));
  EXPECT_FALSE(labels.contains("dksnap.undo"));
}

// The user has given the new one another name to keep it.
TEST_P(Undo, ARenamedOneStaysAsItIs) {
  const std::string source = start();
  replace(source);
  const std::string kept = desk().name("kept");
  desk().docker_out({"rename", source, kept});
  const std::string id = desk().inspect(kept)["Id"];
  const RunResult planned = desk().dksnap({"undo", source, "-n"});
  EXPECT_THAT(planned.err, HasSubstr(kept));
  const RunResult undone = undo(source);
  ASSERT_TRUE(succeeded(undone));
  EXPECT_EQ(what(source), "live");
  EXPECT_TRUE(desk().runs(kept)) << undone;
  EXPECT_EQ(desk().inspect(kept)["Id"], id);
  EXPECT_EQ(what(kept), "seed");
}

// Nothing is written under it, either.
TEST_P(Undo, ARenamedOneThatUsesTheVolumeIsInTheWay) {
  const std::string source = start({"-v", desk().name("volume") + ":/data"});
  replace(source);
  const std::string kept = desk().name("kept");
  desk().docker_out({"rename", source, kept});
  const RunResult refused = undo(source);
  EXPECT_EQ(refused.status, 12) << refused;
  EXPECT_THAT(refused.err, HasSubstr("docker stop " + kept));
  EXPECT_TRUE(desk().runs(kept));
  EXPECT_EQ(what(kept), "seed");
  EXPECT_FALSE(exists(source));
}

// The volume may hold what was done since, and no container that stands in the way holds it.
TEST_P(Undo, TheVolumeOfARemovedOneIsSavedBeforeItIsRewritten) {
  const std::string source = start({"-v", desk().name("volume") + ":/data"});
  replace(source);
  files_batch(desk(), source, "write /data/what newer\n");
  desk().remove_container(source);
  const RunResult planned = desk().dksnap({"undo", source, "-n"});
  EXPECT_THAT(planned.err, HasSubstr("rewritten"));
  EXPECT_THAT(planned.err, HasSubstr("is copied into the volume"));
  ASSERT_TRUE(succeeded(undo(source)));
  EXPECT_EQ(what(source), "live");
  ASSERT_TRUE(succeeded(undo(source)));
  EXPECT_EQ(what(source), "newer");
}

// A volume of the user's, with what anybody can write into labels, is no lock of a dead dksnap's.
TEST_P(Undo, AReplaceThatSomebodyIsAtIsWaitedFor) {
  const std::string source = start();
  // Named by digits of what it is for.
  const std::string digest = sha256_digest("the container " + source);
  const std::string lock = "dksnap-claim-" + digest.substr(digest.find(':') + 1, 16);
  const auto hold = [&](const std::string& owner) {
    desk().docker_out({"volume", "create", "--label", "dksnap.role=claim", "--label",
                       "dksnap.owner=" + owner, lock});
  };
  hold("1@elsewhere/m/b/n:1");
  const RunResult refused = desk().dksnap({"replace", source, "--with", snapshot_, "-y"});
  EXPECT_EQ(refused.status, 12) << refused;
  EXPECT_THAT(refused.err, HasSubstr("docker volume rm " + lock));
  EXPECT_THAT(desk().dksnap({"doctor"}).out, HasSubstr("docker volume rm " + lock));
  EXPECT_EQ(what(source), "live");
  desk().docker_out({"volume", "rm", lock});
  std::array<char, 256> host{};
  ASSERT_EQ(::gethostname(host.data(), host.size() - 1), 0);
  hold(std::string("4194305@") + host.data() + ":1");  // more than any pid
  replace(source);
  EXPECT_EQ(what(source), "seed");
  EXPECT_EQ(desk().docker_out({"volume", "ls", "-q", "--filter", "name=" + lock}), "");
}

TEST_P(Undo, AStrangerOfItsNameIsNotParked) {
  const std::string source = start();
  const json replaced = replace(source);
  desk().remove_container(source);
  desk().docker_out({"run", "-d", "--name", source, desk().image("files:1")});
  const std::string stranger = desk().inspect(source)["Id"];
  const RunResult refused = undo(source);
  EXPECT_EQ(refused.status, 12) << refused;
  EXPECT_THAT(refused.err, HasSubstr("made it again"));
  EXPECT_EQ(desk().inspect(source)["Id"], stranger);
  EXPECT_TRUE(desk().runs(source));
  EXPECT_TRUE(exists(replaced["parked"]));
}

TEST_P(Undo, AParkedOneThatIsUsedIsLeftAlone) {
  const std::string source = start();
  const std::string parked = replace(source)["parked"];
  desk().docker_out({"start", parked});
  const RunResult refused = undo(source);
  EXPECT_EQ(refused.status, 12) << refused;
  EXPECT_THAT(refused.err, HasSubstr("docker stop " + parked));
  desk().docker_out({"stop", "-t", "2", parked});
  EXPECT_THAT(desk().dksnap({"undo", source, "-n"}).err, HasSubstr("was started since"));
  // Nor does it go with what is pruned.
  EXPECT_TRUE(succeeded(desk().dksnap({"prune", "--now", "-y"})));
  EXPECT_TRUE(exists(parked));
  EXPECT_EQ(what(source), "seed");
}

TEST_P(Undo, OfSomebodyElseNeedsToBeAskedFor) {
  const std::string source = start();
  const auto as = [](const TempDir& home, const char* user) {
    RunOptions options;
    options.env = {{"HOME", home.path().string()},
                   {"XDG_STATE_HOME", home.path().string()},
                   {"USER", user},
                   {"LOGNAME", std::nullopt}};
    return options;
  };
  const TempDir hers;
  const TempDir his;
  const auto alice = as(hers, "alice");
  const auto bob = as(his, "bob");
  const RunResult replaced =
      desk().dksnap({"replace", source, "--with", snapshot_, "-y", "--wait", "0", "--json"}, alice);
  ASSERT_TRUE(succeeded(replaced));
  const std::string parked = json::parse(replaced.out)["parked"];

  EXPECT_THAT(desk().dksnap({"undo", "--list"}, bob).out, HasSubstr("alice@"));
  const RunResult refused = desk().dksnap({"undo", source, "-y"}, bob);
  EXPECT_EQ(refused.status, 11) << refused;
  EXPECT_THAT(refused.err, HasSubstr("alice@"));
  EXPECT_THAT(refused.err, HasSubstr("--all-users"));
  const RunResult pruned = desk().dksnap({"prune", "--now", "-y"}, bob);
  ASSERT_TRUE(succeeded(pruned));
  EXPECT_THAT(pruned.err, HasSubstr("alice@"));
  EXPECT_TRUE(exists(parked));

  const RunResult undone = desk().dksnap({"undo", source, "-y", "--wait", "0", "--all-users"}, bob);
  ASSERT_TRUE(succeeded(undone));
  EXPECT_EQ(what(source), "live");
  // Hers is over; nothing that runs is touched by it.
  EXPECT_EQ(desk().dksnap({"undo", source, "-y"}, alice).status, 12);
  EXPECT_EQ(what(source), "live");

  // The bin is not emptied for her.
  ASSERT_TRUE(succeeded(desk().dksnap({"rm", snapshot_, "-y"}, alice)));
  ASSERT_TRUE(succeeded(desk().dksnap({"prune", "--now", "-y"}, bob)));
  ASSERT_TRUE(succeeded(desk().dksnap({"undo", "seed", "-y"}, alice)));
  ASSERT_TRUE(succeeded(desk().dksnap({"rm", snapshot_, "-y"}, alice)));
  ASSERT_TRUE(succeeded(desk().dksnap({"prune", "--now", "-y"}, alice)));
  EXPECT_EQ(desk().dksnap({"undo", "seed", "-y"}, alice).status, 11);
}

}  // namespace
}  // namespace dksnap::test
