// Every command explains itself.
#include <map>

#include "base/text.hpp"
#include "support/paths.hpp"
#include "support/store_lanes.hpp"

namespace dksnap::test {
namespace {

using ::testing::HasSubstr;

// What users were promised; more may come.
const std::map<std::string, Words>& promised() {
  static const std::map<std::string, Words> commands{
      {"ps", {"-a, --all"}},
      {"create",
       {"CONTAINER", "-m, --message", "--name", "--note", "--pin", "--method", "--keep-env",
        "--full", "--checksum", "--verify", "--allow-stale", "--db-user", "--db-password-file"}},
      {"ls", {"[CONTAINER]", "--flat", "--sort", "--filter"}},
      {"show", {"REF"}},
      {"boot", {"REF", "--name", "-p, --publish", "-e, --env", "--network", "--rm", "--wait"}},
      {"rm", {"REF...", "--now"}},
      {"doctor", {"--fix"}},
      {"version", {}},
      {"help", {"[COMMAND]"}},
  };
  return commands;
}

// No engine is needed for any of this.
RunResult help(Words words) {
  words.insert(words.begin(), dksnap_program());
  return run(words, {.env = {{"DOCKER_HOST", "unix:///nonexistent/docker.sock"}}});
}

TEST(Help, OfEveryCommandNamesWhatItTakes) {
  for (const auto& [command, arguments] : promised()) {
    const RunResult result = help({"help", command});
    ASSERT_TRUE(succeeded(result));
    EXPECT_EQ(result.err, "");
    EXPECT_THAT(result.out, ::testing::StartsWith("dksnap " + command));
    for (const std::string& argument : arguments) EXPECT_THAT(result.out, HasSubstr(argument));
    EXPECT_EQ(help({command, "--help"}).out, result.out);
    EXPECT_EQ(help({command, "-h"}).out, result.out);
    for (const std::string& line : split(result.out, '\n')) EXPECT_LE(line.size(), 100U) << line;
  }
}

TEST(Help, OverviewNamesEveryCommandAndNothingHidden) {
  for (const Words& words : {Words{"help"}, Words{"--help"}, Words{"-h"}}) {
    const RunResult result = help(words);
    ASSERT_TRUE(succeeded(result));
    for (const auto& [command, arguments] : promised()) {
      EXPECT_THAT(result.out, HasSubstr("\n  " + command));
    }
    EXPECT_THAT(result.out, ::testing::Not(HasSubstr("__")));
  }
}

TEST(Help, OptionsForAllCommands) {
  const RunResult result = help({"help", "options"});
  ASSERT_TRUE(succeeded(result));
  for (const char* option :
       {"-H, --host", "-c, --context", "--tls", "--tlsverify", "--tlscacert", "--tlscert",
        "--tlskey", "-q, --quiet", "-v, --verbose", "--json", "--color", "--progress", "--no-input",
        "-y, --yes", "-n, --dry-run", "--timeout"}) {
    EXPECT_THAT(result.out, HasSubstr(option));
  }
}

TEST(Help, References) {
  const RunResult result = help({"help", "ref"});
  ASSERT_TRUE(succeeded(result));
  for (const char* form : {"latest", "latest:db", "~1"}) EXPECT_THAT(result.out, HasSubstr(form));
}

TEST(Help, Version) {
  EXPECT_THAT(help({"version"}).out, ::testing::MatchesRegex("dksnap [0-9]+\\.[0-9]+\\.[0-9]+\n"));
}

TEST(Help, ColoursOnlyWhereTheyAreWanted) {
  EXPECT_EQ(help({"doctor"}).out.find('\x1b'), std::string::npos);
  EXPECT_NE(help({"doctor", "--color", "always"}).out.find('\x1b'), std::string::npos);
}

}  // namespace
}  // namespace dksnap::test
