// `dksnap replace` killed, interrupted, cut off and refused at its calls, and out of space: the old
// container is back with its old data, at once or with the next command.
#include <csignal>
#include <fstream>
#include <functional>
#include <future>
#include <memory>
#include <sys/mount.h>

#include <gmock/gmock.h>

#include "lanes.hpp"
#include "support/desk.hpp"
#include "support/eventually.hpp"
#include "support/files_image.hpp"
#include "support/postgres_image.hpp"
#include "support/proxy.hpp"
#include "support/run.hpp"

namespace dksnap::test {
namespace {

// Fewer calls than this, and the loops have not seen a replace.
constexpr int kFewestCallsOfReplace = 40;

// A container with a named volume, whose data a replace overwrites, and one with its own.
class ReplaceFaults : public LaneTest {
 protected:
  void SetUp() override {
    LaneTest::SetUp();
    if (IsSkipped() || HasFatalFailure()) return;
    desk_ = std::make_unique<Desk>(GetParam().engine);
  }

  void start(bool named, const Words& more = {}) {
    Words options{"--restart", "always"};
    options.insert(options.end(), more.begin(), more.end());
    if (named) options.insert(options.end(), {"-v", desk_->name("volume") + ":/data"});
    source_ = desk_->start("files", options, {desk_->image("files:1")});
    files_batch(*desk_, source_, "mkdir /data/t\nfill /data/t/a 100000 1\nwrite /data/t/b seed\n");
    snapshot_ = desk_->create(source_, {"-m", "seed"});
    files_batch(*desk_, source_, "fill /data/t/a 100000 2\nrm /data/t/b\nwrite /data/t/c live\n");
    live_ = tree();
  }
  // To be at the looks at a program that goes on running, or not, is for when it is dense.
  virtual bool at_once() const { return !is_dense(); }
  Words swap(Words command) const {
    command.push_back("-y");
    if (at_once()) command.insert(command.end(), kAtOnce.begin(), kAtOnce.end());
    return command;
  }
  std::string tree() { return files_tree(*desk_, source_, "/data/t"); }

  // `signal`: that dksnap gets at the call; 0: none.
  RunResult replace(FaultProxy& proxy, const FaultRule& rule, int signal = 0) {
    std::promise<std::shared_ptr<RunningProgram>> starting;
    const std::shared_future<std::shared_ptr<RunningProgram>> started = starting.get_future();
    FaultRule struck = rule;
    if (signal != 0)
      struck.on_call = [started, signal](const ProxyCall&) { started.get()->signal(signal); };
    proxy.add(struck);
    RunOptions options;
    options.limit = kLimit;
    options.env["DOCKER_HOST"] = proxy.host();
    starting.set_value(std::make_shared<RunningProgram>(
        desk_->dksnap_command(swap({"replace", source_, "--with", snapshot_})),
        desk_->dksnap_options(options)));
    return started.get()->wait();
  }

  // After a kill, by either of the commands that do it; what was done, or has run, is not put back
  // by itself.
  void put_back(const RunResult& killed, bool by_doctor) {
    bool done = killed.err.find("it stood still for") != std::string::npos;
    if (by_doctor) {
      const RunResult fixed = desk_->dksnap({"doctor", "--fix"}, {.limit = kLimit});
      EXPECT_TRUE(succeeded(fixed));
      done = done || fixed.out.find("replaced, and stays") != std::string::npos;
    }
    if (done || !by_doctor) {
      const RunResult undone = desk_->dksnap(swap({"undo", source_}), {.limit = kLimit});
      // Nothing to undo: it was killed before it had begun.
      EXPECT_TRUE(undone.status == 0 || (!done && undone.status == 11)) << undone;
      done = done || undone.err.find("it stays") != std::string::npos;
    }
    if (done) {
      EXPECT_TRUE(succeeded(desk_->dksnap({"prune", "--now", "-y"})));
    }
  }

