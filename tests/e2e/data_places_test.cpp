// Wherever a container keeps its data, it is in the snapshot, or named as left out.
#include <filesystem>

#include <nlohmann/json.hpp>

#include "base/text.hpp"
#include "support/files_image.hpp"
#include "support/postgres_image.hpp"
#include "support/store_lanes.hpp"

namespace dksnap::test {
namespace {

using nlohmann::json;
using ::testing::Contains;
using ::testing::HasSubstr;

class DataPlaces : public OnEitherStore {
 protected:
  // A source with a row; what of it a booted copy must show.
  std::string make_postgres(const Words& options) {
    std::string source = start_postgres(desk(), options);
    psql(desk(), source, "CREATE TABLE kept AS SELECT 42 AS answer");
    return source;
  }
  void expect_row(const std::string& id) {
    EXPECT_EQ(psql(desk(), desk().boot(id), "SELECT answer FROM kept"), "42");
  }
};
DKSNAP_ON_EITHER_STORE(DataPlaces);

TEST_P(DataPlaces, PostgresInANamedVolume) {
  const std::string volume = desk().name("volume");
  const std::string source = make_postgres({"-v", volume + ":/var/lib/postgresql/data"});
  const json taken = desk().create_json(source);
  EXPECT_EQ(taken["paths"], json::array({"/var/lib/postgresql/data"}));
  expect_row(taken["id"]);
  // A copy must not depend on the volume.
  desk().remove_container(source);
  desk().docker_out({"volume", "rm", volume});
  expect_row(taken["id"]);
}

TEST_P(DataPlaces, PostgresInABoundDirectoryAndOtherBindsLeftOut) {
  const TempDir outside;
  std::filesystem::create_directory(outside.path() / "data");
  std::filesystem::create_directory(outside.path() / "config");
  const std::string source = make_postgres({"-v", outside / "data" + ":/var/lib/postgresql/data",
                                            "-v", outside / "config" + ":/etc/app:ro"});
  const RunResult result = desk().dksnap({"create", source, "--json", "--progress", "plain"});
  ASSERT_TRUE(succeeded(result));
  const json taken = json::parse(result.out);
  EXPECT_EQ(taken["paths"], json::array({"/var/lib/postgresql/data"}));
  ASSERT_EQ(taken["left_out"].size(), 1U) << taken["left_out"];
  const std::string what = taken["left_out"][0]["what"];
  EXPECT_THAT(what, HasSubstr("/etc/app"));
  EXPECT_THAT(what, HasSubstr(outside / "config"));
  EXPECT_THAT(result.err, HasSubstr("left out: " + what));
  EXPECT_EQ(desk().show(taken["id"])["left_out"], taken["left_out"]);
  expect_row(taken["id"]);
}

TEST_P(DataPlaces, PostgresInTheRootFileSystem) {
  const std::string source = make_postgres({"-e", "PGDATA=/var/lib/postgresql/elsewhere"});
  const json taken = desk().create_json(source);
  EXPECT_EQ(taken["kind"], "postgres");
  EXPECT_THAT(taken["paths"], Contains("/var/lib/postgresql/elsewhere"));
  psql(desk(), source, "UPDATE kept SET answer = 43");
  const json later = desk().create_json(source, {"-m", "later"});
  EXPECT_EQ(later["parent"], taken["id"]);
  expect_row(taken["id"]);
  EXPECT_EQ(psql(desk(), desk().boot(later["id"]), "SELECT answer FROM kept"), "43");
}

TEST_P(DataPlaces, PostgresOnATmpfs) {
  const std::string source = make_postgres({"--tmpfs", "/var/lib/postgresql/data"});
  const json taken = desk().create_json(source);
  EXPECT_EQ(taken["kind"], "postgres");
  EXPECT_THAT(taken["paths"], Contains("/var/lib/postgresql/data"));
  expect_row(taken["id"]);
}

TEST_P(DataPlaces, FilesOnATmpfsButNotThoseMeantToBeLost) {
  const std::string source = desk().start("files", {"--tmpfs", "/scratchdata", "--tmpfs", "/tmp"},
                                          {desk().image("files:1")});
  files_batch(desk(), source,
              "mkdir /scratchdata/deep\nfill /scratchdata/deep/a 100000 3\n"
              "write /tmp/lost 1\n");
  const std::string before = files_tree(desk(), source, "/scratchdata/deep");
  const std::string copy = desk().boot(desk().create(source), kAtOnce);
  EXPECT_EQ(files_tree(desk(), copy, "/scratchdata/deep"), before);
  EXPECT_EQ(files(desk(), copy, {"ls", "/tmp"}), "");
}

TEST_P(DataPlaces, EmptyVolumesAndSeveralOfThem) {
  const std::string volume = desk().name("volume");
  const std::string source =
      desk().start("files", {"-v", "/empty", "-v", volume + ":/more", "-v", "/more/inside"},
                   {desk().image("files:1")});
  files_batch(desk(), source,
              "chmod 0700 /empty\nwrite /more/a 1\nwrite /more/inside/b 2\nwrite /data/c 3\n");
  const json taken = desk().create_json(source);
  const std::string copy = desk().boot(taken["id"], kAtOnce);
  EXPECT_EQ(files(desk(), copy, {"ls", "/empty"}), "");
  EXPECT_THAT(files(desk(), copy, {"stat", "/empty"}), HasSubstr("type=dir mode=0700"));
  EXPECT_EQ(files(desk(), copy, {"cat", "/more/a"}), "1");
  EXPECT_EQ(files(desk(), copy, {"cat", "/more/inside/b"}), "2");
  EXPECT_EQ(files(desk(), copy, {"cat", "/data/c"}), "3");
  EXPECT_EQ(desk().inspect(copy)["Mounts"], json::array()) << "a volume would hide the data";
}

TEST_P(DataPlaces, ChangesOfTheRootFileSystem) {
  // An image with more than one file in it, and a program that is no database.
  const std::string source =
      desk().start("root", {"--entrypoint", "sleep"}, {desk().image("postgres:15"), "600"});
  const auto in = [&](const std::string& container, const std::string& script) {
    return desk().docker_out({"exec", container, "sh", "-c", script});
  };
  in(source,
     "rm /etc/issue; rm -r /usr/share/postgresql/15/tsearch_data; echo changed >>/etc/passwd;"
     "mkdir -p /opt/new/deep; echo new >/opt/new/deep/file; echo lost >/tmp/lost;"
     "chmod 640 /etc/profile; rm -r /etc/skel; mkdir /etc/skel; echo again >/etc/skel/only");
  const std::string look =
      "ls -d /etc/issue /usr/share/postgresql/15/tsearch_data 2>/dev/null; tail -n1 /etc/passwd;"
      "cat /opt/new/deep/file; ls /tmp; stat -c %a /etc/profile; ls -A /etc/skel; "
      "ls /usr/share/postgresql/15 | wc -l";
  const json first = desk().create_json(source, {"-m", "first"});
  EXPECT_EQ(first["kind"], "files");
  EXPECT_LT(first["added_bytes"], 1'000'000) << "the image's own files are stored again";
  const std::string copy = desk().boot(first["id"], kAtOnce);
  const std::string seen = in(copy, look);
  EXPECT_EQ(seen, [&] {
    in(source, "rm /tmp/lost");
    return in(source, look);
  }());
  EXPECT_THAT(seen, ::testing::StartsWith("changed\nnew\n640\nonly\n"));

  // What the first added, a second takes away.
  in(source, "rm -r /opt/new; rm /etc/skel/only");
  const std::string second = desk().boot(desk().create(source, {"-m", "second"}), kAtOnce);
  EXPECT_EQ(in(second, "ls -A /opt /etc/skel"), in(source, "ls -A /opt /etc/skel"));
}

TEST_P(DataPlaces, TwoContainersOnAVolumeAreBothFrozenAndBothRunOn) {
  const std::string volume = desk().name("volume");
  const std::string image = desk().image("files:1");
  const std::string source = desk().start("one", {"-v", volume + ":/data"}, {image});
  const std::string writer = desk().start("two", {"-v", volume + ":/shared"}, {image});
  const std::string reader = desk().start("three", {"-v", volume + ":/shared:ro"}, {image});
  const std::string since = desk().docker_out({"info", "--format", "{{.SystemTime}}"});
  const RunResult result = desk().dksnap({"create", source});
  ASSERT_TRUE(succeeded(result));
  const std::string until = desk().docker_out({"info", "--format", "{{.SystemTime}}"});
  const auto frozen = [&](const std::string& container) {
    return desk().docker_out({"events", "--since", since, "--until", until, "--filter",
                              "container=" + container, "--filter", "event=pause", "--format",
                              "{{.Action}}"});
  };
  EXPECT_EQ(frozen(source), "pause");
  EXPECT_EQ(frozen(writer), "pause");
  EXPECT_EQ(frozen(reader), "") << "it cannot write";
  EXPECT_THAT(result.err, HasSubstr(writer + " writes to the same volume and is frozen too"));
  for (const std::string& container : {source, writer, reader}) {
    EXPECT_TRUE(desk().runs(container));
  }
}

}  // namespace
}  // namespace dksnap::test
