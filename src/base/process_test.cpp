#include "base/process.hpp"

#include <chrono>
#include <signal.h>
#include <string>
#include <thread>

#include <gtest/gtest.h>

#include "base/error.hpp"

namespace dksnap {
namespace {

using std::chrono::steady_clock;

std::string output_of(ChildProcess& child) {
  FdSource source(std::move(child.output()), "the child");
  return read_all(source, 1024 * 1024);
}

// As cli/interrupts does: signals are blocked and a thread waits for them.
class BlockedSignals {
 public:
  BlockedSignals() {
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    pthread_sigmask(SIG_BLOCK, &set, &old_);
    old_pipe_ = ::signal(SIGPIPE, SIG_IGN);
  }
  ~BlockedSignals() {
    ::signal(SIGPIPE, old_pipe_);
    pthread_sigmask(SIG_SETMASK, &old_, nullptr);
  }
  BlockedSignals(const BlockedSignals&) = delete;
  BlockedSignals& operator=(const BlockedSignals&) = delete;

 private:
  sigset_t old_;
  void (*old_pipe_)(int);
};

TEST(ChildProcess, TakesInputAndGivesOutput) {
  ChildProcess child({"cat"});
  const std::string text = "two words\n";
  write_all(child.input().get(), std::as_bytes(std::span(text)), "the child");
  child.input().reset();
  EXPECT_EQ(output_of(child), text);
  EXPECT_EQ(child.wait(), 0);
}

TEST(ChildProcess, PassesArgumentsAsTheyAre) {
  ChildProcess child({"printf", "%s|", "a b", "$HOME", "'\""});
  EXPECT_EQ(output_of(child), "a b|$HOME|'\"|");
}

TEST(ChildProcess, GivesStatusOrSignal) {
  ChildProcess exits({"sh", "-c", "exit 7"});
  EXPECT_EQ(exits.wait(), 7);
  ChildProcess killed({"sh", "-c", "kill -KILL $$"});
  EXPECT_EQ(killed.wait(), 128 + SIGKILL);
}

TEST(ChildProcess, NamesAProgramThatIsNotThere) {
  try {
    ChildProcess child({"dksnap-no-such-program"});
    FAIL() << "started";
  } catch (const Error& error) {
    EXPECT_EQ(error.message(), "cannot run dksnap-no-such-program");
  }
}

TEST(ChildProcess, IsEndedWithItsObject) {
  const auto start = steady_clock::now();
  { const ChildProcess child({"sleep", "60"}); }
  EXPECT_LT(steady_clock::now() - start, std::chrono::seconds(1));
}

TEST(ChildProcess, IsEndedAlsoWhereWeBlockSignals) {
  const BlockedSignals blocked;
  const auto start = steady_clock::now();
  { const ChildProcess child({"sleep", "60"}); }
  EXPECT_LT(steady_clock::now() - start, std::chrono::seconds(1));
}

TEST(ChildProcess, DiesOfAClosedPipeAlsoWhereWeIgnoreThat) {
  const BlockedSignals blocked;
  ChildProcess child({"yes"});
  child.output().reset();
  EXPECT_EQ(child.wait(), 128 + SIGPIPE);
}

TEST(ChildProcess, IsKilledWhereItDoesNotListen) {
  const auto start = steady_clock::now();
  {
    ChildProcess child({"sh", "-c", "trap '' TERM; echo ready; while :; do sleep 0.1; done"});
    std::byte first[1];
    ASSERT_EQ(FdSource(std::move(child.output()), "the child").read(first), 1U);
  }
  EXPECT_LT(steady_clock::now() - start, std::chrono::seconds(10));
}

}  // namespace
}  // namespace dksnap
