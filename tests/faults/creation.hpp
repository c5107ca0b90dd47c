// One `dksnap create` through a fault proxy, and what must be true after it whatever happened.
#pragma once

#include <future>
#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "engine_view.hpp"
#include "source.hpp"
#include "support/desk.hpp"
#include "support/proxy.hpp"
#include "support/run.hpp"

namespace dksnap::test {

// An engine, a user, and a source.
template <typename Kind>
struct Scene {
  explicit Scene(const std::string& engine_name)
      : desk(engine_name), engine(desk.host()), source(desk, engine) {}

  Desk desk;
  EngineView engine;
  Kind source;
};

class Creation {
 public:
  Creation(Desk& desk, const EngineView& engine, Source& source,
           std::vector<std::string> options = {});
  template <typename Kind>
  explicit Creation(Scene<Kind>& scene, std::vector<std::string> options = {})
      : Creation(scene.desk, scene.engine, scene.source, std::move(options)) {}

  // The faults, to be set before start(). The proxy lives as long as this object: the guard of a
  // killed dksnap needs it.
  FaultProxy& proxy() { return proxy_; }
  // Called with the type and the text of each line of progress ("step_begins", "packing …").
  using OnProgress = std::function<void(const std::string& type, const std::string& text)>;
  void on_progress(OnProgress call) { on_progress_ = std::move(call); }
  RunOptions& options() { return options_; }

  // Starts it and waits for its end.
  const RunResult& run();
  // The two halves of it.
  void start();
  const RunResult& wait();
  const RunResult& result() const { return result_; }
  // From any thread, also one that the creation itself makes run; waits until it has started.
  void signal(int number) { program()->signal(number); }
  void signal_group(int number) { program()->signal_group(number); }
  // SIGKILL for the process that would thaw the source.
  void kill_guard();

  const std::string& image() const { return image_; }
  // The calls that it made.
  int calls() const { return static_cast<int>(proxy_.calls().size()); }

  // The source goes on; and the wanted image is there and whole, or, where success was not
  // reported, it is not there.
  void expect_sound();
  // For one that was killed, whose word nobody heard: the image is absent or whole.
  void expect_sound_after_kill();
  // As above, and nothing is left on the engine or in the home, without any further command.
  void expect_rolled_back();
  // The next command goes well, and nothing is left after it. `doctor`: it is `doctor --fix`, else
  // another create.
  enum class Next { doctor, create };
  void expect_recovery(Next next = Next::doctor);
  // 0, or one of the documented codes with an error in three parts.
  void expect_documented_end();

 private:
  void expect_source_goes_on();
  void expect_nothing_left();
  std::shared_ptr<RunningProgram> program() const { return started_.get(); }

  Desk& desk_;
  const EngineView& engine_;
  Source& source_;
  std::vector<std::string> argv_;
  std::string image_;
  FaultProxy proxy_;
  RunOptions options_;
  OnProgress on_progress_;
  std::promise<std::shared_ptr<RunningProgram>> starting_;
  std::shared_future<std::shared_ptr<RunningProgram>> started_ = starting_.get_future();
  RunResult result_;
};

}  // namespace dksnap::test
