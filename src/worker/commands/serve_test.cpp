#include <unistd.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.hpp"
#include "worker/commands/commands.hpp"

namespace dksnap::worker {
namespace {

Program shell(const std::string& script) {
  return {{"sh", "-c", script}, {}, {}, {}};
}

TEST(RunProgram, GivesBothStreamsAndTheExitCode) {
  const ProgramEnd end = run_program(shell("echo out; echo err >&2; exit 7"));
  EXPECT_EQ(end.exit_code, 7);
  EXPECT_EQ(end.out, "out\n");
  EXPECT_EQ(end.err, "err\n");
}

TEST(RunProgram, HasTheInputAndTheEnvironment) {
  Program program = shell("cat; echo $EXTRA; test -n \"$PATH\"");
  program.input = std::string("some \xff\n") + std::string(200000, 'x');
  program.env = {"EXTRA=value"};
  const ProgramEnd end = run_program(program);
  EXPECT_EQ(end.exit_code, 0);
  EXPECT_THAT(end.out, testing::EndsWith("xxxvalue\n"));
  program.input.clear();
  EXPECT_EQ(run_program(program).out, "value\n") << "the end of input comes at once";
}

TEST(RunProgram, KeepsTheEndOfLongOutput) {
  const ProgramEnd end = run_program(
      shell("seq 1 100000; i=0; while [ $i -lt 3000 ]; do echo error $i >&2; i=$((i+1)); done"));
  EXPECT_LE(end.out.size(), 128U * 1024);
  EXPECT_THAT(end.out, testing::EndsWith("99999\n100000\n"));
  EXPECT_LE(end.err.size(), 8U * 1024);
  EXPECT_THAT(end.err, testing::EndsWith("error 2999\n"));
}

TEST(RunProgram, TellsWhatCannotRunAsAShellDoes) {
  EXPECT_EQ(run_program({{"no-such-program"}, {}, {}, {}}).exit_code, 127);
  EXPECT_EQ(run_program({{"/etc/passwd"}, {}, {}, {}}).exit_code, 126);
  EXPECT_EQ(run_program(shell("kill -KILL $$")).exit_code, 128 + 9);
  EXPECT_THROW(run_program({{"true"}, "postgres", {}, {}}), Error);
  EXPECT_THROW(run_program({{}, {}, {}, {}}), Error);
}

TEST(RunProgram, RunsAsTheUserThatIsWanted) {
  if (::geteuid() != 0) GTEST_SKIP() << "only root may become somebody else";
  Program program = shell("id -u; id -g; id -G");
  program.user = "3000:4000";
  EXPECT_EQ(run_program(program).out, "3000\n4000\n4000\n");
}

}  // namespace
}  // namespace dksnap::worker
