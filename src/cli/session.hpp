// What a running command works with: the options, the engine, and where it prints.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cli/global_options.hpp"
#include "cli/interrupts.hpp"
#include "cli/render/printer.hpp"
#include "cli/render/style.hpp"
#include "cli/settings.hpp"
#include "docker/engine.hpp"
#include "snapshot/catalog.hpp"
#include "snapshot/context.hpp"
#include "swap/leftovers.hpp"

namespace dksnap::cli {

class Session {
 public:
  Session(GlobalOptions options, Interrupts& interrupts, Settings settings = {});
  ~Session();

  const GlobalOptions& options() const { return options_; }
  const Settings& settings() const { return settings_; }
  // Of a command's own --wait (negative: it was not given), or of the settings.
  std::chrono::seconds wait(int given) const {
    return std::chrono::seconds(given < 0 ? options_.wait : given);
  }
  Interrupts& interrupts() { return interrupts_; }
  // Connects when first asked.
  docker::Engine& engine();
  snapshot::Context& context();
  const docker::Endpoint& endpoint();
  snapshot::Catalog load_catalog() {
    return snapshot::Catalog::load(engine(), context().state_dir);
  }
  // Removes what a killed dksnap left behind, takes back what it left half done, and says so; and
  // removes what has lain in the bin, or was kept for undo, long enough.
  swap::Leftovers clean_up_first();

  // A line of the result, to standard output (render/printer.hpp).
  void print(const PrintedLine& line) { print_line(line); }
  // A line for people, to standard error; not with --quiet.
  void say(std::string_view line);
  // The same where --quiet must not hide it either: a result is not what it seems.
  void warn(std::string_view line);
  // The same of what is about to be asked: --quiet does not hide what a question is about.
  void propose(std::string_view line);
  // Says of each container that a killed dksnap left half replaced, and of nothing else.
  void tell_half_done();
  Style out_style() const { return out_style_; }
  Style err_style() const { return err_style_; }

  // False where the answer is no. Throws Error where nobody can be asked.
  bool confirm(const std::string& question, const std::string& what_yes_does);

 private:
  // With --json as an object, as all that goes to standard error then.
  void tell(std::string_view line) const;
  std::string read_answer();
  void connect();

  GlobalOptions options_;
  Settings settings_;
  Interrupts& interrupts_;
  Style out_style_;
  Style err_style_;
  docker::Endpoint endpoint_;
  std::unique_ptr<docker::Engine> engine_;
  std::unique_ptr<docker::Engine> rescue_;
  std::unique_ptr<snapshot::Reporter> reporter_;
  std::optional<snapshot::Context> context_;
};

// "$XDG_STATE_HOME/dksnap", or ~/.local/state/dksnap.
std::filesystem::path state_directory();
// "$XDG_CACHE_HOME/dksnap", or ~/.cache/dksnap.
std::filesystem::path cache_directory();

}  // namespace dksnap::cli