  // Kills a replace at every call from `first` on, or at a sample of them, and has it put back;
  // `check` looks at that. Returns the number of the call that there was none of any more.
  int killed_at_calls(int first, const std::function<void(const RunResult&)>& check) {
    for (int number = first;; number += GetParam().step()) {
      FaultProxy proxy(desk_->host());
      const RunResult result = replace(proxy, {.nth = number}, SIGKILL);
      SCOPED_TRACE(::testing::Message() << "killed at call " << number);
      if (proxy.fired() == 0) {
        EXPECT_EQ(result.status, 0) << result;
        return number;
      }
      put_back(result, number % 2 == 0);
      check(result);
      if (HasFailure()) return number;
    }
  }

  // Strikes a replace at every call from `first` on, or at a sample of them; it ends as it says,
  // and all is as it was.
  void at_calls(int first, FaultRule rule, int signal, const std::vector<int>& statuses) {
    int number = first;
    for (;; number += GetParam().step(2)) {
      rule.nth = number;
      FaultProxy proxy(desk_->host());
      const RunResult result = replace(proxy, rule, signal);
      SCOPED_TRACE(::testing::Message() << "at call " << number << ", signal " << signal);
      if (proxy.fired() == 0) {
        EXPECT_EQ(result.status, 0) << result;
        break;
      }
      EXPECT_FALSE(result.timed_out) << result;
      if (result.status == 0) {  // the call was asked again, or came when all was done
        ASSERT_TRUE(succeeded(desk_->dksnap(swap({"undo", source_}))));
        ASSERT_TRUE(succeeded(desk_->dksnap({"prune", "--now", "-y"})));
      } else {
        EXPECT_THAT(statuses, ::testing::Contains(result.status)) << result;
      }
      expect_as_before(result);
      if (HasFailure()) return;
    }
    EXPECT_GT(number, kFewestCallsOfReplace);
    ASSERT_TRUE(succeeded(desk_->dksnap(swap({"undo", source_}))));
    ASSERT_TRUE(succeeded(desk_->dksnap({"prune", "--now", "-y"})));
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
DKSNAP_ON_LANES(ReplaceFaults, Lane{"memory", 13}, Lane{"containerd", 0});

TEST_P(ReplaceFaults, KilledAtACallTheNextCommandPutsBack) {
  for (const bool named : {true, false}) {
    SCOPED_TRACE(named ? "named volume" : "anonymous volume");
    start(named);
    const int calls =
        killed_at_calls(1, [&](const RunResult& result) { expect_as_before(result); });
    if (HasFailure()) return;
    EXPECT_GT(calls, named ? kFewestCallsOfReplace : kFewestCallsOfReplace / 2);
  }
}

// The server itself is the judge of what is back.
// A container that cannot stay: what it holds beside the volume is stored once the new one answers.
TEST_P(ReplaceFaults, KilledWhileTheRestIsKeptTheNextCommandKeepsIt) {
  start(true,
        {"--label", "com.docker.compose.project=p", "--label", "com.docker.compose.service=files"});
  files_batch(*desk_, source_, "write /mine live\n");
  FaultProxy proxy(desk_->host());
  // The first one is the new container's image.
  const RunResult killed =
      replace(proxy, {.method = "POST", .path = "/images/load$", .nth = 2}, SIGKILL);
  ASSERT_EQ(proxy.fired(), 1) << killed;
  EXPECT_NE(killed.err.find("it stood still for"), std::string::npos) << killed;
  EXPECT_NE(tree(), live_);
  const RunResult fixed = desk_->dksnap({"doctor", "--fix"}, {.limit = kLimit});
  EXPECT_TRUE(succeeded(fixed));
  ASSERT_TRUE(succeeded(desk_->dksnap(swap({"undo", source_}), {.limit = kLimit})));
  EXPECT_EQ(tree(), live_);
  EXPECT_NE(files(*desk_, source_, {"cat", "/mine"}).find("live"), std::string::npos);
  ASSERT_TRUE(succeeded(desk_->dksnap({"prune", "--now", "-y"})));
}

class ReplaceFaultsWithADatabase : public ReplaceFaults {
 protected:
  bool at_once() const override { return false; }
};
DKSNAP_ON_LANES(ReplaceFaultsWithADatabase, Lane{"overlay2", 0}, Lane{"containerd", 17});

TEST_P(ReplaceFaultsWithADatabase, KilledAtACallTheNextCommandPutsBack) {
  source_ = start_postgres(*desk_, {"-v", desk_->name("volume") + ":/var/lib/postgresql/data"});
  psql(*desk_, source_, "CREATE TABLE t AS SELECT generate_series(1, 1000) AS i");
  snapshot_ = desk_->create(source_);
  psql(*desk_, source_, "DELETE FROM t WHERE i > 10; CREATE TABLE more AS SELECT 1 AS i");
  const int calls = killed_at_calls(3, [&](const RunResult& result) {
    wait_for_postgres(*desk_, source_);
    EXPECT_EQ(psql(*desk_, source_, "SELECT count(*) FROM t, more"), "10") << result;
  });
  if (HasFailure()) return;
  EXPECT_GT(calls, kFewestCallsOfReplace);
  EXPECT_EQ(psql(*desk_, source_, "SELECT count(*) FROM t"), "1000");
}

TEST_P(ReplaceFaults, CutOffAtACallItGoesBackByItself) {
  start(true);
  at_calls(1, {.fault = Fault::cut_before}, 0, {10, 20});
  at_calls(1 + GetParam().step(), {.fault = Fault::cut_after_request}, 0, {10, 20});
}

TEST_P(ReplaceFaults, InterruptedAtACallItGoesBackByItself) {
  start(true);
  at_calls(1, {}, SIGINT, {130});
  at_calls(1 + GetParam().step(), {}, SIGTERM, {143});
}

// An engine that does not do what it is asked to, at each call that changes something of the
// user's.
TEST_P(ReplaceFaults, ARefusedCallIsTakenBack) {
  const std::vector<FaultRule> refusals = {
      {.method = "POST", .path = "^/containers/create$"},
      {.method = "POST", .path = "^/containers/create$", .nth = 2},
      {.method = "POST", .path = "^/containers/create$", .nth = 3},
      {.method = "POST", .path = "^/containers/create$", .nth = 4},
      {.method = "POST", .path = "^/containers/.*/update$"},
      {.method = "POST", .path = "^/containers/.*/stop$"},
      {.method = "POST", .path = "^/containers/.*/rename$"},
      {.method = "POST", .path = "^/containers/.*/rename$", .nth = 2},
      {.method = "POST", .path = "^/containers/.*/start$"},
      {.method = "POST", .path = "^/containers/.*/start$", .nth = 2},
      {.method = "POST", .path = "^/containers/.*/start$", .nth = 3},
      {.method = "POST", .path = "^/exec/.*/start$"},
      {.method = "POST", .path = "^/exec/.*/start$", .nth = 2},
      {.method = "POST", .path = "^/exec/.*/start$", .nth = 3},
      {.method = "POST", .path = "^/volumes/create$", .nth = 2},  // the first is the claim's
  };
  start(true);
  for (FaultRule refusal : refusals) {
    refusal.fault = Fault::answer;
    FaultProxy proxy(desk_->host());
    const RunResult result = replace(proxy, refusal);
    SCOPED_TRACE(refusal.path + " " + std::to_string(refusal.nth));
    EXPECT_GT(proxy.fired(), 0) << result;
    // 2: while it was planned.
    EXPECT_TRUE(result.status == 20 || result.status == 2) << result;
    EXPECT_NE(result.err.find("the test said so"), std::string::npos) << result;
    expect_as_before(result);
    if (HasFailure()) return;
  }
}

// Nothing starts any more, on the way back neither: what to do by hand is said, and `undo` does it.
TEST_P(ReplaceFaults, StuckOnTheWayBackItSaysWhatToDo) {
  start(true);
  FaultProxy proxy(desk_->host());
  const FaultRule no_start{
      .method = "POST", .path = "^/containers/.*/start$", .nth = 0, .fault = Fault::answer};
  FaultRule at_stop{.method = "POST", .path = "^/containers/.*/stop$"};
  at_stop.on_call = [&](const ProxyCall&) { proxy.add(no_start); };
  const RunResult stuck = replace(proxy, at_stop);
  EXPECT_EQ(stuck.status, 21) << stuck;
  for (const char* part : {"is not back", "dksnap undo", "docker start"})
    EXPECT_NE(stuck.err.find(part), std::string::npos) << stuck;
  const RunResult undone = desk_->dksnap(swap({"undo", source_}), {.limit = kLimit});
  EXPECT_EQ(undone.status, 0) << undone;
  expect_as_before(undone);
}

constexpr std::uint64_t kMegabyte = 1'000'000;

// The lab's smallest engine: sizes of the data in the snapshot and at present, and what is left on
// the disk, in megabytes.
struct Sizes {
  std::uint64_t snapshot, live, left;
};
void PrintTo(const Sizes& sizes, std::ostream* to) {
  *to << sizes.snapshot << " MB over " << sizes.live << ", " << sizes.left << " left";
}

class ReplaceOnAFullDisk : public ::testing::TestWithParam<Sizes> {
 protected:
  void SetUp() override {
    DKSNAP_NEEDS("root");
    DKSNAP_NEEDS("memory");
  }
};
INSTANTIATE_TEST_SUITE_P(On, ReplaceOnAFullDisk,
                         ::testing::Values(Sizes{40, 1, 0},      // nothing can be made
                                           Sizes{40, 1, 33},     // the files do not fit
                                           Sizes{10, 40, 45}));  // the safety snapshot does not

TEST_P(ReplaceOnAFullDisk, LeavesAllAsItWas) {
  const Sizes& sizes = GetParam();
  Desk desk("memory");
  const auto fill = [&](const std::string& container, const char* path, std::uint64_t bytes) {
    return desk.docker({"exec", container, "/files", "fill", path, std::to_string(bytes)});
  };
  const std::string source =
      desk.start("files", {"-v", desk.name("volume") + ":/data"}, {desk.image("files:1")});
  files_batch(desk, source, "mkdir /data/t\n");
  ASSERT_TRUE(succeeded(fill(source, "/data/t/old", sizes.snapshot * kMegabyte)));
  const std::string id = desk.create(source);
  files_batch(desk, source, "rm /data/t/old\n");
  ASSERT_TRUE(succeeded(fill(source, "/data/t/new", sizes.live * kMegabyte)));
  const std::string before = files_tree(desk, source, "/data/t");

  // Two: the first takes all there is, the second goes again.
  const std::string filler = desk.start("filler", {}, {desk.image("files:1")});
  if (sizes.left > 0) {
    ASSERT_TRUE(succeeded(fill(filler, "/room", sizes.left * kMegabyte)));
  }
  EXPECT_NE(fill(filler, "/filler", 256 * kMegabyte).status, 0) << "the disk is larger";
  if (sizes.left > 0) files_batch(desk, filler, "rm /room\n");

  const RunResult result = desk.dksnap({"replace", source, "--with", id, "-y"});
  // 15: it is seen while it is planned.
  EXPECT_THAT(result.status, ::testing::AnyOf(15, 20)) << result;
  EXPECT_THAT(result.err, ::testing::ContainsRegex("[Nn]o space left|there is no room for"))
      << result;
  EXPECT_TRUE(desk.runs(source)) << result;
  EXPECT_EQ(files_tree(desk, source, "/data/t"), before) << result;

  // The engine frees it a moment after the containers are gone.
  desk.remove_container(filler);
  EXPECT_TRUE(eventually("there is room again", [&] {
    return desk.dksnap({"replace", source, "--with", id, "-y"}).status == 0;
  }));
}

// Without its journal nobody could put it back: nothing is begun.
TEST_P(ReplaceFaults, WithoutRoomForTheJournalNothingIsTouched) {
  start(true);
  const TempDir folder;
  ASSERT_EQ(::mount("tmpfs", folder.path().c_str(), "tmpfs", 0, "size=4k"), 0);
  std::ofstream(folder / "full") << std::string(4096, 'x');
  RunOptions options;
  options.env["XDG_STATE_HOME"] = folder.path().string();
  const std::string before = desk_->docker_out({"inspect", source_});
  const RunResult result = desk_->dksnap({"replace", source_, "--with", snapshot_, "-y"}, options);
  EXPECT_EQ(::umount2(folder.path().c_str(), MNT_DETACH), 0);
  EXPECT_NE(result.status, 0) << result;
  EXPECT_NE(result.err.find("  why   "), std::string::npos) << result;
  EXPECT_EQ(desk_->docker_out({"inspect", source_}), before);
  expect_as_before(result);
}

}  // namespace
}  // namespace dksnap::test
