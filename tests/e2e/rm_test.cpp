// Nothing is removed without a way back, unless it is asked for.
#include <nlohmann/json.hpp>

#include "base/text.hpp"
#include "error_case.hpp"
#include "support/files_image.hpp"
#include "support/store_lanes.hpp"

namespace dksnap::test {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;

class Rm : public OnBothStores {
 protected:
  std::string start() { return desk().start("files", {}, {desk().image("files:1")}); }
  bool listed(const std::string& id) {
    return desk().dksnap({"ls", "-q"}).out.find(id) != std::string::npos;
  }
};
DKSNAP_ON_BOTH_STORES(Rm);

TEST_P(Rm, AsksAndWithoutATerminalRefuses) {
  const std::string id = desk().create(start());
  EXPECT_TRUE(fails_with(2, desk().dksnap({"rm", id}), {"question", "-y"}));
  EXPECT_TRUE(fails_with(2, desk().dksnap({"rm", id, "--no-input"}), {"-y"}));
  EXPECT_TRUE(listed(id));
}

TEST_P(Rm, TheBinGivesItBack) {
  const std::string source = start();
  const std::string title = desk().name("to-remove");
  const std::string id = desk().create(source, {"-m", title});
  const std::string image = desk().show(id)["names"][0];
  const RunResult removed = desk().dksnap({"rm", title, "-y"});
  ASSERT_TRUE(succeeded(removed));
  EXPECT_EQ(removed.out, id + "\n");
  EXPECT_FALSE(listed(id));
  EXPECT_EQ(desk().dksnap({"show", id}).status, 11);
  EXPECT_NE(desk().docker({"image", "inspect", image}).status, 0);
  // The title is free again.
  const std::string other = desk().create(source, {"-m", title});
  EXPECT_TRUE(succeeded(desk().dksnap({"rm", other, "--now", "-y"})));

  EXPECT_THAT(removed.err, HasSubstr("dksnap undo"));
  EXPECT_TRUE(succeeded(desk().dksnap({"undo", title, "-y"})));
  EXPECT_TRUE(listed(id));
  EXPECT_EQ(desk().show(id)["names"], json::array({image})) << "the bin's name is none of its own";
  desk().boot(id);

  // That can be taken back as well, and the next undo takes that back.
  EXPECT_TRUE(succeeded(desk().dksnap({"undo", title, "-y"})));
  EXPECT_FALSE(listed(id));
  EXPECT_TRUE(succeeded(desk().dksnap({"undo", title, "-y"})));
  EXPECT_TRUE(listed(id));
}

TEST_P(Rm, SeveralAtOnceAndAllOrNothingWhereOneIsUnknown) {
  const std::string source = start();
  const std::string one = desk().create(source, {"-m", "one"});
  const std::string two = desk().create(source, {"-m", "two"});
  EXPECT_EQ(desk().dksnap({"rm", one, "no such snapshot", "-y"}).status, 11);
  EXPECT_TRUE(listed(one));
  const RunResult removed = desk().dksnap({"delete", one, two, "-y", "--json"});
  ASSERT_TRUE(succeeded(removed));
  EXPECT_EQ(json_lines(removed.out).size(), 2U);
  EXPECT_FALSE(listed(one));
  EXPECT_FALSE(listed(two));
}

TEST_P(Rm, NowIsRefusedWhileAContainerUsesIt) {
  const std::string id = desk().create(start());
  const std::string copy = desk().boot(id);
  EXPECT_TRUE(fails_with(12, desk().dksnap({"rm", id, "--now", "-y"}), {copy, "--now"}));
  EXPECT_TRUE(listed(id));
  desk().docker_out({"stop", copy});
  EXPECT_TRUE(fails_with(12, desk().dksnap({"rm", id, "--now", "-y"}), {copy}));
  desk().remove_container(copy);
  EXPECT_TRUE(succeeded(desk().dksnap({"rm", id, "--now", "-y"})));
  EXPECT_FALSE(listed(id));
}

// The line's parent, its base's name and the container that it came from are gone.
TEST_P(Rm, AChildStaysWhole) {
  const std::string maker = start();
  const std::string base = desk().name("base") + ":1";
  ASSERT_TRUE(
      succeeded(run({"bash", "-c",
                     "docker export \"$1\" | docker import --change 'ENTRYPOINT [\"/files\"]' "
                     "--change 'CMD [\"serve\"]' --change 'VOLUME /data' - \"$2\"",
                     "bash", maker, base},
                    {.env = {{"DOCKER_HOST", desk().host()}}})));
  const std::string source = desk().start("files", {}, {base});
  files_batch(desk(), source, "fill /data/one 100000 1\n");
  const std::string parent = desk().create(source, {"-m", "parent"});
  files_batch(desk(), source, "fill /data/two 100000 2\n");
  const json child = desk().create_json(source, {"-m", "child"});
  const std::string before =
      files(desk(), source, {"sum", "/data/one"}) + files(desk(), source, {"sum", "/data/two"});

  const RunResult removed = desk().dksnap({"rm", parent, "--now", "-y"});
  ASSERT_TRUE(succeeded(removed));
  EXPECT_THAT(removed.err, HasSubstr("1 snapshot(s) that grew from it stay"));
  EXPECT_THAT(desk().dksnap({"show", child["id"]}).out, HasSubstr(parent + " (gone)"));
  EXPECT_THAT(desk().dksnap({"ls", source}).out, HasSubstr("└─ child"));

  // The next one still grows from the child.
  const json next = desk().create_json(source, {"-m", "next"});
  EXPECT_EQ(next["parent"], child["id"]);
  EXPECT_LT(next["added_bytes"], 100'000);

  desk().remove_container(source);
  desk().docker_out({"rmi", base});
  const auto sums = [&](const std::string& container) {
    return files(desk(), container, {"sum", "/data/one"}) +
           files(desk(), container, {"sum", "/data/two"});
  };
  EXPECT_EQ(sums(desk().boot(child["id"])), before);
  const std::string copy = desk().boot(next["id"]);
  EXPECT_EQ(sums(copy), before);
  // And can be saved whole, and taken a snapshot of.
  EXPECT_TRUE(
      succeeded(desk().docker({"save", "-o", desk().home() / "saved.tar", child["names"][0]})));
  EXPECT_EQ(desk().create_json(copy, {"-m", "after all"})["parent"], next["id"]);
}

}  // namespace
}  // namespace dksnap::test
