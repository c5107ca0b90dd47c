// Wherever a container keeps its data: replace brings the snapshot's, undo the old one's.
#include <algorithm>
#include <atomic>
#include <filesystem>
#include <regex>
#include <thread>

#include <nlohmann/json.hpp>

#include "base/text.hpp"
#include "support/files_image.hpp"
#include "support/postgres_image.hpp"
#include "support/store_lanes.hpp"

namespace dksnap::test {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;

class ReplacePlaces : public OnEitherStore {
 protected:
  // A source with files of every sort in kPlace, then a snapshot of it, then other files. The
  // image's own program writes beside them all the time.
  std::string start(const Words& options) {
    const std::string source = desk().start("files", options, {desk().image("files:1")});
    files_batch(
        desk(), source,
        "mkdir /data/t\nmkdir /data/t/deep\nfill /data/t/deep/same 200000 1\n"
        "fill /data/t/deep/changed 100000 2\nwrite /data/t/gone 1\nchmod 0640 /data/t/gone\n"
        "chown 12 34 /data/t/gone\nsymlink gone /data/t/link\n");
    snapshot_ = desk().create(source, {"-m", "seed"});
    seed_ = tree(source);
    files_batch(desk(), source,
                "fill /data/t/deep/changed 100000 3\nrm /data/t/gone\nmkdir /data/t/extra\n"
                "write /data/t/extra/file x\nchmod 0700 /data/t/deep\n");
    live_ = tree(source);
    EXPECT_NE(seed_, live_);
    return source;
  }
  std::string tree(const std::string& container) {
    static const std::regex times("( type=dir [^\n]*) mtime_ns=[0-9]+");
    const std::string all = files_tree(desk(), container, "/data/t");
    return with_directory_times_ ? all : std::regex_replace(all, times, "$1");
  }

  // By `ps`.
  std::string snapshot_in(const std::string& container) {
    for (const std::string& line : split(desk().dksnap({"ps", "-a", "--json"}).out, '\n')) {
      if (line.empty()) continue;
      const auto row = nlohmann::json::parse(line);
      if (row["container"] == container) return row["snapshot_title"];
    }
    return {};
  }

  void expect_back_and_forth(const std::string& source) {
    const RunResult replaced =
        desk().dksnap({"replace", source, "--with", snapshot_, "-y", "--wait", "0"});
    ASSERT_TRUE(succeeded(replaced));
    EXPECT_EQ(replaced.out, source + "\n");
    EXPECT_TRUE(desk().runs(source));
    EXPECT_EQ(tree(source), seed_);
    // What its image says is not put on it, and still it is known what it runs.
    EXPECT_FALSE(desk().inspect(source)["Config"]["Labels"].contains("dksnap.title"));
    EXPECT_EQ(snapshot_in(source), "seed");
    Words states{live_, seed_};
    if (is_dense()) states.push_back(live_);
    for (const std::string& expected : states) {
      ASSERT_TRUE(succeeded(desk().dksnap({"undo", source, "-y", "--wait", "0"})));
      EXPECT_TRUE(desk().runs(source));
      EXPECT_EQ(tree(source), expected);
    }
  }

