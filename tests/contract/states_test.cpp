// Sources that do not simply run.
#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

#include "contract/kind_contract.hpp"

namespace dksnap::test {
namespace {

using nlohmann::json;

TEST_P(KindContract, AStoppedContainerIsTakenAsItIs) {
  const std::string copy = run_copy(line().first);
  kind().add(desk(), copy, "beforestop");
  kind().remove_doomed(desk(), copy);
  const std::string before = state(copy);
  desk().docker_out({"stop", "-t", "20", copy});
  const json taken = desk().create_json(copy, {"-m", "stopped"});
  EXPECT_EQ(taken["frozen_ms"], 0);
  EXPECT_EQ(taken["kind"], kind().kind());
  EXPECT_EQ(desk().inspect(copy)["State"]["Status"], "exited");
  const std::string booted = boot(taken["id"]);
  EXPECT_EQ(state(booted), before);
  EXPECT_FALSE(has_file(booted, line().doomed_file));
}

TEST_P(KindContract, AKilledContainerRecovers) {
  const std::string copy = run_copy(line().first);
  kind().add(desk(), copy, "beforekill");
  const std::string before = state(copy);
  desk().docker_out({"kill", copy});
  const json taken = desk().create_json(copy, {"-m", "killed"});
  EXPECT_EQ(taken["settled"], kind().settles());
  EXPECT_EQ(state(boot(taken["id"])), before);
}

TEST_P(KindContract, APausedContainerStaysPaused) {
  const std::string copy = run_copy(line().first);
  kind().add(desk(), copy, "beforepause");
  const std::string before = state(copy);
  desk().docker_out({"pause", copy});
  const RunResult result = desk().dksnap({"create", copy, "-m", "paused", "--json"});
  EXPECT_TRUE(desk().inspect(copy)["State"]["Paused"].get<bool>());
  desk().docker_out({"unpause", copy});
  ASSERT_TRUE(succeeded(result));
  const json taken = json::parse(result.out);
  EXPECT_EQ(taken["kind"], kind().kind());
  EXPECT_THAT(result.err, ::testing::HasSubstr("was paused before, and stays so"));
  EXPECT_EQ(state(boot(taken["id"])), before);
  EXPECT_EQ(state(copy), before);
}

}  // namespace
}  // namespace dksnap::test
