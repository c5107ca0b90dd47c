#include <algorithm>

#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

#include "contract/kind_contract.hpp"

namespace dksnap::test {
namespace {

using nlohmann::json;

TEST_P(KindContract, BootsShowTheStateOfTheirMoment) {
  const std::string first = desk().boot(line().first);
  EXPECT_EQ(state(first), line().first_state);
  const std::string second = desk().boot(line().second);
  EXPECT_EQ(state(second), line().second_state);
  EXPECT_TRUE(has_file(first, line().doomed_file));
  EXPECT_FALSE(has_file(second, line().doomed_file));
}

TEST_P(KindContract, DockerRunBootsItAndARestartKeepsWhatCameLater) {
  const std::string copy = run_copy(line().second);
  EXPECT_EQ(state(copy), line().second_state);
  kind().add(desk(), copy, "later");
  const std::string later = state(copy);
  EXPECT_NE(later, line().second_state);
  desk().docker_out({"restart", "-t", "20", copy});
  kind().wait(desk(), copy);
  EXPECT_EQ(state(copy), later);
}

TEST_P(KindContract, CopiesDoNotTouchEachOtherOrTheSource) {
  const std::string one = run_copy(line().second);
  const std::string other = run_copy(line().second);
  kind().add(desk(), one, "onlyhere");
  EXPECT_EQ(state(other), line().second_state);
  EXPECT_EQ(state(line().source), line().second_state);
}

TEST_P(KindContract, ASnapshotOfACopyGrowsFromTheCopysSnapshot) {
  const std::string copy = boot(line().first);
  kind().add(desk(), copy, "branch");
  const std::string changed = state(copy);
  const json branch = desk().create_json(copy, {"-m", "branch"});
  EXPECT_EQ(branch["parent"], desk().show(line().first)["id"]);
  EXPECT_EQ(branch["base"], desk().show(line().first)["base"]);
  EXPECT_LT(branch["added_bytes"].get<double>(),
            std::max(desk().show(line().first)["added_bytes"].get<double>() * 0.4,
                     static_cast<double>(kind().always_writes())));
  EXPECT_EQ(state(boot(branch["id"])), changed);
}

TEST_P(KindContract, AFullSnapshotOfACopyHasAllOfItsData) {
  const std::string copy = run_copy(line().second);
  kind().add(desk(), copy, "full");
  const std::string changed = state(copy);
  const json full = desk().create_json(copy, {"-m", "full", "--full"});
  EXPECT_GT(full["added_bytes"], 8'000'000);
  const std::string booted = boot(full["id"]);
  EXPECT_EQ(state(booted), changed);
  EXPECT_FALSE(has_file(booted, line().doomed_file));
}

TEST_P(KindContract, VerifySaysWhatIsKnownOfACopy) {
  const std::string copy = run_copy(line().first);
  const RunResult result = desk().dksnap({"create", copy, "-m", "verified", "--verify"});
  EXPECT_TRUE(succeeded(result));
  EXPECT_THAT(result.err, ::testing::HasSubstr("verified: a copy booted and " + kind().verified()));
}

}  // namespace
}  // namespace dksnap::test
