#include "worker/handover/hand_over.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "worker/handover/test_reader.hpp"
#include "worker/tree/file_info.hpp"

namespace dksnap::worker {
namespace {

TEST(HandOver, GivesTheRootAndTheMappings) {
  const TestRoot root;
  fs::create_directories(root.path() + "/proc/12");
  write_file(root.path() + "/proc/12/maps", "1-2 rw-s 0 fe:00 42 /a\\012\xff\n");
  write_file(root.path() + "/in it", "x");
  const TestReader reader(root);
  HandedOver handed_over(root.place(), [] {});
  const Fd given = handed_over.take_root();
  EXPECT_TRUE(stat_at(given.get(), "in it", "/in it"));
  Mappings mappings;
  EXPECT_TRUE(handed_over.read_mappings(mappings));
  EXPECT_TRUE(mappings.contains("/a\n\xff", 0));
  EXPECT_TRUE(mappings.contains("", 42));
  // Asked again: what has come since.
  write_file(root.path() + "/proc/12/maps", "1-2 rw-s 0 fe:00 43 /b\n");
  EXPECT_TRUE(handed_over.read_mappings(mappings));
  EXPECT_TRUE(mappings.contains("", 43));
}

TEST(HandOver, TellsWhyThereIsNoRootAndGivesTheMappingsAllTheSame) {
  const TestRoot root;
  const TestReader reader(root, []() -> Fd {
    throw Error(ErrorCode::failed, "cannot read it", "it is somebody else's", "stop it");
  });
  HandedOver handed_over(root.place(), [] {});
  Mappings mappings;
  EXPECT_TRUE(handed_over.read_mappings(mappings));
  try {
    handed_over.take_root();
    FAIL() << "a root was given";
  } catch (const Error& error) {
    EXPECT_EQ(error.message(), "cannot read it");
    EXPECT_EQ(error.why(), "it is somebody else's");
    EXPECT_EQ(error.hint(), "stop it");
  }
}

TEST(HandOver, ServesOneAndThenNobody) {
  const TestRoot root;
  const TestReader reader(root);
  const HandedOver handed_over(root.place(), [] {});
  EXPECT_FALSE(exists(root.path() + kHandOverSocket));
}

TEST(HandOver, SaysThatItWaitsForOneThatDoesNotCome) {
  const TestRoot root;
  struct GaveUp {};
  EXPECT_THROW(HandedOver(root.place(), [] { throw GaveUp(); }), GaveUp);
}

TEST(HandOver, AReaderThatIsGoneIsAnError) {
  const TestRoot root;
  auto reader = std::make_unique<TestReader>(root);
  HandedOver handed_over(root.place(), [] {});
  reader.reset();
  Mappings mappings;
  EXPECT_THROW(handed_over.read_mappings(mappings), Error);
}

}  // namespace
}  // namespace dksnap::worker
