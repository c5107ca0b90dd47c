#include <unistd.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.hpp"
#include "worker/commands/commands.hpp"
#include "worker/test_root.hpp"

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

TEST(RunProgram, IsEndedAtItsLimitWithAllThatItHasStarted) {
  Program program = shell("echo begun; (setsid sleep 100 & ) ; while :; do :; done");
  program.limit_seconds = 1;
  const ProgramEnd end = run_program(program);
  EXPECT_EQ(end.exit_code, 124);
  EXPECT_EQ(end.out, "begun\n");
  EXPECT_THAT(end.err, testing::EndsWith("it did not end within 1.00 s, and was ended"));
}

TEST(RunProgram, IsEndedWhenItDoesNothing) {
  Program program = shell("i=0; while [ $i -lt 300000 ]; do i=$((i+1)); done; exec sleep 100");
  program.limit_seconds = 60;
  program.idle_seconds = 1;
  const auto start = std::chrono::steady_clock::now();
  const ProgramEnd end = run_program(program);
  EXPECT_EQ(end.exit_code, 124);
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(30));
  EXPECT_THAT(end.err, testing::HasSubstr("it did nothing for 1.00 s"));
}

// A server that a program leaves behind would go on writing to the copy while it is packed.
TEST(RunProgram, LeavesNothingBehind) {
  const TestRoot root;
  const std::string mark = root.path() + "/mark";
  const ProgramEnd end =
      run_program(shell("(setsid sh -c 'sleep 1; echo late > " + mark + "' &) ; echo done"));
  EXPECT_EQ(end.exit_code, 0);
  EXPECT_EQ(end.out, "done\n");
  ::usleep(1'500'000);
  EXPECT_FALSE(exists(mark));
}

TEST(RunProgram, RunsAsTheUserThatIsWanted) {
  if (::geteuid() != 0) GTEST_SKIP() << "only root may become somebody else";
  Program program = shell("id -u; id -g; id -G");
  program.user = "3000:4000";
  EXPECT_EQ(run_program(program).out, "3000\n4000\n4000\n");
}

}  // namespace
}  // namespace dksnap::worker
