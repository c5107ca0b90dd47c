// The engine room against a real engine: containers and exec.
#include <chrono>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/pipe.hpp"
#include "docker/http/live_engine.hpp"

namespace dksnap::docker {
namespace {

using namespace std::chrono_literals;
using testing::Contains;
using testing::HasSubstr;
using testing::UnorderedElementsAre;

TEST_F(LiveEngine, TellsAboutItself) {
  const EngineInfo info = engine_->info();
  EXPECT_FALSE(info.server_version.empty());
  EXPECT_EQ(info.os, "linux");
  EXPECT_THAT((std::vector<std::string>{"amd64", "arm64"}), Contains(info.architecture));
  EXPECT_FALSE(info.root_dir.empty());
}

TEST_F(LiveEngine, LifeOfAContainer) {
  ContainerSpec wanted = spec();
  wanted.env = {"A=b=c"};
  wanted.tmpfs = {{"/scratch", "size=1m"}};
  wanted.mounts = {{"tmpfs", "", "/other/", false, true}};
  wanted.bindings = {{"5432/tcp", "127.0.0.1", ""}};
  wanted.disable_healthcheck = true;
  wanted.restart_policy = "on-failure:3";
  const std::string id = create(wanted);

  Container container = engine_->inspect_container(wanted.name);
  EXPECT_EQ(container.id, id);
  EXPECT_EQ(container.name, wanted.name);
  EXPECT_EQ(container.status, "created");
  EXPECT_EQ(container.image, kImage);
  EXPECT_EQ(container.config.env_value("A"), "b=c");
  EXPECT_EQ(container.restart_policy, "on-failure:3");
  ASSERT_EQ(container.bindings.size(), 1U);
  EXPECT_EQ(container.bindings[0].container_port, "5432/tcp");
  std::vector<std::string> tmpfs;
  for (const Mount& mount : container.mounts) {
    if (mount.type == "tmpfs") tmpfs.push_back(mount.destination);
  }
  EXPECT_THAT(tmpfs, UnorderedElementsAre("/scratch", "/other"));

  engine_->start_container(id);
  engine_->start_container(id);
  EXPECT_TRUE(engine_->inspect_container(id).running);
  ContainerFilter filter;
  filter.labels = {kLabel};
  std::vector<std::string> ids;
  for (const auto& one : engine_->list_containers(filter)) ids.push_back(one.id);
  EXPECT_THAT(ids, Contains(id));
  EXPECT_FALSE(engine_->container_processes(id).empty());

  engine_->pause_container(id);
  EXPECT_TRUE(engine_->inspect_container(id).paused);
  EXPECT_EQ(code_of([&] { engine_->pause_container(id); }), ErrorCode::in_use);
  engine_->unpause_container(id);
  engine_->rename_container(id, wanted.name + "-b");
  EXPECT_EQ(engine_->inspect_container(id).name, wanted.name + "-b");
  engine_->kill_container(id, "KILL");
  EXPECT_EQ(engine_->wait_container(id), 137);
  engine_->stop_container(id, 1s);
  engine_->remove_container(id);
  engine_->remove_container(id);
  EXPECT_EQ(code_of([&] { engine_->inspect_container(id); }), ErrorCode::not_found);
}

TEST_F(LiveEngine, NamesThatMeanSomethingInAUrl) {
  for (const char* name : {"", "a/b?c", "..", "no such", "%2e", "x#y"}) {
    EXPECT_NE(code_of([&] { engine_->inspect_container(name); }), ErrorCode::answer_is_no) << name;
  }
  EXPECT_EQ(code_of([&] { engine_->inspect_image("dksnap-lab/none:1"); }), ErrorCode::not_found);
  ContainerSpec wanted = spec();
  wanted.image = "dksnap-lab/none:1";
  EXPECT_EQ(code_of([&] { create(wanted); }), ErrorCode::not_found);
}

TEST_F(LiveEngine, ExecGivesOutputAndExitCode) {
  const std::string id = start(spec());
  EXPECT_EQ(run(id, {"/files", "write", "/changes-me", "hello"}).exit_code, 0);
  const Result cat = run(id, {"/files", "cat", "/changes-me"});
  EXPECT_EQ(cat.exit_code, 0);
  EXPECT_THAT(cat.out, HasSubstr("hello"));
  const Result missing = run(id, {"/files", "cat", "/none"});
  EXPECT_NE(missing.exit_code, 0);
  EXPECT_FALSE(missing.err.empty());
  std::vector<std::string> changed;
  for (const Change& change : engine_->container_changes(id)) changed.push_back(change.path);
  EXPECT_THAT(changed, Contains("/changes-me"));
}

TEST_F(LiveEngine, ExecOfWhatCannotRun) {
  const std::string id = start(spec());
  EXPECT_EQ(run(id, {"/no-such-program"}).exit_code, 127);
  EXPECT_EQ(run(id, {"no-such-program"}).exit_code, 127);
  EXPECT_EQ(run(id, {"/etc"}).exit_code, 126);
  engine_->pause_container(id);
  EXPECT_EQ(code_of([&] { run(id, {"/files"}); }), ErrorCode::in_use);
  engine_->unpause_container(id);
}

TEST_F(LiveEngine, ExecReturnsThoughItsInputNeverEnds) {
  const std::string id = start(spec());
  BytePipe pipe;
  const Result result = run(id, {"/files", "cat", "/etc/passwd"}, &pipe, [&] { pipe.close(); });
  EXPECT_NE(result.exit_code, -1);
}

TEST_F(LiveEngine, StopInterruptsARunningExec) {
  const std::string id = start(spec());
  std::thread stopper([&] {
    std::this_thread::sleep_for(300ms);
    stop_.request_stop();
  });
  const auto begin = std::chrono::steady_clock::now();
  EXPECT_EQ(code_of([&] { run(id, {"/files", "sleep", "60"}); }), ErrorCode::interrupted);
  EXPECT_LT(std::chrono::steady_clock::now() - begin, 1300ms);
  stopper.join();
}

}  // namespace
}  // namespace dksnap::docker
