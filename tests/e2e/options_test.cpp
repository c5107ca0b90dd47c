// Options that hold for all commands.
#include <nlohmann/json.hpp>

#include "base/text.hpp"
#include "error_case.hpp"
#include "support/files_image.hpp"
#include "support/store_lanes.hpp"

namespace dksnap::test {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;

class GlobalOptions : public OnOneEngine {
 protected:
  // What could have been made or removed.
  std::string everything(const std::string& source) {
    return desk().docker_out({"ps", "-a", "--filter", "name=" + source, "--format",
                              "{{.ID}} {{.Names}} {{.State}}"}) +
           desk().docker_out({"images", "--filter", "label=dksnap.source=" + source, "--format",
                              "{{.ID}} {{.Tag}}"});
  }
};

TEST_F(GlobalOptions, DryRunDoesNothing) {
  const std::string source = desk().start("files", {}, {desk().image("files:1")});
  const RunResult first = desk().dksnap({"create", source, "-n", "-m", "planned"});
  EXPECT_TRUE(succeeded(first));
  EXPECT_EQ(first.out, "");
  for (const std::string& text :
       {source, std::string("planned"), std::string("/data"), std::string("--dry-run")}) {
    EXPECT_THAT(first.err, HasSubstr(text));
  }
  EXPECT_EQ(desk().dksnap({"ls", source}).status, 11);

  const std::string id = desk().create(source, {"-m", "real"});
  const std::string before = everything(source);
  EXPECT_TRUE(succeeded(desk().dksnap({"-n", "create", source})));
  EXPECT_TRUE(succeeded(desk().dksnap({"boot", id, "--dry-run"})));
  EXPECT_TRUE(succeeded(desk().dksnap({"rm", id, "-n"})));
  EXPECT_TRUE(succeeded(desk().dksnap({"rm", id, "-n", "--now", "-y"})));
  EXPECT_EQ(everything(source), before);
}

TEST_F(GlobalOptions, QuietLeavesResultsAndErrors) {
  const std::string source = desk().start("files", {}, {desk().image("files:1")});
  const RunResult created = desk().dksnap({"-q", "create", source});
  EXPECT_THAT(created.out, ::testing::MatchesRegex("[0-9a-f]{8}\n"));
  EXPECT_EQ(created.err, "");
  const std::string id(trim(created.out));
  const RunResult booted = desk().dksnap({"boot", id, "--quiet", "--name", desk().name("copy")});
  EXPECT_EQ(booted.err, "");
  EXPECT_EQ(split(booted.out, '\n').size(), 2U) << booted;
  const RunResult listed = desk().dksnap({"ls", source, "-q"});
  EXPECT_EQ(listed.out, id + "\n");
  EXPECT_EQ(listed.err, "");
  EXPECT_TRUE(fails_with(11, desk().dksnap({"-q", "show", "no such snapshot"})));
}

TEST_F(GlobalOptions, GlobalOptionsGoBeforeOrAfterTheCommand) {
  const RunResult before = desk().dksnap({"-H", desk().host(), "--json", "version"},
                                         {.env = {{"DOCKER_HOST", "unix:///nonexistent"}}});
  EXPECT_TRUE(json::parse(before.out).contains("version"));
  EXPECT_TRUE(succeeded(desk().dksnap({"--host=" + desk().host(), "ps"},
                                      {.env = {{"DOCKER_HOST", "unix:///nonexistent"}}})));
  EXPECT_TRUE(succeeded(desk().dksnap({"ps", "-H", desk().host()},
                                      {.env = {{"DOCKER_HOST", "unix:///nonexistent"}}})));
}

TEST_F(GlobalOptions, ProgressIsALineAStepInAPipe) {
  const std::string source = desk().start("files", {}, {desk().image("files:1")});
  const RunResult plain = desk().dksnap({"create", source, "-m", "one"});
  EXPECT_THAT(plain.err, HasSubstr("copied "));
  EXPECT_THAT(plain.err, HasSubstr("packed "));
  EXPECT_THAT(plain.err, HasSubstr("loaded as dksnap/" + source + ":one"));
  EXPECT_THAT(plain.err, HasSubstr("dksnap boot " + std::string(trim(plain.out))));
  EXPECT_EQ(plain.err.find('\r'), std::string::npos);
  EXPECT_EQ(plain.err.find('\x1b'), std::string::npos);
  const RunResult none = desk().dksnap({"create", source, "-m", "two", "--progress", "none"});
  EXPECT_EQ(none.err.find("copied "), std::string::npos);
}

TEST_F(GlobalOptions, ATimeoutRollsBack) {
  const std::string source = desk().start("files", {}, {desk().image("files:1")});
  files_batch(desk(), source, "fill /data/big 400000000 3\n");
  const RunResult late = desk().dksnap({"create", source, "-m", "late", "--timeout", "1"});
  EXPECT_TRUE(fails_with(14, late, {"within 1 s", "rolled back"}));
  EXPECT_LT(late.duration, std::chrono::seconds(10));
  EXPECT_TRUE(desk().runs(source));
  EXPECT_EQ(desk().dksnap({"ls", source}).status, 11);
  EXPECT_EQ(desk().docker_out({"images", "-q", "dksnap/" + source}), "");
}

}  // namespace
}  // namespace dksnap::test
