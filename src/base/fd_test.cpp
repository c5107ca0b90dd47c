#include "base/fd.hpp"

#include <fcntl.h>
#include <string>
#include <thread>
#include <utility>

#include <gtest/gtest.h>

#include "base/error.hpp"

namespace dksnap {
namespace {

bool is_open(int fd) {
  return ::fcntl(fd, F_GETFD) >= 0;
}

TEST(Fd, ClosesWhatItOwns) {
  Pipe pipe = make_pipe();
  const int number = pipe.read_end.get();
  {
    const Fd owner = std::move(pipe.read_end);
    EXPECT_FALSE(pipe.read_end);
    EXPECT_TRUE(is_open(number));
  }
  EXPECT_FALSE(is_open(number));
}

TEST(Fd, AssignmentClosesTheOldOne) {
  Pipe pipe = make_pipe();
  const int old = pipe.read_end.get();
  const int kept = pipe.write_end.get();
  pipe.read_end = std::move(pipe.write_end);
  EXPECT_FALSE(is_open(old));
  EXPECT_EQ(pipe.read_end.get(), kept);
}

TEST(Fd, ReleaseGivesItAway) {
  Pipe pipe = make_pipe();
  const Fd again(pipe.read_end.release());
  EXPECT_FALSE(pipe.read_end);
  EXPECT_TRUE(is_open(again.get()));
}

TEST(Fd, NothingIsInherited) {
  const Pipe pipe = make_pipe();
  const Fd file = open_file("/dev/null", O_RDONLY);
  for (const int fd : {pipe.read_end.get(), pipe.write_end.get(), file.get()}) {
    EXPECT_TRUE(::fcntl(fd, F_GETFD) & FD_CLOEXEC);
  }
}

TEST(OpenFile, NamesThePathItCannotOpen) {
  try {
    open_file("/nonexistent/file", O_RDONLY);
    FAIL() << "opened";
  } catch (const Error& error) {
    EXPECT_EQ(error.message(), "cannot open /nonexistent/file");
    EXPECT_EQ(error.why(), "No such file or directory");
  }
}

TEST(FdStreams, CarryMoreThanAPipeHolds) {
  Pipe pipe = make_pipe();
  const std::string sent(1'000'000, 'x');
  std::jthread writer([&] {
    FdSink sink(std::move(pipe.write_end), "the pipe");
    sink.write(sent);
    sink.close();
  });
  FdSource source(std::move(pipe.read_end), "the pipe");
  EXPECT_EQ(read_all(source, sent.size()), sent);
}

TEST(FdSink, AFullDiskIsNoSpace) {
  FdSink sink(open_file("/dev/full", O_WRONLY), "the layer");
  try {
    sink.write("x");
    FAIL() << "written";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::no_space);
    EXPECT_EQ(error.message(), "cannot write the layer");
  }
}

TEST(FdSource, ReportsWhatReadReports) {
  FdSource source(open_file("/", O_RDONLY), "the folder");
  std::byte one[1];
  EXPECT_THROW(source.read(one), Error);
}

}  // namespace
}  // namespace dksnap
