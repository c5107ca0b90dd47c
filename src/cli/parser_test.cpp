#include "cli/parser.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.hpp"
#include "cli/help.hpp"

namespace dksnap::cli {
namespace {

using testing::HasSubstr;

ParsedCommand parse(const std::vector<std::string>& words) {
  bool json = false;
  return parse_command_line(words, json);
}

std::string refusal(const std::vector<std::string>& words) {
  try {
    parse(words);
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::failed);
    return error.message() + " / " + error.why() + " / " + error.hint();
  }
  ADD_FAILURE() << "was understood";
  return {};
}

TEST(CommandLine, GlobalOptionsMayStandBeforeAndBehindTheCommand) {
  const ParsedCommand before = parse({"-H", "tcp://host:1", "--json", "ls", "db"});
  EXPECT_EQ(before.command->name, "ls");
  EXPECT_EQ(before.global.endpoint.host, "tcp://host:1");
  EXPECT_TRUE(before.global.json);
  const ParsedCommand behind = parse({"ls", "-vv", "-q", "--timeout", "5"});
  EXPECT_EQ(behind.global.verbose, 2);
  EXPECT_TRUE(behind.global.quiet);
  EXPECT_EQ(behind.global.timeout, 5);
}

TEST(CommandLine, AliasesAreTheCommandsThemselves) {
  EXPECT_EQ(parse({"list"}).command->name, "ls");
  EXPECT_EQ(parse({"run", "x"}).command->name, "boot");
  EXPECT_EQ(parse({"delete", "x"}).command->name, "rm");
}

TEST(CommandLine, AnOptionThatRepeatsTakesOneValueEachTime) {
  EXPECT_NO_THROW(parse({"boot", "-p", "1:2", "-p", "3:4", "ref"}));
  EXPECT_NO_THROW(parse({"create", "--keep-env", "A", "db"}));
}

TEST(CommandLine, WhatIsNotUnderstoodIsRefusedWithAHint) {
  EXPECT_THAT(refusal({"creat", "db"}), HasSubstr("did you mean `dksnap create`?"));
  EXPECT_THAT(refusal({"frobnicate"}), HasSubstr("dksnap help"));
  EXPECT_THAT(refusal({"replace"}), HasSubstr("CONTAINER"));
  EXPECT_THAT(refusal({"create", "db", "--nope"}), HasSubstr("--nope"));
  EXPECT_THAT(refusal({"create", "a", "b"}), HasSubstr("dksnap help create"));
  EXPECT_THAT(refusal({"ls", "--color", "pink"}), HasSubstr("pink"));
  EXPECT_THAT(refusal({"boot", "x", "--wait", "-1"}), HasSubstr("wait"));
}

TEST(CommandLine, HelpIsGivenWhateverElseIsWrong) {
  EXPECT_TRUE(parse({"create", "--nope", "--help"}).help);
  EXPECT_TRUE(parse({"boot", "-h"}).help);
}

TEST(CommandLine, JsonIsKnownEvenWhenTheRestIsNot) {
  bool json = false;
  EXPECT_EQ(parse_command_line({"--version"}, json).command->name, "version");
  EXPECT_THROW(parse_command_line({"nope", "--json"}, json), Error);
  EXPECT_TRUE(json);
}

TEST(Help, NamesEveryVisibleCommandAndEveryArgument) {
  const std::string overview = help_overview();
  for (const Command& command : all_commands()) {
    EXPECT_EQ(overview.find(command.usage) != std::string::npos, !command.hidden) << command.name;
    const std::string help = help_for(command);
    for (const ArgumentInfo& argument : describe_arguments(&command)) {
      EXPECT_THAT(help, HasSubstr(argument.flags));
    }
  }
}

TEST(Help, ListsEveryExitCode) {
  const std::string codes = help_topic("exit-codes");
  for (const ErrorCodeInfo& info : error_codes())
    EXPECT_THAT(codes, HasSubstr(std::string(info.meaning)));
}

}  // namespace
}  // namespace dksnap::cli
