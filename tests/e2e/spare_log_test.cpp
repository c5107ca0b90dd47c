// What of the write-ahead log of a running server is left out is not needed, and what was
// acknowledged is there.
#include <atomic>
#include <memory>
#include <thread>

#include <nlohmann/json.hpp>

#include "base/text.hpp"
#include "support/postgres_image.hpp"
#include "support/proxy.hpp"
#include "support/store_lanes.hpp"

namespace dksnap::test {
namespace {

using nlohmann::json;

constexpr const char* kData = "/var/lib/postgresql/data";

class SpareLog : public OnEitherStore {
 protected:
  // Small segments, which are recycled all the time, and some dozens ahead of the one in use.
  std::string start() {
    const std::string source =
        desk().start("db",
                     {"-v", volume_ + ":" + kData, "-e", "POSTGRES_HOST_AUTH_METHOD=trust", "-e",
                      "POSTGRES_INITDB_ARGS=--no-sync --wal-segsize=1"},
                     {desk().image("postgres:15"), "-c", "max_wal_size=256MB", "-c",
                      "min_wal_size=64MB", "-c", "fsync=off"});
    wait_for_postgres(desk(), source);
    psql(desk(), source, "CREATE TABLE filler (t text); CREATE TABLE acks (i serial)");
    psql(desk(), source,
         "SELECT pg_logical_emit_message(false, 'a', 'b'), pg_switch_wal() FROM "
         "generate_series(1, 50)");
    psql(desk(), source, "CHECKPOINT");
    return source;
  }
  std::unique_ptr<RunningProgram> fill(const std::string& source) {
    return std::make_unique<RunningProgram>(
        Words{"docker", "-H", desk().host(), "exec", source, "sh", "-c",
              "until [ -e /tmp/enough ]; do psql -U postgres -qc \"INSERT INTO filler SELECT "
              "repeat(md5(i::text), 20) FROM generate_series(1, 4000) i\" -c CHECKPOINT; done"});
  }
  // Segments of the source that its frozen copy lacks. None of them holds a record that recovery
  // reads. Asked in the scratch, in one call: the source stands still for it.
  Words left_out() {
    const std::string scratch =
        std::string(trim(desk()
                             .docker({"ps", "-q", "--no-trunc", "--filter",
                                      "label=dksnap.role=scratch", "--filter", "volume=" + volume_})
                             .out));
    const RunResult said = desk().docker(
        {"exec", scratch, "sh", "-c",
         "PATH=/usr/lib/postgresql/15/bin:$PATH; cd /.dksnap/source/0/pg_wal; pg_controldata -D .. "
         "| sed -n 's/.*REDO location: *//p'; for f in 0*; do [ -e " +
             std::string(kData) +
             "/pg_wal/$f ] || echo $f $(pg_waldump -p . $f $f 2>/dev/null | sed -n 's/.*lsn: "
             "\\([0-9A-F/]*\\),.*/\\1/p' | tail -n 1); done"});
    EXPECT_TRUE(succeeded(said));
    const auto number = [](const std::string& lsn) {
      const std::size_t slash = lsn.find('/');
      return (std::stoull(lsn.substr(0, slash), nullptr, 16) << 32U) +
             std::stoull(lsn.substr(slash + 1), nullptr, 16);
    };
    Words lines = split(said.out, '\n');
    const std::string begin = lines.front();
    Words missing;
    for (std::size_t i = 1; i < lines.size(); ++i) {
      const Words words = split(lines[i], ' ');
      if (words.front().empty()) continue;
      missing.push_back(words.front());
      // The last record, if the segment holds any of its own.
      if (words.size() > 1 && !words[1].empty()) {
        EXPECT_LT(number(words[1]), number(begin)) << said;
      }
    }
    return missing;
  }
  std::string volume_;
};
DKSNAP_ON_EITHER_STORE(SpareLog);

TEST_P(SpareLog, OfARunningServerIsLeftOutAndNothingElse) {
  volume_ = desk().name("data");
  const std::string source = start();
  const auto filling = fill(source);
  while (std::stol(psql(desk(), source, "SELECT count(*) FROM filler")) < 20000) {
  }
  std::atomic<long> acknowledged = 0;
  std::atomic<bool> over = false;
  std::thread acknowledging([&] {
    while (!over) {
      // Refused while it is frozen.
      const RunResult last = desk().docker({"exec", source, "psql", "-U", "postgres", "-XAtqc",
                                            "INSERT INTO acks DEFAULT VALUES RETURNING i"});
      if (last.status == 0) acknowledged = std::stol(last.out);
    }
  });
  long before = 0;
  Words missing;
  FaultProxy proxy(desk().host());
  proxy.add({.method = "POST", .path = "/pause$", .nth = 0, .on_call = [&](const ProxyCall&) {
               before = acknowledged;
             }});
  // Where the engine hangs, it is asked again, when the scratch may be done with its copy.
  std::atomic<bool> is_asked = false;
  proxy.add({.method = "POST", .path = "/unpause$", .nth = 0, .on_call = [&](const ProxyCall&) {
               if (!is_asked.exchange(true)) missing = left_out();
             }});
  RunOptions options;
  options.env["DOCKER_HOST"] = proxy.host();
  const RunResult created = desk().dksnap({"create", source, "--json", "--full"}, options);
  over = true;
  desk().docker_out({"exec", source, "touch", "/tmp/enough"});
  acknowledging.join();
  filling->wait();
  ASSERT_TRUE(succeeded(created));
  EXPECT_FALSE(missing.empty());
  const std::string copy = desk().boot(json::parse(created.out)["id"]);
  EXPECT_GE(std::stol(psql(desk(), copy, "SELECT max(i) FROM acks")), before);
  EXPECT_EQ(psql(desk(), copy, "SELECT count(*) % 4000 FROM filler"), "0");
}

// Whoever reads it from there needs all of it.
TEST_P(SpareLog, IsKeptWhereASlotWantsIt) {
  volume_ = desk().name("data");
  const std::string source = start();
  psql(desk(), source, "SELECT pg_create_physical_replication_slot('s', true)");
  psql(desk(), source,
       "INSERT INTO filler SELECT repeat(md5(i::text), 20) FROM generate_series(1, 20000) i");
  psql(desk(), source, "CHECKPOINT");
  Words missing;
  FaultProxy proxy(desk().host());
  proxy.add({.method = "POST", .path = "/unpause$", .on_call = [&](const ProxyCall&) {
               missing = left_out();
             }});
  RunOptions options;
  options.env["DOCKER_HOST"] = proxy.host();
  ASSERT_TRUE(succeeded(desk().dksnap({"create", source}, options)));
  EXPECT_EQ(missing, Words());
}

// Right after it nothing of the source's is held by what create leaves to the engine.
TEST_P(SpareLog, TheSourceAndItsVolumesCanBeRemovedAtOnce) {
  volume_ = desk().name("data");
  const std::string source = start();
  ASSERT_TRUE(succeeded(desk().dksnap({"create", source})));
  EXPECT_TRUE(succeeded(desk().docker({"rm", "-fv", source})));
  EXPECT_TRUE(succeeded(desk().docker({"volume", "rm", volume_})));
  EXPECT_NE(desk().docker({"volume", "inspect", volume_}).status, 0);
}

}  // namespace
}  // namespace dksnap::test
