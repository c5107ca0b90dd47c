// A snapshot of a container that is stopped for it.
#include <filesystem>
#include <fstream>
#include <unistd.h>

#include <nlohmann/json.hpp>

#include "support/eventually.hpp"
#include "support/files_image.hpp"
#include "support/store_lanes.hpp"

namespace dksnap::test {
namespace {

using ::testing::HasSubstr;

std::string host_name() {
  std::string name(256, '\0');
  ::gethostname(name.data(), name.size());
  return name.c_str();
}

class Stop : public OnOneEngine {
 protected:
  RunResult stop(const std::string& container, const Words& more = {"-y"}) {
    Words words{"create", container, "--method", "stop"};
    words.insert(words.end(), more.begin(), more.end());
    return desk().dksnap(words);
  }
  std::string policy(const std::string& container) {
    return desk().inspect(container)["HostConfig"]["RestartPolicy"]["Name"];
  }
};

TEST_F(Stop, ItStopsByItsOwnSignalAndRunsAgain) {
  const std::string container =
      desk().start("stopped", {"--restart", "always", "-p", "127.0.0.1::6001", "-v", "/data"},
                   {desk().image("files:1")});
  desk().docker_out({"exec", container, "/files", "write", "/data/a", "1"});
  const std::string begun = desk().inspect(container)["State"]["StartedAt"];
  const RunResult result = stop(container);
  EXPECT_EQ(result.status, 0) << result;
  EXPECT_THAT(result.err, HasSubstr("clients are disconnected"));
  EXPECT_THAT(result.err, HasSubstr("the host's port of 6001/tcp"));
  const auto inspect = desk().inspect(container);
  EXPECT_TRUE(inspect["State"]["Running"].get<bool>());
  EXPECT_NE(inspect["State"]["StartedAt"], begun);
  EXPECT_EQ(policy(container), "always");
  // One that does not run is not asked about, and stays as it is.
  desk().docker_out({"stop", "-t", "5", container});
  EXPECT_EQ(stop(container, {}).status, 0);
  EXPECT_FALSE(desk().inspect(container)["State"]["Running"].get<bool>());
}

TEST_F(Stop, NobodyIsStoppedUnasked) {
  const std::string container = desk().start("asked", {}, {desk().image("files:1")});
  const std::string begun = desk().inspect(container)["State"]["StartedAt"];
  const RunResult unasked = stop(container, {});
  EXPECT_EQ(unasked.status, 2) << unasked;
  EXPECT_THAT(unasked.err, HasSubstr("is stopped and started again"));
  const RunResult planned = stop(container, {"-n"});
  EXPECT_EQ(planned.status, 0) << planned;
  EXPECT_THAT(planned.err, HasSubstr("clients are disconnected"));
  EXPECT_EQ(desk().inspect(container)["State"]["StartedAt"], begun);
}

TEST_F(Stop, WhatWouldNotComeBackIsRefused) {
  const std::string image = desk().image("files:1");
  const std::string removed = desk().start("removed", {"--rm"}, {image});
  const std::string paused = desk().start("paused", {}, {image});
  desk().docker_out({"pause", paused});
  for (const auto& [container, why] :
       {std::pair{removed, "--rm"},
        std::pair{desk().start("memory", {"--tmpfs", "/data"}, {image}), "tmpfs"},
        std::pair{paused, "it is paused"}}) {
    const RunResult result = stop(container);
    EXPECT_THAT(result.status, testing::AnyOf(2, 12)) << result;
    EXPECT_THAT(result.err, HasSubstr(why));
    EXPECT_TRUE(desk().inspect(container)["State"]["Running"].get<bool>());
  }
  desk().docker_out({"unpause", paused});
}

// What the engine needs for a start may be gone.
TEST_F(Stop, WhatCouldNotBeStartedAgainIsRefused) {
  const std::string image = desk().image("files:1");
  const std::string other = desk().start("other", {}, {image});
  const std::string linked = desk().start("linked", {"--link", other + ":cache"}, {image});
  const std::string inside = desk().start("inside", {"--network", "container:" + other}, {image});
  desk().docker_out({"stop", "-t", "5", other});
  for (const std::string& container : {linked, inside}) {
    const RunResult result = stop(container);
    EXPECT_EQ(result.status, 2) << result;
    EXPECT_THAT(result.err, HasSubstr("would not start it again"));
    EXPECT_TRUE(desk().inspect(container)["State"]["Running"].get<bool>());
  }
  // Nor can a program be started in it, and it is snapshotted all the same.
  EXPECT_TRUE(succeeded(desk().dksnap({"create", linked})));
}

// What a user has done since is their will.
TEST_F(Stop, ANoteOfAnEarlierRunIsNotActedUpon) {
  const std::string container = desk().start("noted", {}, {desk().image("files:1")});
  const std::string id = desk().inspect(container)["Id"];
  const std::filesystem::path notes = desk().home() / "state/dksnap/stopped";
  std::filesystem::create_directories(notes);
  std::filesystem::permissions(notes, std::filesystem::perms(0700));
  desk().docker_out({"stop", "-t", "5", container});
  // Of a process that is gone, about a run that was another one.
  const std::filesystem::path note = notes / (id + ".999999");
  std::ofstream(note) << "999999@" << host_name() << ":1\nalways 2020-01-01T00:00:00Z";
  std::filesystem::permissions(note, std::filesystem::perms(0600));
  EXPECT_TRUE(succeeded(desk().dksnap({"doctor", "--fix"})));
  EXPECT_FALSE(std::filesystem::exists(note));
  EXPECT_FALSE(desk().inspect(container)["State"]["Running"].get<bool>());
  EXPECT_EQ(policy(container), "no");
}

}  // namespace
}  // namespace dksnap::test
