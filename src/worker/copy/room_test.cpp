#include "worker/copy/room.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "worker/test_root.hpp"

namespace dksnap::worker {
namespace {

TEST(Room, TooLittleIsAnErrorWithBothFigures) {
  const TestRoot root;
  const Place place = root.place();
  EXPECT_GT(free_bytes(place), 0U);
  EXPECT_NO_THROW(expect_room(place, 1, "no"));
  try {
    expect_room(place, std::uint64_t{1} << 60, "there is no room");
    FAIL() << "there was";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::no_space);
    EXPECT_EQ(error.message(), "there is no room");
    EXPECT_THAT(error.why(), testing::MatchesRegex("it needs 1153 PB .*, and .* are free"));
    EXPECT_NE(error.hint(), "");
  }
}

// Nothing is written before it is known that all of it fits. A file of holes takes no room in a
// copy, but all of its size where the engine unpacks the layer.
TEST(Room, IsAskedForBeforeTheFirstByte) {
  const TestRoot root;
  write_file(root.source("first"), "x");
  write_file(root.source("holes"), "x");
  fs::resize_file(root.source("holes"), std::uintmax_t{1} << 20);
  Place place = root.place();
  const Job job = root.job();
  EXPECT_NO_THROW(expect_room_for_copy(place, Layout(place, job), job));
  fs::resize_file(root.source("holes"), std::uintmax_t{1} << 42);
  try {
    expect_room_for_copy(place, Layout(place, job), job);
    FAIL() << "it does not fit";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::no_space);
    EXPECT_THAT(error.why(), testing::HasSubstr("holes is a sparse file"));
  }
}

}  // namespace
}  // namespace dksnap::worker
