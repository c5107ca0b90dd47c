// All that a snapshot holds is of one instant, also what no time stamp tells.
#include <cstdint>
#include <cstring>

#include <nlohmann/json.hpp>

#include "base/text.hpp"
#include "support/eventually.hpp"
#include "support/files_image.hpp"
#include "support/store_lanes.hpp"

namespace dksnap::test {
namespace {

using nlohmann::json;

class OneInstant : public OnEitherStore {
 protected:
  // A container with a snapshot's files in which nothing writes.
  std::string still(const std::string& id) {
    const std::string image = desk().show(id)["names"][0];
    return desk().start("still", {}, {image, "sleep", "600"});
  }
  long number(const std::string& container, const std::string& path) {
    return std::stol(last_lines(files(desk(), container, {"cat", path}), 1));
  }
};
DKSNAP_ON_EITHER_STORE(OneInstant);

struct Mapped {
  std::uint64_t first = 0;
  std::uint64_t last = 0;
};

Mapped read_mapped(const Desk& desk, const std::string& container) {
  const std::string bytes = files(desk, container, {"cat", "/data/mapped"});
  Mapped mapped;
  if (bytes.size() < sizeof mapped) return mapped;
  std::memcpy(&mapped.first, bytes.data(), sizeof mapped.first);
  std::memcpy(&mapped.last, bytes.data() + bytes.size() - sizeof mapped.last, sizeof mapped.last);
  return mapped;
}

TEST_P(OneInstant, FilesOfAWriterFitTogether) {
  const std::string source = desk().start("files", {}, {desk().image("files:1")});
  ASSERT_TRUE(eventually("the program writes", [&] {
    return desk().docker({"exec", source, "/files", "stat", "/var/lib/files/state"}).status == 0;
  }));
  std::uint64_t before = 0;
  for (const char* title : {"first", "second", "third"}) {
    const std::uint64_t at_start = read_mapped(desk(), source).first;
    const std::string copy = still(desk().create(source, {"-m", title}));
    const std::uint64_t at_end = read_mapped(desk(), source).first;
    // tests/lab/images/files/serve.c promises these.
    const long log = number(copy, "/data/log");
    const long counter = number(copy, "/data/counter");
    const long state = number(copy, "/var/lib/files/state");
    EXPECT_GE(log, counter);
    EXPECT_GE(counter, state);
    EXPECT_GE(state, log - 1);
    // Never a write call: only a store into a page that is dirty already.
    const Mapped mapped = read_mapped(desk(), copy);
    EXPECT_LE(mapped.first - mapped.last, 1U) << mapped.first << " " << mapped.last;
    EXPECT_GE(mapped.first, at_start) << "the mapped page is older than the snapshot";
    EXPECT_LE(mapped.first, at_end);
    EXPECT_GT(mapped.first, before);
    before = mapped.first;
  }
}

TEST_P(OneInstant, AFileWrittenTwiceInOneTickIsTheLaterOne) {
  const std::string source = desk().start("files", {}, {desk().image("files:1")});
  files_batch(desk(), source, "mkdir /data/same\n");
  std::string writes;
  for (int i = 0; i < 50; ++i) writes += "write /data/same/" + std::to_string(i) + " a\n";
  files_batch(desk(), source, writes);
  const std::string first = desk().create(source, {"-m", "first"});
  // The same size, and the same times: only the contents tell.
  std::string again;
  const auto lines = split(files_tree(desk(), source, "/data/same"), '\n');
  for (const std::string& line : lines) {
    if (line.find(" type=file ") == std::string::npos) continue;
    const std::string path = line.substr(0, line.find(' '));
    const std::size_t at = line.find("mtime_ns=") + 9;
    const std::string time = line.substr(at, line.find(' ', at) - at);
    again += "write " + path + " b\ntouch " + path + " " + time + "\n";
  }
  files_batch(desk(), source, again);
  const std::string before = files_tree(desk(), source, "/data/same");
  const std::string copy =
      desk().boot(desk().create(source, {"-m", "second", "--checksum"}), kAtOnce);
  EXPECT_EQ(files_tree(desk(), copy, "/data/same"), before);
}

}  // namespace
}  // namespace dksnap::test
