#include "scratch/limits.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace dksnap::scratch {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::Not;

constexpr std::int64_t kMb = 1024 * 1024;

TEST(Limits, AreTheSourcesOwn) {
  docker::Container source;
  source.resources.memory = 300 * kMb;
  source.resources.memory_swap = -1;
  source.resources.pids = 100;
  source.resources.cpu_quota = 50000;
  source.resources.cpuset_cpus = "1";
  source.resources.cgroup_parent = "/tenant";
  const docker::Resources limits = limits_like(source).resources;
  EXPECT_EQ(limits.memory, 300 * kMb);
  EXPECT_EQ(limits.memory_swap, -1);
  EXPECT_EQ(limits.pids, 100);
  EXPECT_EQ(limits.cpu_quota, 50000);
  EXPECT_EQ(limits.cpuset_cpus, "1");
  EXPECT_EQ(limits.cgroup_parent, "/tenant");
}

TEST(Limits, LeaveTheWorkerWhatItNeeds) {
  docker::Container source;
  source.resources.memory = 6 * kMb;
  source.resources.memory_swap = 6 * kMb;
  source.resources.pids = 2;
  const docker::Resources limits = limits_like(source).resources;
  EXPECT_EQ(limits.memory, 128 * kMb);
  EXPECT_EQ(limits.memory_swap, 128 * kMb);
  EXPECT_EQ(limits.pids, 64);
  EXPECT_EQ(limits_like({}).resources.memory, 0) << "the engine's default";
  EXPECT_EQ(limits_like({}).resources.pids, 1024);
}

TEST(Limits, TakeProfilesButNeverNone) {
  docker::Container source;
  source.security_opt = {"apparmor:unconfined", "seccomp=unconfined", "label=disable"};
  EXPECT_THAT(limits_like(source).security_opt, ElementsAre("no-new-privileges"));
  EXPECT_THAT(limits_like(source).reader_opt,
              ElementsAre("no-new-privileges", "apparmor=unconfined"));
  source.security_opt = {"apparmor=tight", "seccomp={\"a\":\"b=c\"}"};
  source.process_label = "system_u:system_r:container_t:s0:c1,c2";
  EXPECT_THAT(limits_like(source).security_opt,
              ElementsAre("no-new-privileges", "apparmor=tight", "seccomp={\"a\":\"b=c\"}",
                          "label=level:s0:c1,c2"));
}

TEST(Limits, GiveEachKindOnlyWhatItNeeds) {
  docker::Container source;
  source.dropped_capabilities = {"SETUID"};
  docker::ContainerSpec reader;
  confine(reader, limits_like(source), Confined::reader);
  EXPECT_THAT(reader.cap_drop, ElementsAre("ALL"));
  EXPECT_THAT(reader.cap_add, ElementsAre("SYS_PTRACE"));
  docker::ContainerSpec scratch;
  confine(scratch, limits_like(source), Confined::scratch);
  EXPECT_THAT(scratch.cap_drop, ElementsAre("ALL"));
  EXPECT_THAT(scratch.cap_add, Not(Contains("SYS_PTRACE")));
  EXPECT_EQ(scratch.log_driver, "none");
  docker::ContainerSpec image;
  confine(image, limits_like(source), Confined::image);
  EXPECT_THAT(image.cap_drop, ElementsAre("ALL"));
  EXPECT_THAT(image.cap_add, Not(Contains("NET_RAW")));
  EXPECT_THAT(image.cap_add, Not(Contains("SETUID")));
  EXPECT_THAT(image.cap_add, Contains("SETGID"));
  EXPECT_EQ(image.log_driver, "") << "its log says why it does not start";
}

TEST(Limits, GiveTheImageWhatItsSourceAskedForOfTheEnginesOwn) {
  const auto of = [](std::vector<std::string> dropped, std::vector<std::string> added) {
    docker::Container source;
    source.dropped_capabilities = std::move(dropped);
    source.added_capabilities = std::move(added);
    docker::ContainerSpec image;
    confine(image, limits_like(source), Confined::image);
    return image.cap_add;
  };
  const auto all = of({}, {});
  EXPECT_THAT(of({"ALL"}, {"CAP_CHOWN", "setuid", "SYS_ADMIN", "NET_RAW"}),
              ElementsAre("CHOWN", "SETUID"));
  EXPECT_THAT(of({"ALL"}, {}), ElementsAre());
  EXPECT_EQ(of({"all"}, {"ALL"}), all);
  EXPECT_EQ(of({}, {"SYS_ADMIN"}), all);
  EXPECT_THAT(of({"CAP_KILL"}, {"ALL"}), Not(Contains("KILL")));
  EXPECT_EQ(of({"KILL"}, {"KILL"}), all) << "what is added wins";
}

TEST(Limits, LeaveTheCopyAllOfTheProcessor) {
  docker::Container source;
  source.resources.nano_cpus = 500'000'000;
  source.resources.cpuset_cpus = "1";
  docker::ContainerSpec container;
  for (const Confined who : {Confined::scratch, Confined::reader}) {
    confine(container, limits_like(source), who);
    EXPECT_EQ(container.resources.nano_cpus, 0);
    EXPECT_EQ(container.resources.cpuset_cpus, "1");
  }
  confine(container, limits_like(source), Confined::image);
  EXPECT_EQ(container.resources.nano_cpus, 500'000'000);
}

}  // namespace
}  // namespace dksnap::scratch
