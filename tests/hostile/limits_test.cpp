// What throw-away containers may do and take, looked at while they are there.
#include <atomic>
#include <csignal>
#include <future>
#include <memory>

#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

#include "support/eventually.hpp"
#include "support/postgres_image.hpp"
#include "support/proxy.hpp"
#include "support/store_lanes.hpp"

namespace dksnap::test {
namespace {

using nlohmann::json;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

class ScratchLimits : public OnEitherStore {
 protected:
  // The reader and the scratch of a create, at the moment of the freeze.
  struct Pair {
    json reader;
    json scratch;
  };
  Pair look_while_creating(const std::string& source) {
    const json of_source = desk().inspect(source);
    const std::string volume = of_source["Mounts"].at(0)["Name"];
    const std::string pids = "container:" + of_source["Id"].get<std::string>();
    Pair pair;
    FaultProxy proxy(desk().host());
    proxy.add(
        {.method = "POST", .path = "/update$", .on_call = [&](const ProxyCall&) { ++updates_; }});
    proxy.add({.method = "POST", .path = "/pause$", .on_call = [&](const ProxyCall&) {
                 const std::string ids = desk().docker_out(
                     {"ps", "-q", "--no-trunc", "--filter", "label=dksnap.role=scratch"});
                 for (std::size_t at = 0; at < ids.size(); at += 65) {
                   const RunResult found = desk().docker({"inspect", ids.substr(at, 64)});
                   if (found.status != 0) continue;  // another test's, which has gone
                   const json one = json::parse(found.out).at(0);
                   if (one["HostConfig"]["PidMode"] == pids) pair.reader = one;
                   for (const json& mount : one["Mounts"]) {
                     if (mount.value("Name", "") == volume) pair.scratch = one;
                   }
                 }
               }});
    RunOptions options;
    options.env["DOCKER_HOST"] = proxy.host();
    result_ = desk().dksnap({"create", source}, options);
    return pair;
  }
  static json host(const json& container) { return container["HostConfig"]; }

  RunResult result_;
  std::atomic<int> updates_ = 0;
};
DKSNAP_ON_EITHER_STORE(ScratchLimits);

TEST_P(ScratchLimits, AreTheNarrowerOfTheSourcesAndTheEngines) {
  const std::string source =
      desk().start("limited",
                   {"--memory", "300m", "--memory-swap", "400m", "--pids-limit", "200", "--cpus",
                    "0.8", "--cpuset-cpus", "0", "--security-opt", "seccomp=unconfined"},
                   {desk().image("files:1")});
  const Pair pair = look_while_creating(source);
  ASSERT_EQ(result_.status, 0) << result_;
  ASSERT_FALSE(pair.reader.is_null());
  ASSERT_FALSE(pair.scratch.is_null());
  for (const json& container : {pair.reader, pair.scratch}) {
    const json limits = host(container);
    SCOPED_TRACE(limits.dump(1));
    EXPECT_EQ(limits["Memory"], 300 * 1024 * 1024);
    EXPECT_EQ(limits["MemorySwap"], 400 * 1024 * 1024);
    EXPECT_EQ(limits["PidsLimit"], 200);
    EXPECT_EQ(limits["NanoCpus"], 0) << "the source stands still meanwhile";
    EXPECT_EQ(limits["CpusetCpus"], "0");
    EXPECT_EQ(limits["NetworkMode"], "none");
    EXPECT_EQ(limits["Privileged"], false);
    EXPECT_EQ(limits["RestartPolicy"]["Name"], "no");
    EXPECT_EQ(limits["LogConfig"]["Type"], "none");
    EXPECT_THAT(limits["SecurityOpt"], ElementsAre("no-new-privileges"));
    EXPECT_THAT(limits["CapDrop"], ElementsAre("ALL"));
    EXPECT_THAT(limits["Devices"], IsEmpty());
  }
  EXPECT_EQ(updates_, 1) << "afterwards the scratch has the source's share of the processors";
  // The reader has the processes, and of mounts only what is thrown away; the scratch has neither
  // processes nor anything that it may write.
  ASSERT_EQ(pair.reader["Mounts"].size(), 1U);
  EXPECT_THAT(pair.reader["Mounts"][0]["Name"].get<std::string>(), HasSubstr("dksnap-hand-over-"));
  EXPECT_THAT(host(pair.reader)["CapAdd"].dump(),
              testing::AnyOf("[\"SYS_PTRACE\"]", "[\"CAP_SYS_PTRACE\"]"));
  EXPECT_EQ(host(pair.scratch)["PidMode"], "");
  EXPECT_THAT(host(pair.scratch)["CapAdd"].dump(), Not(HasSubstr("SYS_")));
  for (const json& mount : pair.scratch["Mounts"]) EXPECT_EQ(mount["RW"], false) << mount;
  // Nothing is left: the containers are TearDown's to look for.
  const std::string volume = pair.reader["Mounts"][0]["Name"];
  EXPECT_NE(desk().docker({"volume", "inspect", volume}).status, 0);
}

TEST_P(ScratchLimits, AreNoneThatTheWorkerCannotWorkWith) {
  Words options{"--memory", "64m", "--pids-limit", "20", "--cpus", "0.5", "--cap-drop", "ALL"};
  for (const char* name : {"CHOWN", "DAC_OVERRIDE", "FOWNER", "SETGID", "SETUID"})
    options.insert(options.end(), {"--cap-add", name});
  const std::string source = start_postgres(desk(), options);
  psql(desk(), source, "CREATE TABLE t AS SELECT generate_series(1, 100000) AS n");
  const RunResult created = desk().dksnap({"create", source, "--verify"});
  EXPECT_EQ(created.status, 0) << created;
}

TEST_P(ScratchLimits, AKilledOnesVolumeGoesWithTheNextRun) {
  const std::string source = desk().start("killed", {}, {desk().image("files:1")});
  FaultProxy proxy(desk().host());
  std::shared_ptr<RunningProgram> program;
  std::promise<void> started;
  std::shared_future<void> has_started = started.get_future().share();
  proxy.add({.method = "POST", .path = "/pause$", .on_call = [&](const ProxyCall&) {
               has_started.wait();
               program->signal(SIGKILL);
             }});
  RunOptions options;
  options.env["DOCKER_HOST"] = proxy.host();
  program = std::make_shared<RunningProgram>(desk().dksnap_command({"create", source}),
                                             desk().dksnap_options(options));
  started.set_value();
  const RunResult killed = program->wait();
  EXPECT_EQ(killed.status, 128 + SIGKILL) << killed;
  const auto left = [&] {
    return desk().docker_out({"volume", "ls", "--filter", "label=dksnap.role=hand-over", "--format",
                              "{{.Label \"dksnap.owner\"}}"});
  };
  const std::string ours = std::to_string(killed.pid) + "@";
  EXPECT_TRUE(eventually("nothing of it is left", [&] {
    EXPECT_EQ(desk().dksnap({"doctor", "--fix"}).status, 0);
    return ("\n" + left()).find("\n" + ours) == std::string::npos;
  }));
  EXPECT_TRUE(eventually("the source runs", [&] { return desk().runs(source); }));
}

}  // namespace
}  // namespace dksnap::test
