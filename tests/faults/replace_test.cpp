// `dksnap replace` killed and cut off at its calls: the old container is back with its old data, at
// once or with the next command.
#include <csignal>
#include <future>
#include <memory>

#include "lanes.hpp"
#include "support/desk.hpp"
#include "support/eventually.hpp"
#include "support/files_image.hpp"
#include "support/proxy.hpp"
#include "support/run.hpp"

namespace dksnap::test {
namespace {

constexpr std::chrono::seconds kLimit{120};
// Fewer calls than this, and the loops have not seen a replace.
constexpr int kFewestCalls = 40;

// A container with a named volume, whose data a replace overwrites, and one with its own.
class ReplaceFaults : public LaneTest {
 protected:
  void SetUp() override {
    LaneTest::SetUp();
    if (IsSkipped() || HasFatalFailure()) return;
    desk_ = std::make_unique<Desk>(GetParam().engine);
  }

  void start(bool named) {
    Words options{"--restart", "always"};
    if (named) options.insert(options.end(), {"-v", desk_->name("volume") + ":/data"});
    source_ = desk_->start("files", options, {desk_->image("files:1")});
    files_batch(*desk_, source_, "mkdir /data/t\nfill /data/t/a 100000 1\nwrite /data/t/b seed\n");
    snapshot_ = desk_->create(source_, {"-m", "seed"});
    files_batch(*desk_, source_, "fill /data/t/a 100000 2\nrm /data/t/b\nwrite /data/t/c live\n");
    live_ = tree();
  }
  std::string tree() { return files_tree(*desk_, source_, "/data/t"); }

  RunResult replace(FaultProxy& proxy, const FaultRule& rule, bool kill) {
    std::promise<std::shared_ptr<RunningProgram>> starting;
    const std::shared_future<std::shared_ptr<RunningProgram>> started = starting.get_future();
    FaultRule struck = rule;
    if (kill) struck.on_call = [started](const ProxyCall&) { started.get()->signal(SIGKILL); };
    proxy.add(struck);
    RunOptions options;
    options.limit = kLimit;
    options.env["DOCKER_HOST"] = proxy.host();
    starting.set_value(std::make_shared<RunningProgram>(
        desk_->dksnap_command({"replace", source_, "--with", snapshot_, "-y"}),
        desk_->dksnap_options(options)));
    return started.get()->wait();
  }

  void expect_as_before(const RunResult& result) {
    EXPECT_TRUE(eventually("the old container runs", [&] {
      return desk_->docker({"inspect", source_}).status == 0 && desk_->runs(source_);
    })) << result;
    EXPECT_EQ(tree(), live_) << result;
    EXPECT_EQ(
        desk_->docker_out({"inspect", "--format", "{{.HostConfig.RestartPolicy.Name}}", source_}),
        "always");
    // Neither the new container nor a parked one.
    EXPECT_EQ(desk_->docker_out({"ps", "-aq", "--filter", "name=" + source_ + "--"}), "") << result;
  }

  std::unique_ptr<Desk> desk_;
  std::string source_;
  std::string snapshot_;
  std::string live_;
};
DKSNAP_ON_LANES(ReplaceFaults, Lane{"memory", 7}, Lane{"containerd", 0});

TEST_P(ReplaceFaults, KilledAtACallTheNextCommandPutsBack) {
  for (const bool named : {true, false}) {
    start(named);
    int number = 1;
    for (;; number += GetParam().step()) {
      FaultProxy proxy(desk_->host());
      const RunResult result = replace(proxy, {.nth = number}, true);
      SCOPED_TRACE(::testing::Message() << "killed at call " << number << ", named " << named);
      if (proxy.fired() == 0) {
        EXPECT_EQ(result.status, 0) << result;
        break;
      }
      // Of both commands that put it back, in turn.
      const bool doctor = number % 2 == 0;
      const RunResult fixed = desk_->dksnap(
          doctor ? Words{"doctor", "--fix"} : Words{"undo", source_, "-y"}, {.limit = kLimit});
      // Nothing to undo: it was killed before it had begun.
      if (doctor || fixed.status != 11) {
        EXPECT_EQ(fixed.status, 0) << fixed;
      }
      expect_as_before(result);
      if (HasFailure()) return;
    }
    EXPECT_GT(number, named ? kFewestCalls : kFewestCalls / 2);
  }
}

TEST_P(ReplaceFaults, CutOffAtACallItGoesBackByItself) {
  for (const Fault fault : {Fault::cut_before, Fault::cut_after_request}) {
    start(true);
    int number = 1;
    for (;; number += GetParam().step()) {
      FaultProxy proxy(desk_->host());
      const RunResult result = replace(proxy, {.nth = number, .fault = fault}, false);
      SCOPED_TRACE(::testing::Message() << "cut off at call " << number);
      if (proxy.fired() == 0) {
        EXPECT_EQ(result.status, 0) << result;
        break;
      }
      EXPECT_FALSE(result.timed_out) << result;
      // Some calls are asked again, or come when all is done.
      if (result.status == 0) {
        ASSERT_TRUE(succeeded(desk_->dksnap({"undo", source_, "-y"})));
        ASSERT_TRUE(succeeded(desk_->dksnap({"prune", "--now", "-y"})));
      } else {
        EXPECT_TRUE(result.status == 20 || result.status == 10) << result;
      }
      expect_as_before(result);
      if (HasFailure()) return;
    }
    EXPECT_GT(number, kFewestCalls);
  }
}

}  // namespace
}  // namespace dksnap::test
