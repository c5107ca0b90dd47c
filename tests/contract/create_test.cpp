#include <algorithm>

#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

#include "base/text.hpp"
#include "contract/kind_contract.hpp"

namespace dksnap::test {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;
using ::testing::MatchesRegex;

TEST_P(KindContract, PsKnowsKindAndVersion) {
  const RunResult listed = desk().dksnap({"ps", "--json"});
  ASSERT_TRUE(succeeded(listed));
  json found;
  for (const json& one : json_lines(listed.out)) {
    if (one["container"] == line().source) found = one;
  }
  EXPECT_EQ(found["kind"], kind().kind());
  EXPECT_EQ(found["version"], kind().version());
  EXPECT_EQ(found["state"], "running");
  EXPECT_EQ(found["snapshot_title"], "second");
  EXPECT_EQ(found["snapshots"], 2);
  const std::string kind_and_version(trim(kind().kind() + " " + kind().version()));
  EXPECT_THAT(
      desk().dksnap({"ps"}).out,
      ::testing::ContainsRegex(line().source + " +" + kind_and_version + " +up .* second "));
}

TEST_P(KindContract, CreatePrintsTheIdAlone) {
  EXPECT_THAT(line().first_run.out, MatchesRegex("[0-9a-f]{8}\n"));
  EXPECT_THAT(line().first_run.err, HasSubstr("Snapshot \"first\" of " + line().source));
}

TEST_P(KindContract, ShowTellsWhatWasTaken) {
  const json first = desk().show(line().first);
  EXPECT_THAT(first["id"].get<std::string>(), MatchesRegex(line().first + "[0-9a-f]{8}"));
  EXPECT_EQ(first["title"], "first");
  EXPECT_EQ(first["parent"], "");
  EXPECT_EQ(first["container"], line().source);
  EXPECT_EQ(first["container_id"], desk().inspect(line().source)["Id"]);
  EXPECT_EQ(first["kind"], kind().kind());
  EXPECT_THAT(first["server_version"].get<std::string>(), ::testing::StartsWith(kind().version()));
  EXPECT_EQ(first["capture"], "copy");
  EXPECT_EQ(first["settled"], kind().settles());
  EXPECT_EQ(first["base"], desk().inspect(line().source)["Config"]["Image"]);
  EXPECT_EQ(first["names"], json::array({"dksnap/" + line().source + ":first"}));
  EXPECT_GT(first["data_bytes"], 8'000'000);
  EXPECT_GT(first["added_bytes"], 8'000'000);
  const json second = desk().show(line().second);
  EXPECT_EQ(second["parent"], first["id"]);
  EXPECT_EQ(second["base"], first["base"]);
}

TEST_P(KindContract, ASecondSnapshotStoresOnlyWhatChanged) {
  const json first = desk().show(line().first);
  const json second = desk().show(line().second);
  // One segment of the write-ahead log, 16 MB, is what PostgreSQL always changes.
  const auto always = static_cast<double>(kind().always_writes());
  EXPECT_LT(second["added_bytes"].get<double>(),
            std::max(first["added_bytes"].get<double>() * 0.4, always));
  const auto layers = [&](const json& snapshot) {
    return desk().inspect(snapshot["names"][0])["RootFS"]["Layers"];
  };
  const json below = layers(first);
  const json all = layers(second);
  ASSERT_EQ(all.size(), below.size() + 1);
  EXPECT_TRUE(std::equal(below.begin(), below.end(), all.begin()));
}

TEST_P(KindContract, LsDrawsTheLine) {
  const RunResult tree = desk().dksnap({"ls", line().source});
  ASSERT_TRUE(succeeded(tree));
  EXPECT_THAT(tree.out, ::testing::ContainsRegex(line().first + " .*  └─ first\n" + line().second +
                                                 " .*     └─ second\n"));
  EXPECT_EQ(desk().dksnap({"ls", "-q", line().source}).out,
            line().second + "\n" + line().first + "\n");
}

TEST_P(KindContract, TheSourceIsAsItWas) {
  EXPECT_EQ(desk().inspect(line().source)["State"]["StartedAt"], line().started);
  EXPECT_EQ(state(line().source), line().second_state);
}

TEST_P(KindContract, NothingChangedIsASmallSnapshotToo) {
  const std::string copy = run_copy(line().second);
  const json first = desk().create_json(copy, {"-m", "one"});
  const json second = desk().create_json(copy, {"-m", "two"});
  EXPECT_EQ(second["parent"], first["id"]);
  EXPECT_LT(second["copied_bytes"].get<double>(),
            kind().unchanged_bytes() + kind().always_writes());
}

}  // namespace
}  // namespace dksnap::test
