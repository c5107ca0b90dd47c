// Replace writes only what it has saved, and only what the user has said yes to.
#include <atomic>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <future>
#include <memory>

#include <nlohmann/json.hpp>

#include "base/text.hpp"
#include "forge.hpp"
#include "support/eventually.hpp"
#include "support/files_image.hpp"
#include "support/proxy.hpp"
#include "support/store_lanes.hpp"

namespace dksnap::test {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;

class Swap : public OnEitherStore {
 protected:
  std::string what(const std::string& container, const char* path = "/data/what") {
    return files(desk(), container, {"cat", path});
  }
  // Kills a replace at the first call of that kind.
  void kill_replace(const std::string& source, const std::string& id, const std::string& path) {
    FaultProxy proxy(desk().host());
    std::promise<std::shared_ptr<RunningProgram>> starting;
    const auto started = starting.get_future().share();
    FaultRule rule{.method = "POST", .path = path};
    rule.on_call = [started](const ProxyCall&) { started.get()->signal(SIGKILL); };
    proxy.add(rule);
    RunOptions options;
    options.env["DOCKER_HOST"] = proxy.host();
    starting.set_value(std::make_shared<RunningProgram>(
        desk().dksnap_command({"replace", source, "--with", id, "-y", "--wait", "0"}),
        desk().dksnap_options(options)));
    const RunResult killed = started.get()->wait();
    EXPECT_EQ(proxy.fired(), 1) << killed;
    // The engine may still be at it.
    EXPECT_TRUE(eventually("the old one is parked", [&] {
      return desk().docker_out({"ps", "-aq", "--filter", "name=" + source + "--before-"}) != "";
    })) << killed;
  }
};
DKSNAP_ON_EITHER_STORE(Swap);

TEST_P(Swap, ABindThatIsRewrittenComesBack) {
  const std::string maker =
      desk().start("maker", {"-v", desk().name("volume") + ":/srv"}, {desk().image("files:1")});
  files_batch(desk(), maker, "write /srv/what seed\n");
  const std::string id = desk().create(maker, {"-m", "seed"});
  const TempDir users;
  std::ofstream(users / "what") << "the user's";
  std::ofstream(users / "more") << "of the user's";
  const std::string source =
      desk().start("files", {"-v", users.path().string() + ":/srv"}, {desk().image("files:1")});
  ASSERT_TRUE(succeeded(desk().dksnap({"replace", source, "--with", id, "-y", "--wait", "0"})));
  EXPECT_EQ(what(source, "/srv/what"), "seed");
  ASSERT_TRUE(succeeded(desk().dksnap({"undo", source, "-y", "--wait", "0"})));
  EXPECT_EQ(what(source, "/srv/what"), "the user's");
  EXPECT_EQ(what(source, "/srv/more"), "of the user's");
}

// The snapshot has left them out: there is nothing to take their place.
TEST_P(Swap, ABindInACapturedDirectoryAndASingleFileStay) {
  const TempDir users;
  std::ofstream(users / "kept") << "the user's";
  std::ofstream(users / "single") << "the user's too";
  const std::string source =
      desk().start("files",
                   {"-v", desk().name("volume") + ":/data", "-v",
                    users.path().string() + ":/data/conf", "-v", users / "single" + ":/data/one"},
                   {desk().image("files:1")});
  files_batch(desk(), source, "write /data/what seed\n");
  const std::string id = desk().create(source);
  files_batch(desk(), source, "write /data/what live\n");
  const RunResult replaced = desk().dksnap({"replace", source, "--with", id, "-y", "--wait", "0"});
  ASSERT_TRUE(succeeded(replaced));
  EXPECT_THAT(replaced.err, HasSubstr("untouched   /data/conf"));
  EXPECT_EQ(what(source), "seed");
  EXPECT_EQ(what(source, "/data/conf/kept"), "the user's");
  EXPECT_EQ(what(source, "/data/one"), "the user's too");
}

TEST_P(Swap, AnAnswerToAnOldQuestionTouchesNothing) {
  const std::string source = desk().start("files", {}, {desk().image("files:1")});
  files_batch(desk(), source, "write /data/what seed\n");
  const std::string id = desk().create(source, {"-m", "seed"});
  const TempDir flags;
  std::string command;
  for (const std::string& word : desk().dksnap_command({"replace", source, "--with", id}))
    command += shell_quote(word) + " ";
  // A terminal, on which nobody answers before the flag is there.
  const std::string flag = flags / "answer";
  RunningProgram asking({"bash", "-c",
                         "(while [ ! -e " + flag +
                             " ]; do sleep 0.1; done; echo y; sleep 60) | "
                             "script -qec " +
                             shell_quote(command) + " /dev/null >" + flags / "said"},
                        desk().dksnap_options());
  const auto said = [&] {
    std::ifstream file(flags / "said");
    return std::string(std::istreambuf_iterator<char>(file), {});
  };
  ASSERT_TRUE(eventually("it asks", [&] { return said().find("[y/N]") != std::string::npos; }));
  ASSERT_TRUE(succeeded(desk().dksnap({"replace", source, "--with", id, "-y", "--wait", "0"})));
  const std::string other = desk().inspect(source)["Id"];
  const std::string before = desk().docker_out({"ps", "-aq", "--filter", "name=" + source});
  std::ofstream(flag) << "y";
  EXPECT_TRUE(eventually("it says so", [&] {
    return said().find("not as it was when the plan was made") != std::string::npos;
  })) << said();
  asking.signal_group(SIGTERM);
  asking.wait();
  EXPECT_EQ(desk().inspect(source)["Id"], other);
  EXPECT_TRUE(desk().runs(source));
  EXPECT_EQ(desk().docker_out({"ps", "-aq", "--filter", "name=" + source}), before);
}

// By whatever name: a link, the directory of the volume, a volume that mounts it.
TEST_P(Swap, WhoeverHasThePlaceByAnotherNameIsInTheWay) {
  const TempDir users;
  std::filesystem::create_directory(users / "data");
  std::filesystem::create_directory_symlink(users / "data", users / "link");
  const std::string maker =
      desk().start("maker", {"-v", desk().name("volume") + ":/srv"}, {desk().image("files:1")});
  files_batch(desk(), maker, "write /srv/what seed\n");
  const std::string id = desk().create(maker);
  const std::string source =
      desk().start("files", {"-v", users / "data" + ":/srv"}, {desk().image("files:1")});
  files_batch(desk(), source, "write /srv/what live\n");
  const std::string device = desk().name("device");
  desk().docker_out({"volume", "create", "-o", "type=none", "-o", "o=bind", "-o",
                     "device=" + users / "data", device});
  for (const std::string& name : {users / "link", device}) {
    const std::string other =
        desk().start("other", {"-v", name + ":/d"}, {desk().image("files:1")});
    const RunResult refused = desk().dksnap({"replace", source, "--with", id, "-y"});
    EXPECT_EQ(refused.status, 12) << refused;
    EXPECT_THAT(refused.err, HasSubstr(other));
    desk().remove_container(other);
  }
  const std::string files = desk().docker_out({"volume", "inspect", "--format", "{{.Mountpoint}}",
                                               desk().inspect(maker)["Mounts"][0]["Name"]});
  const std::string other = desk().start("other", {"-v", files + ":/d"}, {desk().image("files:1")});
  const RunResult created = desk().dksnap({"create", maker});
  EXPECT_THAT(created.err, HasSubstr(other + " writes to the same volume and is frozen too"));
  EXPECT_EQ(what(source, "/srv/what"), "live");
}

// Killed while it waits for the new one, which is in place and used from then on.
TEST_P(Swap, AKilledOneThatIsInUseSinceStays) {
  for (const bool named : {true, false}) {
    const Words options = named ? Words{"-v", desk().name("volume") + ":/data"} : Words{};
    const std::string source = desk().start("files", options, {desk().image("files:1")});
    files_batch(desk(), source, "write /data/what seed\n");
    const std::string id = desk().create(source);
    files_batch(desk(), source, "write /data/what live\n");
    const std::string before = desk().inspect(source)["Id"];
    RunningProgram replacing(desk().dksnap_command({"replace", source, "--with", id, "-y"}),
                             desk().dksnap_options());
    EXPECT_TRUE(eventually("the new one runs", [&] {
      return desk().docker({"inspect", source}).status == 0 && desk().runs(source) &&
             desk().inspect(source)["Id"] != before;
    }));
    replacing.signal(SIGKILL);
    replacing.wait();
    files_batch(desk(), source, "write /data/what work\n");
    const RunResult next = desk().dksnap({"create", source});
    ASSERT_TRUE(succeeded(next));
    EXPECT_THAT(next.err, HasSubstr("it stays"));
    EXPECT_EQ(what(source), "work");
    ASSERT_TRUE(succeeded(desk().dksnap({"undo", source, "-y"})));
    EXPECT_EQ(what(source), "live");
  }
}

// Killed when the volume was written, and the user has started the old one by hand.
TEST_P(Swap, WhatIsHalfOfEachAndInUseSinceIsNotTouched) {
  const std::string source =
      desk().start("files", {"-v", desk().name("volume") + ":/data"}, {desk().image("files:1")});
  files_batch(desk(), source, "write /data/what seed\n");
  const std::string id = desk().create(source);
  files_batch(desk(), source, "write /data/what live\n");
  kill_replace(source, id, "^/containers/.*/rename$");
  const std::string parked = desk().docker_out(
      {"ps", "-a", "--filter", "name=" + source + "--before-", "--format", "{{.Names}}"});
  desk().docker_out({"rename", parked, source});
  desk().docker_out({"start", source});
  files_batch(desk(), source, "write /data/what work\n");
  const RunResult next = desk().dksnap({"create", source});
  ASSERT_TRUE(succeeded(next));
  EXPECT_THAT(next.err, HasSubstr("half rewritten"));
  EXPECT_EQ(what(source), "work");
  EXPECT_THAT(next.err, HasSubstr("dksnap undo " + source));
  ASSERT_TRUE(succeeded(desk().dksnap({"undo", source, "-y"})));
  EXPECT_EQ(what(source), "live");
  ASSERT_TRUE(succeeded(desk().dksnap({"undo", source, "-y"})));
  EXPECT_EQ(what(source), "work");
}

// The user starts the old one while its volume is written.
TEST_P(Swap, TheOldOneThatIsStartedMeanwhileIsInTheWay) {
  const std::string source =
      desk().start("files", {"-v", desk().name("volume") + ":/data"}, {desk().image("files:1")});
  files_batch(desk(), source, "write /data/what seed\n");
  const std::string id = desk().create(source);
  files_batch(desk(), source, "write /data/what live\n");
  const std::string old = desk().inspect(source)["Id"];
  FaultProxy proxy(desk().host());
  // Once it is stopped, and whoever has the volume is looked at.
  std::atomic<bool> is_stopped = false;
  FaultRule at_stop{.method = "POST", .path = "^/containers/.*/stop$"};
  at_stop.on_call = [&](const ProxyCall&) { is_stopped = true; };
  FaultRule at_look{.method = "GET", .path = "^/volumes$", .nth = 0};
  at_look.on_call = [&](const ProxyCall&) {
    if (is_stopped.exchange(false)) desk().docker_out({"start", old});
  };
  proxy.add(at_stop);
  proxy.add(at_look);
  RunOptions options;
  options.env["DOCKER_HOST"] = proxy.host();
  const RunResult replaced = desk().dksnap({"replace", source, "--with", id, "-y"}, options);
  EXPECT_EQ(replaced.status, 20) << replaced;
  EXPECT_EQ(desk().inspect(source)["Id"], old);
  EXPECT_TRUE(desk().runs(source));
  EXPECT_EQ(what(source), "live");
}

// Killed half-way, and then the user has removed the container: nothing can be put right any more.
TEST_P(Swap, WhatCannotBePutRightIsInNobodysWay) {
  for (const bool by_doctor : {false, true}) {
    const std::string source = desk().start("files", {}, {desk().image("files:1")});
    const std::string id = desk().create(source);
    kill_replace(source, id, "^/containers/.*/rename$");
    for (const std::string& name :
         split(desk().docker_out(
                   {"ps", "-a", "--filter", "name=" + source, "--format", "{{.Names}}"}),
               '\n')) {
      if (name.find("--new-") == std::string::npos) desk().remove_container(name);
    }
    EXPECT_TRUE(succeeded(desk().dksnap({"ls"})));
    const std::string other = desk().start("other", {}, {desk().image("files:1")});
    const RunResult created = desk().dksnap({"create", other});
    ASSERT_TRUE(succeeded(created));
    EXPECT_THAT(created.err, HasSubstr("undo --forget "));
    const std::string entry = created.err.substr(created.err.find("undo --forget ") + 14, 8);
    const RunResult given_up = by_doctor ? desk().dksnap({"doctor", "--fix"})
                                         : desk().dksnap({"undo", "--forget", entry, "-y"});
    EXPECT_TRUE(succeeded(given_up));
    EXPECT_THAT(given_up.out, HasSubstr(entry));
    const RunResult after = desk().dksnap({"create", other});
    ASSERT_TRUE(succeeded(after));
    EXPECT_EQ(after.err.find("--forget"), std::string::npos) << after;
    EXPECT_EQ(desk().docker_out({"ps", "-aq", "--filter", "name=" + source + "--"}), "");
  }
}

}  // namespace
}  // namespace dksnap::test
