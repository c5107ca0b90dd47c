#include <cstring>

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/text.hpp"
#include "source.hpp"
#include "support/eventually.hpp"

namespace dksnap::test {
namespace {

using ::testing::AssertionFailure;
using ::testing::AssertionSuccess;

// The log's last number, if it holds all numbers from 1 on. One comes twice where the writer was
// ended between the log and the counter, and started again.
::testing::AssertionResult read_log(const std::string& text, int& last) {
  last = 0;
  for (const std::string& line : split(text, '\n')) {
    if (line.empty()) continue;
    if (line == std::to_string(last)) continue;
    if (line != std::to_string(++last)) {
      return AssertionFailure() << "\"" << line << "\" is in the log's place of " << last;
    }
  }
  if (last == 0) return AssertionFailure() << "the log is empty";
  return AssertionSuccess();
}

int number(const std::string& text) {
  return std::stoi(text.empty() ? "0" : text);
}

}  // namespace

FilesSource::FilesSource(Desk& desk, const EngineView& engine, const std::string& volume)
    : Source(desk, engine, "files:1") {
  start({}, volume);
  EXPECT_TRUE(eventually("the source writes", [&] {
    return engine_.call("GET", "/containers/" + id() + "/archive?path=/data/counter").status == 200;
  }));
}

// What process 1 maps is read as the file system has it, which is the same page.
std::uint64_t FilesSource::ticks() const {
  std::uint64_t value = 0;
  const std::string page = engine_.read_file(id(), "/data/mapped");
  std::memcpy(&value, page.data(), std::min(page.size(), sizeof value));
  return value;
}

::testing::AssertionResult FilesSource::goes_on() {
  const std::uint64_t before = ticks();
  auto moves = eventually(
      "the counter of the source grows", [&] { return ticks() > before; },
      std::chrono::seconds(60));
  if (!moves) return moves;
  // In this order, so that the log cannot be the older one.
  const int counter = number(engine_.read_file(id(), "/data/counter"));
  int last = 0;
  auto log = read_log(engine_.read_file(id(), "/data/log"), last);
  if (!log) return log;
  if (last < counter) return AssertionFailure() << "log " << last << " < counter " << counter;
  return AssertionSuccess();
}

::testing::AssertionResult FilesSource::is_whole(const std::string& image) {
  const std::string id =
      engine_.ask("POST", "/containers/create", {{"Image", image}})["Id"].get<std::string>();
  ::testing::AssertionResult result = AssertionSuccess();
  try {
    int last = 0;
    result = read_log(engine_.read_file(id, "/data/log"), last);
    const int counter = number(engine_.read_file(id, "/data/counter"));
    const int state = number(engine_.read_file(id, "/var/lib/files/state"));
    // As serve.c promises for any instant.
    if (result && !(last >= counter && counter >= state && state >= last - 1)) {
      result = AssertionFailure() << "not of one instant: log " << last << ", counter " << counter
                                  << ", state " << state;
    }
  } catch (const Error& error) {
    result = AssertionFailure() << error.what();
  }
  engine_.remove(id);
  return result;
}

}  // namespace dksnap::test
