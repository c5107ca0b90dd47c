#include <gtest/gtest.h>

#include "worker/commands/commands.hpp"

namespace dksnap::worker {
namespace {

int until_ready(const std::string& script, std::string* said = nullptr) {
  testing::internal::CaptureStdout();
  const int code = run_until("ready", {"/bin/sh", "-c", script});
  const std::string out = testing::internal::GetCapturedStdout();
  if (said != nullptr) *said = out;
  return code;
}

TEST(Until, AServerIsAskedToEndOnceItSaysTheWord) {
  std::string said;
  EXPECT_EQ(until_ready("trap 'echo bye; exit 3' TERM; echo starting; printf rea; sleep 0.1;"
                        "echo dy; while :; do sleep 0.05; done",
                        &said),
            3);
  EXPECT_EQ(said, "starting\nready\nbye\n") << "all of it is passed on, and it is waited for";
}

TEST(Until, OneThatEndsEarlyHasFailed) {
  EXPECT_EQ(until_ready("exit 0"), 1);
  EXPECT_EQ(until_ready("exit 14"), 14);
  EXPECT_EQ(until_ready("kill -9 $$"), 137);
  EXPECT_EQ(run_until("ready", {"/no/such/program"}), 127);
}

}  // namespace
}  // namespace dksnap::worker