  bool with_directory_times_ = true;
  std::string snapshot_;
  std::string seed_;
  std::string live_;
};
DKSNAP_ON_EITHER_STORE(ReplacePlaces);

TEST_P(ReplacePlaces, AnonymousVolume) {
  expect_back_and_forth(start({}));
}

TEST_P(ReplacePlaces, NamedVolumeKeepsItsNameLabelsAndUnchangedFiles) {
  const std::string volume = desk().name("volume");
  desk().docker_out({"volume", "create", "--label", "whose=mine", volume});
  const std::string source = start({"-v", volume + ":/data"});
  const json before = desk().inspect(volume);
  const std::string same = files(desk(), source, {"stat", "/data/t/deep/same"});
  expect_back_and_forth(source);
  const json after = desk().inspect(volume);
  for (const char* name : {"Name", "Labels", "Driver", "Mountpoint"})
    EXPECT_EQ(before[name], after[name]);
  // Not even written again.
  EXPECT_EQ(files(desk(), source, {"stat", "/data/t/deep/same"}), same);
}

TEST_P(ReplacePlaces, VolumeInAVolume) {
  const std::string outer = desk().name("outer");
  const std::string inner = desk().name("inner");
  const std::string source =
      start({"-v", outer + ":/data", "-v", inner + ":/data/deep", "-v", "/data/own"});
  expect_back_and_forth(source);
}

TEST_P(ReplacePlaces, RootFileSystem) {
  const std::string source = desk().start("files", {"-v", "/elsewhere"}, {desk().image("files:1")});
  files_batch(desk(), source,
              "mkdir /opt\nmkdir /opt/kept\nfill /opt/kept/a 50000 1\nwrite /opt/b 1\n");
  snapshot_ = desk().create(source, {"-m", "seed"});
  const std::string seed = files_tree(desk(), source, "/opt");
  files_batch(desk(), source, "fill /opt/kept/a 50000 2\nrm /opt/b\nwrite /opt/c 1\n");
  const std::string live = files_tree(desk(), source, "/opt");
  ASSERT_TRUE(
      succeeded(desk().dksnap({"replace", source, "--with", snapshot_, "-y", "--wait", "0"})));
  EXPECT_EQ(files_tree(desk(), source, "/opt"), seed);
  ASSERT_TRUE(succeeded(desk().dksnap({"undo", source, "-y", "--wait", "0"})));
  EXPECT_EQ(files_tree(desk(), source, "/opt"), live);
}

TEST_P(ReplacePlaces, Tmpfs) {
  const std::string source = start({"--tmpfs", "/data"});
  const RunResult planned = desk().dksnap({"replace", source, "--with", snapshot_, "-n"});
  EXPECT_THAT(planned.err, HasSubstr("/data is no tmpfs any more"));
  expect_back_and_forth(source);
}

TEST_P(ReplacePlaces, ContainerThatTheEngineRemoves) {
  const std::string source = start({"--rm"});
  const RunResult planned = desk().dksnap({"replace", source, "--with", snapshot_, "-n"});
  EXPECT_THAT(planned.err, HasSubstr("(--rm)"));
  expect_back_and_forth(source);
  EXPECT_EQ(desk().inspect(source)["HostConfig"]["AutoRemove"], true);
}

// A service that runs it in the foreground makes another one as soon as its own has ended.
TEST_P(ReplacePlaces, NobodyTakesTheNameOfOneThatTheEngineRemoves) {
  const std::string source = start({"--rm"});
  std::atomic<bool> over = false;
  std::atomic<int> taken = 0;
  const std::string id = desk().docker_out({"inspect", "-f", "{{.Id}}", source});
  std::thread service([&] {
    desk().docker({"wait", id});
    while (!over) {
      if (desk().docker({"run", "-d", "--rm", "--name", source, desk().image("files:1")}).status ==
          0)
        ++taken;
    }
  });
  const RunResult replaced =
      desk().dksnap({"replace", source, "--with", snapshot_, "-y", "--wait", "0"});
  over = true;
  service.join();
  EXPECT_TRUE(succeeded(replaced));
  EXPECT_EQ(taken, 0);
  EXPECT_EQ(tree(source), seed_);
}

TEST_P(ReplacePlaces, ContainerThatCannotWriteItsOwnFiles) {
  // The engine fills the new volume, and gives its directories times of its own.
  with_directory_times_ = false;
  const std::string source = start({"--read-only", "-v", "/var/lib/files"});
  expect_back_and_forth(source);
  files_batch(desk(), source, "write /data/still 1\n");
}

TEST_P(ReplacePlaces, StoppedContainer) {
  const std::string source = start({});
  desk().docker_out({"stop", "-t", "5", source});
  ASSERT_TRUE(
      succeeded(desk().dksnap({"replace", source, "--with", snapshot_, "-y", "--wait", "0"})));
  EXPECT_EQ(tree(source), seed_);
  ASSERT_TRUE(succeeded(desk().dksnap({"undo", source, "-y", "--wait", "0"})));
  EXPECT_FALSE(desk().runs(source)) << "it did not run before";
  desk().docker_out({"start", source});
  EXPECT_EQ(tree(source), live_);
}

TEST_P(ReplacePlaces, VolumesThatTheSnapshotDoesNotHoldStayAsTheyAre) {
  const std::string other = desk().name("other");
  const std::string image = desk().image("files:1");
  const std::string maker = start({});
  // Another container of the same image, with two more volumes.
  const std::string source =
      desk().start("more", {"-v", other + ":/more", "-v", "/nameless"}, {image});
  files_batch(desk(), source, "write /more/kept 1\nwrite /nameless/kept 2\n");
  ASSERT_TRUE(
      succeeded(desk().dksnap({"replace", source, "--with", snapshot_, "-y", "--wait", "0"})));
  EXPECT_EQ(tree(source), seed_);
  EXPECT_EQ(files(desk(), source, {"cat", "/more/kept"}), "1");
  EXPECT_EQ(files(desk(), source, {"cat", "/nameless/kept"}), "2");
}

TEST_P(ReplacePlaces, TheNextSnapshotGrowsFromTheOneThatRuns) {
  const std::string volume = desk().name("volume");
  const std::string source = start({"-v", volume + ":/data"});
  const std::string later = desk().create(source, {"-m", "later"});
  ASSERT_TRUE(
      succeeded(desk().dksnap({"replace", source, "--with", snapshot_, "-y", "--wait", "0"})));
  const auto ps = json_lines(desk().dksnap({"ps", "--json"}).out);
  const auto line = std::find_if(ps.begin(), ps.end(),
                                 [&](const json& one) { return one["container"] == source; });
  ASSERT_NE(line, ps.end());
  EXPECT_EQ((*line)["snapshot_title"], "seed");
  EXPECT_GE((*line)["snapshots"], 1) << "those of the one that had its name";
  files_batch(desk(), source, "write /data/branch 1\n");
  const json branch = desk().create_json(source, {"-m", "branch"});
  EXPECT_EQ(branch["parent"], desk().show(snapshot_)["id"]);
  EXPECT_LT(branch["added_bytes"], 100'000);
}

TEST_P(ReplacePlaces, PostgresInANamedVolumeAndInABind) {
  const TempDir outside;
  Words places{desk().name("volume"), outside / "data"};
  // One of them on each store.
  if (!is_dense()) places.erase(places.begin() + (desk().has_containerd_store() ? 1 : 0));
  for (const std::string& place : places) {
    const std::string source = start_postgres(
        desk(), {"-v", place + ":/var/lib/postgresql/data", "-p", "5432", "--restart", "always"});
    psql(desk(), source, "CREATE TABLE t AS SELECT generate_series(1, 1000) AS i");
    const std::string id = desk().create(source);
    psql(desk(), source, "DELETE FROM t WHERE i > 10; CREATE TABLE more (x int)");
    const RunResult replaced = desk().dksnap({"replace", source, "--with", id, "-y"});
    ASSERT_TRUE(succeeded(replaced));
    EXPECT_THAT(replaced.out, HasSubstr("postgresql://postgres@127.0.0.1:"));
    EXPECT_EQ(psql(desk(), source, "SELECT count(*) FROM t"), "1000");
    EXPECT_EQ(desk().inspect(source)["HostConfig"]["RestartPolicy"]["Name"], "always");
    ASSERT_TRUE(succeeded(desk().dksnap({"undo", source, "-y"})));
    EXPECT_EQ(psql(desk(), source, "SELECT count(*) FROM t"), "10");
    EXPECT_EQ(psql(desk(), source, "SELECT count(*) FROM more"), "0");
    EXPECT_EQ(desk().inspect(source)["HostConfig"]["RestartPolicy"]["Name"], "always");
    // What runs is clean: a restart changes nothing.
    desk().docker_out({"restart", source});
    wait_for_postgres(desk(), source);
    EXPECT_EQ(psql(desk(), source, "SELECT count(*) FROM t"), "10");
    desk().remove_container(source);
  }
}

// Its image is the snapshot's under another name, which nobody needs without it.
TEST_P(ReplacePlaces, TheImageOfAReplacedOneGoesWithItsLastContainer) {
  const std::string source = desk().start("files", {"-v", "/data"}, {desk().image("files:1")});
  const std::string id = desk().create(source);
  const auto twins = [&] {
    Words names;
    for (const std::string& line :
         split(desk().docker_out({"images", "--format", "{{.Repository}}:{{.Tag}}"}), '\n')) {
      if (line.starts_with("dksnap-twin/" + source)) names.push_back(line);
    }
    return names;
  };
  const std::string mine = "dksnap-twin/" + source + ":mine-00000000";
  desk().docker_out({"tag", desk().image("files:1"), mine});
  ASSERT_TRUE(succeeded(desk().dksnap({"replace", source, "--with", id, "-y", "--wait", "0"})));
  EXPECT_EQ(twins().size(), 2U);
  // The snapshot may go: what the container runs on stays with it, and grows on.
  ASSERT_TRUE(succeeded(desk().dksnap({"rm", id, "-y", "--now"})));
  const std::string next = desk().create(source);
  desk().remove_container(desk().boot(next));
  // A snapshot that has no other name is none of them.
  const std::string named = "dksnap-twin/" + source + ":kept-0123abcd";
  const std::string image = desk().show(next)["names"][0];
  desk().docker_out({"tag", image, named});
  desk().docker_out({"rmi", image});
  ASSERT_TRUE(succeeded(desk().dksnap({"undo", source, "-y", "--wait", "0"})));
  EXPECT_EQ(twins().size(), 3U) << "it is kept for a redo";
  ASSERT_TRUE(succeeded(desk().dksnap({"prune", "--now", "-y"})));
  EXPECT_THAT(twins(), ::testing::UnorderedElementsAre(mine, named)) << "the user's own stay";
  // By its name: the image itself is everybody's.
  desk().docker_out({"rmi", mine});
}

}  // namespace
}  // namespace dksnap::test
