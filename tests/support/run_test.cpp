#include "support/run.hpp"

#include <atomic>
#include <signal.h>
#include <sstream>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "base/error.hpp"
#include "base/text.hpp"
#include "support/eventually.hpp"
#include "support/temp_dir.hpp"

namespace dksnap::test {
namespace {

using namespace std::chrono_literals;

TEST(Run, KeepsBothStreamsAndTheStatus) {
  const RunResult result = run({"sh", "-c", "echo out; echo err >&2; exit 3"});
  EXPECT_EQ(result.out, "out\n");
  EXPECT_EQ(result.err, "err\n");
  EXPECT_EQ(result.status, 3);
  EXPECT_FALSE(result.timed_out);
  EXPECT_GT(result.peak_kilobytes, 0);
}

TEST(Run, GivesInputOfAnySize) {
  const std::string text(500'000, 'x');
  EXPECT_EQ(run({"cat"}, {.input = text}).out, text);
}

TEST(Run, OutlivesAProgramThatDoesNotRead) {
  EXPECT_EQ(run({"true"}, {.input = std::string(500'000, 'x')}).status, 0);
}

TEST(Run, ChangesTheEnvironment) {
  ::setenv("DKSNAP_TEST_GONE", "1", 1);
  const RunResult result =
      run({"sh", "-c", "echo \"${A-}|${DKSNAP_TEST_GONE-unset}|${PATH:+path}\""},
          {.env = {{"A", "b c"}, {"DKSNAP_TEST_GONE", std::nullopt}}});
  ::unsetenv("DKSNAP_TEST_GONE");
  EXPECT_EQ(result.out, "b c|unset|path\n");
}

TEST(Run, RunsElsewhere) {
  const TempDir folder;
  EXPECT_EQ(run({"pwd"}, {.directory = folder.path()}).out, folder.path().string() + "\n");
}

TEST(Run, KillsTheWholeGroupAtItsLimit) {
  const RunResult result =
      run({"sh", "-c", "sh -c 'echo $$; exec sleep 60' & wait"}, {.limit = 300ms});
  EXPECT_TRUE(result.timed_out);
  EXPECT_EQ(result.status, 128 + SIGKILL);
  // Whoever adopts it may take a moment to reap it.
  const std::string status = "/proc/" + std::string(trim(result.out)) + "/status";
  EXPECT_TRUE(eventually("the grandchild is dead", [&] {
    const RunResult shown = run({"cat", status});
    return shown.status != 0 || shown.out.find("State:\tZ") != std::string::npos;
  }));
}

TEST(Run, DoesNotWaitForWhatAProgramLeavesBehind) {
  const auto start = std::chrono::steady_clock::now();
  const RunResult result = run({"sh", "-c", "setsid sleep 3 & echo done"});
  EXPECT_EQ(result.out, "done\n");
  EXPECT_LT(std::chrono::steady_clock::now() - start, 2500ms);
}

TEST(Run, CanBeSignalledWhileItRuns) {
  RunningProgram sleeping({"sleep", "60"});
  sleeping.signal(SIGTERM);
  EXPECT_EQ(sleeping.wait().status, 128 + SIGTERM);
  sleeping.signal(SIGTERM);
}

TEST(Run, SignalsReachTheGroupWhereAsked) {
  std::atomic<bool> trapped = false;
  RunOptions options;
  options.on_err_line = [&](const std::string&) { trapped = true; };
  RunningProgram waiting(
      {"sh", "-c", "trap 'echo told; exit 5' INT; echo ready >&2; sleep 60 & wait"}, options);
  ASSERT_TRUE(eventually("the trap is set", [&] { return trapped.load(); }));
  waiting.signal_group(SIGINT);
  const RunResult result = waiting.wait();
  EXPECT_EQ(result.status, 5) << result;
  EXPECT_EQ(result.out, "told\n");
}

TEST(Run, TellsLinesOfErrorsAsTheyCome) {
  std::vector<std::string> lines;
  RunningProgram* program = nullptr;
  std::atomic<bool> ready = false;
  RunOptions options;
  options.on_err_line = [&](const std::string& line) {
    lines.push_back(line);
    ready.wait(false);
    if (line == "two") program->signal(SIGTERM);
  };
  RunningProgram running({"sh", "-c", "echo one >&2; echo two >&2; exec sleep 60"}, options);
  program = &running;
  ready = true;
  ready.notify_all();
  EXPECT_EQ(running.wait().status, 128 + SIGTERM);
  EXPECT_EQ(lines, (std::vector<std::string>{"one", "two"}));
}

TEST(Run, EndsWithItsObject) {
  const auto start = std::chrono::steady_clock::now();
  { const RunningProgram sleeping({"sleep", "60"}); }
  EXPECT_LT(std::chrono::steady_clock::now() - start, 5s);
}

TEST(Run, NamesAProgramThatIsNotThere) {
  EXPECT_THROW(run({"dksnap-no-such-program"}), Error);
}

TEST(Run, ShowsEverything) {
  std::ostringstream shown;
  shown << run({"sh", "-c", "echo a; exit 2"});
  EXPECT_NE(shown.str().find("$ sh -c 'echo a; exit 2'\n[status 2, "), std::string::npos)
      << shown.str();
  EXPECT_NE(shown.str().find("--- stdout\na\n"), std::string::npos) << shown.str();
}

}  // namespace
}  // namespace dksnap::test
