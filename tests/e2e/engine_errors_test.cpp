// Engines that cannot be used, and commands that cannot be understood.
#include <filesystem>

#include <nlohmann/json.hpp>

#include "base/text.hpp"
#include "error_case.hpp"
#include "support/paths.hpp"
#include "support/store_lanes.hpp"

namespace dksnap::test {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;

class EngineErrors : public OnOneEngine {};

TEST_F(EngineErrors, NoEngineAtTheSocket) {
  for (const Words& command :
       {Words{"ls"}, Words{"ps"}, Words{"create", "db"}, Words{"boot", "x"}}) {
    Words all{"-H", "unix:///nonexistent/docker.sock"};
    all.insert(all.end(), command.begin(), command.end());
    EXPECT_TRUE(fails_with(10, desk().dksnap(all), {"/nonexistent/docker.sock"}));
  }
}

TEST_F(EngineErrors, NothingListensOrNoSuchHost) {
  EXPECT_TRUE(fails_with(10, desk().dksnap({"-H", "tcp://127.0.0.1:1", "ls"}), {"127.0.0.1:1"}));
  EXPECT_TRUE(fails_with(10, desk().dksnap({"-H", "tcp://no-such-host.invalid:2375", "ls"}),
                         {"no-such-host.invalid"}));
}

TEST_F(EngineErrors, AnUnknownContextOrAddress) {
  EXPECT_TRUE(fails_with(
      2, desk().dksnap({"-c", "no-such-context", "ls"}, {.env = {{"DOCKER_HOST", std::nullopt}}}),
      {"no-such-context"}));
  EXPECT_TRUE(
      fails_with(2, desk().dksnap({"-H", "carrier-pigeon://loft", "ls"}), {"carrier-pigeon"}));
}

TEST_F(EngineErrors, NoRightToTheSocketNamesTheDockerGroup) {
  DKSNAP_NEEDS("root");
  DKSNAP_NEEDS("setpriv");
  // The program, where anyone can reach it.
  const TempDir folder;
  std::filesystem::permissions(folder.path(), std::filesystem::perms(0755));
  const std::string program = folder / "dksnap";
  std::filesystem::copy_file(dksnap_program(), program);
  const std::string socket = desk().host().substr(std::string("unix://").size());
  const auto before = std::filesystem::status(socket).permissions();
  ASSERT_EQ(before & std::filesystem::perms::others_write, std::filesystem::perms::none);
  const RunResult result =
      run({"setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", program, "ls"},
          {.env = {{"DOCKER_HOST", desk().host()}, {"HOME", folder.path()}}});
  EXPECT_TRUE(fails_with(10, result, {"docker group"}));
}

TEST_F(EngineErrors, WithJsonTheLastLineIsAnObject) {
  const RunResult result = desk().dksnap({"-H", "unix:///nonexistent/docker.sock", "ls", "--json"});
  EXPECT_EQ(result.status, 10);
  const json error = json::parse(last_lines(result.err, 1));
  EXPECT_EQ(error["message_type"], "exit_error");
  EXPECT_EQ(error["code"], 10);
  EXPECT_EQ(error["name"], "engine_unreachable");
  EXPECT_THAT(error["message"].get<std::string>(), ::testing::Not(::testing::IsEmpty()));
  EXPECT_THAT(error["why"].get<std::string>(), ::testing::Not(::testing::IsEmpty()));
  EXPECT_THAT(error["hint"].get<std::string>(), ::testing::Not(::testing::IsEmpty()));
}

TEST_F(EngineErrors, WhatCannotBeUnderstood) {
  EXPECT_TRUE(
      fails_with(2, desk().dksnap({"crate", "db"}), {"crate", "did you mean `dksnap create`"}));
  EXPECT_TRUE(fails_with(2, desk().dksnap({"frobnicate"}), {"frobnicate", "dksnap help"}));
  EXPECT_TRUE(
      fails_with(2, desk().dksnap({"ls", "--frobnicate"}), {"--frobnicate", "dksnap help ls"}));
  EXPECT_TRUE(fails_with(2, desk().dksnap({"boot"}), {"REF", "dksnap help boot"}));
  EXPECT_TRUE(fails_with(2, desk().dksnap({"create", "a", "b"}), {"dksnap help create"}));
  EXPECT_TRUE(fails_with(2, desk().dksnap({"ls", "--sort", "colour"}), {"colour"}));
  EXPECT_TRUE(fails_with(2, desk().dksnap({"ls", "--timeout", "soon"}), {"soon"}));
  EXPECT_TRUE(fails_with(2, desk().dksnap({"ls", "--timeout", "-1"})));
  EXPECT_TRUE(fails_with(2, desk().dksnap({"ls", "--filter", "colour=red"}), {"colour=red"}));
  EXPECT_TRUE(fails_with(2, desk().dksnap({"help", "frobnicate"}), {"frobnicate"}));
}

TEST_F(EngineErrors, WithoutACommandTheHelpIsShort) {
  const RunResult result = desk().dksnap({});
  EXPECT_EQ(result.status, 2);
  EXPECT_EQ(result.out, "");
  EXPECT_THAT(result.err, HasSubstr("dksnap create"));
}

TEST_F(EngineErrors, AReaderThatHasGoneIsNoError) {
  for (const char* command : {"help", "help options", "doctor", "ps -a -q"}) {
    const std::string script =
        "\"$0\" " + std::string(command) + " | head -c0; exit ${PIPESTATUS[0]}";
    const RunResult result = run({"bash", "-c", script, dksnap_program()}, desk().dksnap_options());
    EXPECT_EQ(result.err, "") << result;
    EXPECT_EQ(result.status, 0) << result;
  }
}

}  // namespace
}  // namespace dksnap::test
