// ls, show, ps: one line a thing, the same on a terminal and in a pipe.
#include <nlohmann/json.hpp>

#include "base/text.hpp"
#include "support/files_image.hpp"
#include "support/store_lanes.hpp"

namespace dksnap::test {
namespace {

using nlohmann::json;
using ::testing::ContainsRegex;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

// a (64 kB) ── b (pinned); and a branch c from a copy of a.
class Listing : public OnOneEngine {
 protected:
  struct Made {
    std::string source, a, b, c;
  };
  static Made& made() {
    static Made all;
    return all;
  }
  void SetUp() override {
    OnOneEngine::SetUp();
    if (IsSkipped() || !made().source.empty()) return;
    made().source = desk().start("files", {}, {desk().image("files:1")});
    files_batch(desk(), made().source, "fill /data/file 64000\n");
    made().a = desk().create(made().source, {"-m", "Zebra", "--note", "a note"});
    files_batch(desk(), made().source, "fill /data/more 640000\n");
    made().b = desk().create(made().source, {"-m", "ant", "--pin"});
  }
  static void TearDownTestSuite() {
    made() = {};
    OnOneEngine::TearDownTestSuite();
  }
  Words ids(Words arguments) {
    arguments.insert(arguments.begin(), {"ls", "-q"});
    const RunResult result = desk().dksnap(std::move(arguments));
    EXPECT_TRUE(succeeded(result));
    Words lines = split(result.out, '\n');
    lines.pop_back();
    return lines;
  }
};

TEST_F(Listing, TreeHasTheBaseAsItsRoot) {
  const RunResult result = desk().dksnap({"ls", made().source});
  ASSERT_TRUE(succeeded(result));
  const Words lines = split(result.out, '\n');
  ASSERT_EQ(lines.size(), 5U) << result;
  EXPECT_THAT(lines[0], ContainsRegex("^ID +KIND +CREATED +ADDED +USE +TITLE$"));
  EXPECT_THAT(lines[1], ::testing::EndsWith("  " + desk().image("files:1")));
  EXPECT_THAT(lines[2],
              ContainsRegex("^" + made().a + "  files .*(ago|just now) .* kB .*└─ Zebra$"));
  EXPECT_THAT(lines[3], ContainsRegex("^" + made().b + "  files .*   └─ ant \\[pinned\\]$"));
  EXPECT_THAT(result.err, HasSubstr("2 snapshots"));
}

TEST_F(Listing, FlatSortAndFilter) {
  const std::string& source = made().source;
  EXPECT_THAT(ids({source}), ElementsAre(made().b, made().a));
  EXPECT_THAT(ids({source, "--sort", "title"}), ElementsAre(made().b, made().a));
  EXPECT_THAT(ids({source, "--sort", "size"}), ElementsAre(made().b, made().a));
  EXPECT_THAT(ids({"--filter", "container=" + source}), ElementsAre(made().b, made().a));
  EXPECT_THAT(ids({source, "--filter", "title=ZEB"}), ElementsAre(made().a));
  EXPECT_THAT(ids({source, "--filter", "pinned=true"}), ElementsAre(made().b));
  EXPECT_THAT(ids({source, "--filter", "pinned=false"}), ElementsAre(made().a));
  EXPECT_THAT(ids({source, "--filter", "parent=" + made().a}), ElementsAre(made().b));
  EXPECT_THAT(ids({source, "--filter", "kind=postgres"}), ElementsAre());
  EXPECT_THAT(
      ids({source, "--filter", "kind=files", "--filter", "title=a", "--filter", "pinned=true"}),
      ElementsAre(made().b));
  const RunResult flat = desk().dksnap({"ls", source, "--flat"});
  EXPECT_THAT(flat.out, Not(HasSubstr("└")));
  EXPECT_EQ(split(flat.out, '\n').size(), 4U) << flat;
  EXPECT_EQ(desk().dksnap({"list", source, "--json"}).out,
            desk().dksnap({"ls", source, "--json"}).out);
}

// It has the snapshot's labels, and is none.
TEST_F(Listing, AnImageBuiltOnASnapshotIsNotTakenForIt) {
  const std::string built = desk().name("built") + ":1";
  const std::string below = desk().show(made().b)["names"][0];
  ASSERT_TRUE(succeeded(desk().docker(
      {"build", "-t", built, "-"},
      {.env = {{"DOCKER_BUILDKIT", "0"}},
       .input = "FROM " + below + "\nCOPY --from=" + below + " /data/file /data/another\n"})));
  EXPECT_THAT(ids({made().source, "--flat"}), ::testing::UnorderedElementsAre(made().a, made().b));
  EXPECT_EQ(desk().show(made().b)["names"][0], below);
  EXPECT_EQ(desk().show("ant")["names"][0], below);
  desk().docker_out({"rmi", built});
}

TEST_F(Listing, ReferencesNameASnapshot) {
  const json a = desk().show(made().a);
  const std::string whole_id = a["id"];
  const std::string image = a["names"][0];
  const std::string image_id = a["image_id"];
  for (const std::string& reference :
       {whole_id, whole_id.substr(0, 5), image, image_id, made().b + "~1", made().b + "~",
        "latest:" + made().source + "~1"}) {
    EXPECT_EQ(desk().show(reference)["id"], whole_id) << reference;
  }
  EXPECT_EQ(desk().show("latest:" + made().source)["id"], desk().show(made().b)["id"]);
}

TEST_F(Listing, ShowIsForPeopleAndInspectForPrograms) {
  const RunResult shown = desk().dksnap({"show", made().a});
  ASSERT_TRUE(succeeded(shown));
  for (const char* text :
       {"title", "Zebra", "a note", "captured", "/data", "dksnap boot", "docker run"}) {
    EXPECT_THAT(shown.out, HasSubstr(text));
  }
  EXPECT_THAT(desk().dksnap({"show", made().b}).out, HasSubstr(made().a + " \"Zebra\""));
}

TEST_F(Listing, PsShowsContainersAndWhereTheirDataCameFrom) {
  const std::string copy = desk().boot(made().a);
  desk().docker_out({"stop", copy});
  EXPECT_THAT(split(desk().dksnap({"ps", "-q"}).out, '\n'), Not(::testing::Contains(copy)));
  EXPECT_THAT(split(desk().dksnap({"ps", "-q", "-a"}).out, '\n'), ::testing::Contains(copy));
  const RunResult all = desk().dksnap({"ps", "--all"});
  EXPECT_THAT(all.out, ContainsRegex(copy + " +files +exited .* Zebra "));
  EXPECT_THAT(all.out, ContainsRegex(made().source + " +files +up .* ant .* 2\n"));
  EXPECT_THAT(desk().dksnap({"ls", made().source}).out,
              ContainsRegex(made().a + ".*  1    +└─ Zebra"));
}

TEST_F(Listing, NothingFits) {
  const RunResult none = desk().dksnap({"ls", made().source, "--filter", "title=nothing"});
  EXPECT_TRUE(succeeded(none));
  EXPECT_EQ(none.out, "");
  EXPECT_THAT(none.err, HasSubstr("No snapshot fits"));
}

}  // namespace
}  // namespace dksnap::test
