// All that a snapshot holds is of one instant, also what no time stamp tells.
#include <atomic>
#include <cstdint>
#include <cstring>
#include <thread>

#include <nlohmann/json.hpp>

#include "base/text.hpp"
#include "support/eventually.hpp"
#include "support/files_image.hpp"
#include "support/proxy.hpp"
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

// A health check, or any other exec, that begins as it is frozen never gets on, and an older engine
// then keeps whoever inspects the container waiting, with the lock that a thaw needs.
TEST_P(OneInstant, WhileItIsFrozenNobodyInspectsIt) {
  const std::string source = desk().start("files", {}, {desk().image("files:1")});
  const std::string id = desk().inspect(source)["Id"];
  FaultProxy proxy(desk().host());
  RunOptions options;
  options.env["DOCKER_HOST"] = proxy.host();
  ASSERT_TRUE(succeeded(desk().dksnap({"create", source}, options)));
  bool is_frozen = false;
  int freezes = 0;
  for (const ProxyCall& call : proxy.calls()) {
    if (call.path.find(id) == std::string::npos) continue;
    if (call.path.ends_with("/pause")) {
      is_frozen = true;
      ++freezes;
    } else if (call.path.ends_with("/unpause")) {
      is_frozen = false;
    } else {
      EXPECT_FALSE(is_frozen) << call.method << " " << call.path;
    }
  }
  EXPECT_EQ(freezes, 1);
}

// Programs are started in it all the time.
TEST_P(OneInstant, AContainerThatIsAskedAllTheTimeIsThawed) {
  const std::string source = desk().start("files", {}, {desk().image("files:1")});
  std::atomic<bool> over = false;
  std::vector<std::thread> asking;
  for (int i = 0; i < 3; ++i) {
    asking.emplace_back([&] {
      while (!over) desk().docker({"exec", source, "/files", "cat", "/proc/uptime"});
    });
  }
  for (int i = 0; i < 4; ++i) EXPECT_TRUE(succeeded(desk().dksnap({"create", source, "-q"})));
  over = true;
  for (std::thread& one : asking) one.join();
  EXPECT_TRUE(desk().runs(source));
}

// They are in no list of changes that was made before.
TEST_P(OneInstant, FilesOfTheRootThatAreMadeMeanwhileAreCountedRight) {
  const std::string source = desk().start(
      "maker", {"-v", "/data", "--entrypoint", "sh"},
      {desk().image("postgres:15"), "-c",
       "trap 'exit 0' TERM; mkdir -p /srv/made; i=0; while :; do i=$((i+1)); echo $i "
       ">/srv/made/$i; echo $i >/data/new; mv /data/new /data/count; sleep 0.01; done"});
  EXPECT_TRUE(eventually("it counts", [&] {
    return desk().docker({"exec", source, "cat", "/data/count"}).status == 0;
  }));
  const std::string copy = desk().boot(desk().create(source));
  const std::string counted = desk().docker_out(
      {"run", "--rm", "--entrypoint", "sh", desk().inspect(copy)["Image"], "-c",
       "c=$(cat /data/count); i=1; while [ -e /srv/made/$i ]; do i=$((i+1)); done; "
       "echo $((i-1-c)) $(($(ls /srv/made | wc -l)-i+1))"});
  EXPECT_THAT(counted, testing::AnyOf("0 0", "1 0"));
}

}  // namespace
}  // namespace dksnap::test
