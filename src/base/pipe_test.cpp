#include "base/pipe.hpp"

#include <stdexcept>
#include <thread>

#include <gtest/gtest.h>

#include "base/error.hpp"

namespace dksnap {
namespace {

TEST(BytePipe, CarriesMoreThanItHolds) {
  BytePipe pipe(7);
  std::string sent;
  for (int i = 0; i < 1000; ++i) sent += std::to_string(i);
  std::thread writer([&] {
    pipe.write(std::string_view(sent));
    pipe.finish();
  });
  const std::string got = read_all(pipe, 1 << 20);
  writer.join();
  EXPECT_EQ(got, sent);
  std::byte one[1];
  EXPECT_EQ(pipe.read(one), 0U);
}

TEST(BytePipe, ReaderGetsWhatIsLeftThenTheFailure) {
  BytePipe pipe;
  pipe.write(std::string_view("abc"));
  pipe.fail(std::make_exception_ptr(std::runtime_error("gone")));
  std::byte some[8];
  EXPECT_EQ(pipe.read(some), 3U);
  EXPECT_THROW(pipe.read(some), std::runtime_error);
  EXPECT_THROW(pipe.read(some), std::runtime_error);
}

TEST(BytePipe, CloseWakesAWaitingReader) {
  BytePipe pipe;
  std::thread closer([&] { pipe.close(); });
  std::byte some[8];
  EXPECT_EQ(pipe.read(some), 0U);
  closer.join();
}

TEST(BytePipe, CloseWakesAWaitingWriter) {
  BytePipe pipe(2);
  std::thread closer([&] { pipe.close(); });
  EXPECT_THROW(pipe.write(std::string_view("more than fits")), Error);
  closer.join();
}

}  // namespace
}  // namespace dksnap
