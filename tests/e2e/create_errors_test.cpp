// Containers that cannot be snapshotted, and names that cannot be given.
#include <nlohmann/json.hpp>

#include "base/text.hpp"
#include "error_case.hpp"
#include "support/eventually.hpp"
#include "support/files_image.hpp"
#include "support/store_lanes.hpp"

namespace dksnap::test {
namespace {

using nlohmann::json;

class CreateErrors : public OnOneEngine {
 protected:
  std::string start() { return desk().start("files", {}, {desk().image("files:1")}); }
};

TEST_F(CreateErrors, NoSuchContainer) {
  const std::string source = start();
  std::string typo = source;
  typo[typo.size() - 2] = 'x';
  EXPECT_TRUE(fails_with(11, desk().dksnap({"create", typo}), {typo, "did you mean", source}));
  EXPECT_TRUE(
      fails_with(11, desk().dksnap({"create", "nothing-like-any-of-them-at-all"}), {"dksnap ps"}));
  EXPECT_TRUE(fails_with(11, desk().dksnap({"create", ""})));
  EXPECT_TRUE(fails_with(11, desk().dksnap({"create", "../images"})));
}

// The image says that its data is there, and no database is recognised in it.
TEST_F(CreateErrors, DataThatIsNotCapturedMakesItIncomplete) {
  const TempDir directory;
  const std::string source = desk().start("files", {"-v", directory.path().string() + ":/data"},
                                          {desk().image("files:1")});
  const RunResult created = desk().dksnap({"create", source, "--json"});
  EXPECT_EQ(created.status, 3) << created;
  EXPECT_THAT(created.err, testing::HasSubstr("INCOMPLETE: not in it is /data"));
  const json snapshot = json::parse(created.out);
  EXPECT_EQ(snapshot["missing"].size(), 1U);
  EXPECT_EQ(desk().dksnap({"show", snapshot["id"].get<std::string>()}).status, 0);
  EXPECT_EQ(desk().dksnap({"create", source, "-n"}).status, 3);
}

TEST_F(CreateErrors, AReferenceThatNamesSeveral) {
  const std::string title = desk().name("seed");
  const std::string one = desk().create(start(), {"-m", title});
  const std::string other = desk().create(start(), {"-m", title});
  EXPECT_TRUE(fails_with(11, desk().dksnap({"boot", title}), {one, other, "use the whole id"}));
  EXPECT_TRUE(fails_with(11, desk().dksnap({"show", title}), {one, other}));
  EXPECT_TRUE(fails_with(11, desk().dksnap({"show", title + "x"}), {"did you mean", title}));
  EXPECT_TRUE(fails_with(11, desk().dksnap({"show", one + "~1"}), {"has no parent"}));
  EXPECT_TRUE(fails_with(11, desk().dksnap({"ls", title}), {"no snapshots of"}));
}

TEST_F(CreateErrors, ATakenTitleOffersAFreeOne) {
  const std::string source = start();
  desk().create(source, {"-m", "Before migration"});
  const RunResult taken = desk().dksnap({"create", source, "-m", "before migration"});
  EXPECT_TRUE(fails_with(12, taken, {"before migration", "'before migration 2'"}));
  // Titles belong to a container.
  desk().create(start(), {"-m", "Before migration"});
}

TEST_F(CreateErrors, ATakenNameIsNeverMoved) {
  const std::string source = start();
  const std::string name = desk().name("image") + ":1";
  const json first = desk().create_json(source, {"-m", "one", "--name", name});
  EXPECT_EQ(first["names"], json::array({name}));
  EXPECT_TRUE(
      fails_with(12, desk().dksnap({"create", source, "-m", "two", "--name", name}), {name}));
  EXPECT_EQ(desk().inspect(name)["Id"], first["image_id"]);
  EXPECT_EQ(desk().dksnap({"ls", "-q", source}).out,
            first["id"].get<std::string>().substr(0, 8) + "\n");
  EXPECT_TRUE(
      fails_with(2, desk().dksnap({"create", source, "--name", "Not A Name"}), {"Not A Name"}));
}

TEST_F(CreateErrors, ARestartLoop) {
  const std::string source =
      desk().start("loop", {"--restart", "always"}, {desk().image("files:1"), "no-such-command"});
  // The pauses between two attempts double; after some they are long.
  ASSERT_TRUE(eventually("it waits between two attempts", [&] {
    return desk().inspect(source)["RestartCount"] >= 5 &&
           desk().inspect(source)["State"]["Restarting"].get<bool>();
  }));
  EXPECT_TRUE(
      fails_with(2, desk().dksnap({"create", source}), {"restart loop", "docker stop " + source}));
  desk().docker_out({"stop", source});
  desk().create(source, {"-m", "stopped"});
}

TEST_F(CreateErrors, TitlesOfAllKinds) {
  const std::string source = start();
  const std::string mark = desk().home() / "made-by-a-title";
  // Nobody else's.
  std::string longest = desk().name("x");
  longest.resize(4096, 'x');
  const Words titles{"-it's \"quoted\" \\ `here` $(touch " + mark + ")",
                     "two\nlines\tand a tab, \x1b[31mred",
                     "  {\"json\": [1]} \xf0\x9f\x98\x80 emoji \xc3\xa9  ", longest};
  for (const std::string& title : titles) {
    const json taken = desk().create_json(source, {"--message=" + title});
    EXPECT_EQ(taken["title"], title);
    EXPECT_EQ(desk().show(taken["id"])["title"], title);
    EXPECT_EQ(desk().show(title)["id"], taken["id"]);
  }
  const RunResult listed = desk().dksnap({"ls", source});
  EXPECT_EQ(split(trim(listed.out), '\n').size(), titles.size() + 2) << listed;
  EXPECT_EQ(listed.out.find('\x1b'), std::string::npos) << "a title speaks to the terminal";
  EXPECT_NE(run({"test", "-e", mark}).status, 0);
  EXPECT_TRUE(fails_with(2, desk().dksnap({"create", source, "-m", std::string(4097, 'x')}),
                         {"too long", "--note"}));
}

TEST_F(CreateErrors, AScratchIsNoSource) {
  const std::string source = desk().start(
      "scratch", {"--label", "dksnap.role=scratch", "--label", "dksnap.owner=1@elsewhere:1"},
      {desk().image("files:1")});
  EXPECT_TRUE(fails_with(2, desk().dksnap({"create", source}), {"scratch"}));
}

TEST_F(CreateErrors, AnImageRemovedByForce) {
  // Of its own: another image's layers would keep it alive.
  const std::string maker = start();
  const std::string image = desk().name("base") + ":1";
  const std::string id = desk().docker_out({"commit", maker, image});
  const std::string source = desk().start("files", {}, {image});
  desk().docker_out({"rmi", "-f", image});
  const RunResult result = desk().dksnap({"create", source});
  desk().remove_container(source);
  desk().docker({"rmi", "-f", id});
  // An engine that keeps the image of a running container gives a snapshot all the same.
  if (result.status == 0) return;
  EXPECT_TRUE(fails_with(11, result, {"removed by force", "docker pull"}));
}

}  // namespace
}  // namespace dksnap::test
