#include "worker/protocol/protocol.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.hpp"

namespace dksnap::worker {
namespace {

// Whole messages are compared as text: every member is in it.
void expect_round_trip(const Message& message) {
  const std::string line = to_json(message);
  EXPECT_THAT(line, testing::Not(testing::HasSubstr("\n")));
  const Message again = parse_message(line);
  EXPECT_EQ(again.index(), message.index());
  EXPECT_EQ(to_json(again), line);
}

TEST(Protocol, MessagesComeBack) {
  expect_round_trip(Progress{1, 2});
  expect_round_trip(Waiting{});
  expect_round_trip(Ready{3, 4});
  expect_round_trip(SyncResult{1, 2, 3, 4, 5, 6, 7, 8, false});
  expect_round_trip(PackResult{"sha256:a", "sha256:b", 1, 2, 3, 4, 5, 6, 7});
  expect_round_trip(ScanResult{1, UINT64_MAX});
  expect_round_trip(PlannedCopy{1, 2, 3, UINT64_MAX});
  expect_round_trip(ProgramEnd{127, "out\n\xff", "\x01 err"});
  expect_round_trip(Failure{"no_space", "cannot write \"x\"\n", "why", "do"});
  EXPECT_FALSE(
      std::get<SyncResult>(parse_message(to_json(SyncResult{1, 2, 3, 4, 5, 6, 7, 8, false})))
          .mappings_read);
}

TEST(Protocol, AFailureSurvivesBytesThatAreNoText) {
  const Message again = parse_message(to_json(Failure{"failed", "cannot read \xff\xfe", ""}));
  EXPECT_THAT(std::get<Failure>(again).message, testing::StartsWith("cannot read "));
}

TEST(Protocol, RefusesWhatIsNoMessage) {
  for (const char* line :
       {"", "{", "[]", "7", "{}", R"({"message":"hello"})", R"({"message":"progress","bytes":1})",
        R"({"message":"progress","bytes":"1","files":2})"}) {
    EXPECT_THROW(parse_message(line), Error) << line;
  }
}

TEST(Protocol, ProgramsComeBackWithAnyBytes) {
  const Program program{{"/bin/a b", "\xff"}, "999:0", {"A=\xe4"}, "line 1\nline \xff\n", 7, 8};
  const Program again = parse_program(to_json(program));
  EXPECT_EQ(again.argv, program.argv);
  EXPECT_EQ(again.user, program.user);
  EXPECT_EQ(again.env, program.env);
  EXPECT_EQ(again.input, program.input);
  EXPECT_EQ(again.limit_seconds, 7U);
  EXPECT_EQ(again.idle_seconds, 8U);
  EXPECT_THROW(parse_program("{}"), Error);
  EXPECT_THROW(parse_program("no"), Error);
}

TEST(Protocol, JobsComeBackWithAnyBytes) {
  Job job;
  job.trees = {{"/src\n\xff", kSourceRoot, "/data/\xc3\xa4 %"}, {"a", "", "b"}};
  job.root_source = kSourceRoot;
  job.root_paths = {"/etc/\x01\x80", "/a\tb"};
  job.left_out = {"/data/\xff"};
  job.spare_log = {"/data/\xfd", "0000000000000001", 16};
  job.other_mounts = {"/data/\xfe"};
  job.live = job.has_reader = job.distrust_times_without_mappings = true;
  job.checksum = job.has_parent = job.restore = job.save = true;
  job.compression = "zstd";
  const Job again = parse_job(to_json(job));
  ASSERT_EQ(again.trees.size(), 2U);
  EXPECT_EQ(again.trees[0].source, job.trees[0].source);
  EXPECT_EQ(again.trees[0].root, job.trees[0].root);
  EXPECT_EQ(again.trees[0].target, job.trees[0].target);
  EXPECT_EQ(again.root_paths, job.root_paths);
  EXPECT_EQ(again.left_out, job.left_out);
  EXPECT_EQ(again.other_mounts, job.other_mounts);
  EXPECT_EQ(to_json(again), to_json(job));
}

TEST(Protocol, RefusesADamagedJob) {
  EXPECT_THROW(parse_job(""), Error);
  EXPECT_THROW(parse_job("{}"), Error);
  Job job;
  job.compression = "lzma";
  EXPECT_THROW(parse_job(to_json(job)), Error);
}

}  // namespace
}  // namespace dksnap::worker
