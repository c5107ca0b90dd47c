// Snapshots that the original dksnap made: images that wipe and load their data at every start.
#include <filesystem>
#include <fstream>

#include <nlohmann/json.hpp>

#include "error_case.hpp"
#include "support/postgres_image.hpp"
#include "support/store_lanes.hpp"

namespace dksnap::test {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

enum class Version { early, late };

// The form of kelda/dksnap, pkg/snapshot/postgres.go and snapshot.go: a dump in the image, an init
// script that replays it, and an entrypoint that empties the data directory first. The late
// versions say in a label what the entrypoint was.
std::string make_original(Desk& desk, const std::string& source, const std::string& title,
                          Version version) {
  const TempDir directory;
  const auto write = [&](const char* name, const std::string& text) {
    std::ofstream(directory / name) << text;
    std::filesystem::permissions(directory / name, std::filesystem::perms(0755));
  };
  const std::string dump = desk.docker({"exec", source, "pg_dumpall", "-U", "postgres"}).out;
  write("dump.sql", dump);
  write("load-dump.sh",
        "#!/bin/bash\npsql --username \"${POSTGRES_USER:-postgres}\" -d "
        "\"${POSTGRES_DB:-postgres}\" --no-password < /dksnap-dump.sql\nsleep 2\n");
  const std::string hand_over = version == Version::late ? "exec \"docker-entrypoint.sh\" \"$@\"\n"
                                                         : "exec docker-entrypoint.sh $@\n";
  write("entrypoint.sh", "#!/bin/sh\nrm -rf /var/lib/postgresql/data/*\n\n" + hand_over);
  std::string recipe = "FROM " + desk.image("postgres:15") +
                       "\nCOPY load-dump.sh /docker-entrypoint-initdb.d/load-dump.sh\n"
                       "COPY dump.sql /dksnap-dump.sql\n"
                       "COPY entrypoint.sh /dksnap/entrypoint.sh\n"
                       "ENTRYPOINT [\"/dksnap/entrypoint.sh\"]\nCMD [\"postgres\"]\n"
                       "LABEL \"dksnap.title\"=\"" +
                       title +
                       "\"\n"
                       "LABEL \"dksnap.dump-path\"=\"/dksnap-dump.sql\"\n"
                       "LABEL \"dksnap.created\"=\"2020-02-07T10:00:00+01:00\"\n";
  if (version == Version::late)
    recipe += "LABEL \"dksnap.base-entrypoint\"=\"[\\\"docker-entrypoint.sh\\\"]\"\n";
  write("Dockerfile", recipe);
  std::string image = desk.name("original") + ":1";
  EXPECT_TRUE(succeeded(
      desk.docker({"build", "-t", image, directory.path()}, {.env = {{"DOCKER_BUILDKIT", "0"}}})));
  return image;
}

class ReplaceOriginal : public OnOneEngine {
 protected:
  std::string start(const Words& options = {}) {
    std::string source = start_postgres(desk(), options);
    psql(desk(), source, "CREATE TABLE t AS SELECT 'old'::text AS what");
    return source;
  }
  std::string what(const std::string& container) {
    return psql(desk(), container, "SELECT what FROM t");
  }
  void restart(const std::string& container) {
    desk().docker_out({"restart", container});
    wait_for_postgres(desk(), container);
  }
};

TEST_F(ReplaceOriginal, IsLoadedOnceAndNeverAgainAtAStart) {
  const std::string source = start();
  const std::string title = desk().name("old");
  make_original(desk(), source, title, Version::late);
  psql(desk(), source, "UPDATE t SET what = 'new'");

  const RunResult planned = desk().dksnap({"replace", source, "--with", title, "-n"});
  ASSERT_TRUE(succeeded(planned));
  EXPECT_THAT(planned.err, HasSubstr("loaded first"));
  const RunResult replaced = desk().dksnap({"replace", source, "--with", title, "-y"});
  ASSERT_TRUE(succeeded(replaced));
  EXPECT_THAT(replaced.err, HasSubstr("loaded \"" + title + "\""));
  EXPECT_EQ(what(source), "old");

  psql(desk(), source, "UPDATE t SET what = 'newer'");
  restart(source);
  EXPECT_EQ(what(source), "newer") << "the loader wiped it";
  EXPECT_EQ(desk().show(desk().create(source))["kind"], "postgres");

  ASSERT_TRUE(succeeded(desk().dksnap({"undo", source, "-y"})));
  EXPECT_EQ(what(source), "new");
  const std::string id = desk().inspect(source)["Id"];
  EXPECT_THAT(desk().dksnap({"replace", id, "--with", title, "-n"}).err,
              Not(HasSubstr("loaded first")));
  const RunResult again = desk().dksnap({"replace", source, "--with", title, "-y"});
  ASSERT_TRUE(succeeded(again));
  EXPECT_THAT(again.err, Not(HasSubstr("original"))) << "loaded a second time";
  EXPECT_EQ(what(source), "old");
}

TEST_F(ReplaceOriginal, OfAnEarlyVersionIntoANamedVolume) {
  const std::string volume = desk().name("volume");
  const std::string source = start({"-v", volume + ":/var/lib/postgresql/data"});
  const std::string image = make_original(desk(), source, desk().name("early"), Version::early);
  psql(desk(), source, "UPDATE t SET what = 'new'");
  ASSERT_TRUE(succeeded(desk().dksnap({"replace", source, "--with", image, "-y"})));
  EXPECT_EQ(what(source), "old");
  ASSERT_TRUE(succeeded(desk().dksnap({"undo", source, "-y"})));
  EXPECT_EQ(what(source), "new");
}

// One of no database that it knew: copies of the volumes, which the loader puts in place.
TEST_F(ReplaceOriginal, OfAVolumeOfFiles) {
  const std::string volume = desk().name("volume");
  const std::string source =
      desk().start("shell", {"--stop-timeout", "1", "-v", volume + ":/stuff", "--entrypoint", "sh"},
                   {desk().image("postgres:15"), "-c", "exec sleep 100000"});
  const auto inside = [&](const std::string& script) {
    return desk().docker_out({"exec", source, "sh", "-c", script});
  };
  inside("echo new >/stuff/what; echo x >/stuff/extra");
  const std::string title = desk().name("generic");
  ASSERT_TRUE(succeeded(desk().docker(
      {"build", "-t", title + ":1", "-"},
      {.env = {{"DOCKER_BUILDKIT", "0"}},
       .input = "FROM " + desk().image("postgres:15") +
                "\nRUN mkdir -p /dksnap/0/stuff && echo old >/dksnap/0/stuff/what && printf "
                "'#!/bin/sh\\nmkdir -p /stuff\\nrm -rf /stuff/*\\nsleep 1\\n"
                "cp -R /dksnap/0/. /stuff/..\\n\\nexec \"sh\" \"$@\"\\n' "
                ">/dksnap/entrypoint.sh && chmod 755 /dksnap/entrypoint.sh\n"
                "ENTRYPOINT [\"/dksnap/entrypoint.sh\"]\nCMD [\"-c\", \"exec sleep 100000\"]\n"
                "LABEL dksnap.title=" +
                title + " dksnap.dump-path= dksnap.base-entrypoint='[\"sh\"]'\n"})));
  ASSERT_TRUE(succeeded(desk().dksnap({"replace", source, "--with", title, "-y"})));
  EXPECT_EQ(inside("cat /stuff/what; ls /stuff"), "old\nwhat");
  ASSERT_TRUE(succeeded(desk().dksnap({"undo", source, "-y"})));
  EXPECT_EQ(inside("cat /stuff/what; ls /stuff"), "new\nextra\nwhat");
}

TEST_F(ReplaceOriginal, BootAnswersOnceItIsLoaded) {
  const std::string source = start();
  const std::string image = make_original(desk(), source, desk().name("boot"), Version::late);
  const std::string copy = desk().boot(image, {"--env", "POSTGRES_PASSWORD=x"});
  EXPECT_EQ(what(copy), "old");
  // What is in it by now would be lost at the next start, but not from a snapshot of it.
  psql(desk(), copy, "UPDATE t SET what = 'changed'");
  const std::string kept = desk().boot(desk().create(copy));
  EXPECT_EQ(what(kept), "changed");
}

TEST_F(ReplaceOriginal, OneThatDoesNotLoadTouchesNothing) {
  const std::string source = start();
  const std::string broken = desk().name("broken");
  const std::string image = broken + ":1";
  ASSERT_TRUE(succeeded(desk().docker(
      {"build", "-t", image, "-"},
      {.env = {{"DOCKER_BUILDKIT", "0"}},
       .input = "FROM " + desk().image("postgres:15") +
                "\nRUN mkdir /dksnap && printf '#!/bin/sh\\necho no dump here\\nexit 3\\n' "
                ">/dksnap/entrypoint.sh && chmod 755 /dksnap/entrypoint.sh\n"
                "ENTRYPOINT [\"/dksnap/entrypoint.sh\"]\n"
                "LABEL dksnap.title=" +
                broken + " dksnap.dump-path=/dksnap-dump.sql\n"})));
  EXPECT_TRUE(fails_with(14, desk().dksnap({"replace", source, "--with", image, "-y"}),
                         {"exit code 3", "no dump here"}));
  EXPECT_EQ(what(source), "old");
}

}  // namespace
}  // namespace dksnap::test
