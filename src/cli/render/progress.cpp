#include "cli/render/progress.hpp"

#include <string>
#include <unistd.h>

#include <fmt/format.h>

#include "base/text.hpp"
#include "cli/render/json.hpp"
#include "cli/render/printer.hpp"
#include "cli/render/table.hpp"

namespace dksnap::cli {
namespace {

using std::chrono::nanoseconds;
using Clock = std::chrono::steady_clock;

constexpr std::chrono::seconds kPlainInterval{10};
constexpr std::chrono::milliseconds kLiveInterval{100};
// Where a step's time stands, if the line is not longer.
constexpr std::size_t kTimeColumn = 84;

std::string moved(std::uint64_t bytes, std::uint64_t total) {
  if (bytes == 0) return {};
  if (total == 0) return " " + human_size(bytes);
  return fmt::format(" {} of {}", human_size(bytes), human_size(total));
}

class Silent final : public snapshot::Reporter {
 public:
  void step_begins(std::string_view) override {}
  void step_moves(std::uint64_t, std::uint64_t) override {}
  void step_ends(std::string_view, nanoseconds) override {}
  void step_fails() override {}
  void notice(std::string_view) override {}
};

// `live`: the line of the running step is drawn and redrawn.
class Lines final : public snapshot::Reporter {
 public:
  Lines(Style style, bool live) : style_(style), live_(live) {}

  void step_begins(std::string_view doing) override {
    doing_ = doing;
    last_ = Clock::now();
    if (live_) draw({});
  }
  void step_moves(std::uint64_t bytes, std::uint64_t total) override {
    const auto now = Clock::now();
    if (now - last_ < (live_ ? nanoseconds(kLiveInterval) : nanoseconds(kPlainInterval))) return;
    last_ = now;
    if (live_) {
      draw(moved(bytes, total));
    } else {
      tell_line(fmt::format("… {}{}", doing_, moved(bytes, total)));
    }
  }
  void step_ends(std::string_view done, nanoseconds took) override {
    erase();
    const std::string text = printable(done);
    const std::size_t used = display_width(text) + 2;
    const std::string gap(used < kTimeColumn ? kTimeColumn - used : 1, ' ');
    tell_as_it_is(fmt::format("{} {}{}{}\n", style_.green("✓"), text, gap,
                              style_.dim(fmt::format("{:>8}", human_duration(took)))));
  }
  void step_fails() override {
    erase();
    tell_as_it_is(fmt::format("{} {}\n", style_.red("✗"), printable(doing_)));
  }
  void notice(std::string_view text) override {
    erase();
    tell_as_it_is(fmt::format("{} {}\n", style_.yellow("•"), printable(text)));
  }

 private:
  void draw(const std::string& behind) {
    erase();
    const std::size_t width = terminal_width(STDERR_FILENO);
    tell_as_it_is(
        ellipsize(fmt::format("… {}{}", printable(doing_), behind), width > 0 ? width - 1 : 79));
    drawn_ = true;
  }
  void erase() {
    if (drawn_) tell_as_it_is("\r\033[K");
    drawn_ = false;
  }

  Style style_;
  bool live_;
  bool drawn_ = false;
  std::string doing_;
  Clock::time_point last_;
};

class JsonLines final : public snapshot::Reporter {
 public:
  void step_begins(std::string_view doing) override {
    doing_ = doing;
    tell_line(json_step("step_begins", doing_, std::nullopt));
  }
  void step_moves(std::uint64_t bytes, std::uint64_t total) override {
    const auto now = Clock::now();
    if (now - last_ < kLiveInterval) return;
    last_ = now;
    tell_line(json_progress(doing_, bytes, total));
  }
  void step_ends(std::string_view done, nanoseconds took) override {
    tell_line(json_step("step_ends", std::string(done), took));
  }
  void step_fails() override { tell_line(json_step("step_fails", doing_, std::nullopt)); }
  void notice(std::string_view text) override {
    tell_line(json_step("notice", std::string(text), std::nullopt));
  }

 private:
  std::string doing_;
  Clock::time_point last_;
};

}  // namespace

std::unique_ptr<snapshot::Reporter> make_reporter(const GlobalOptions& options, Style style) {
  std::string mode = options.progress;
  if (mode == "auto") {
    if (options.quiet) {
      mode = "none";
    } else if (options.json) {
      mode = "json";
    } else {
      mode = ::isatty(STDERR_FILENO) != 0 ? "tty" : "plain";
    }
  }
  if (mode == "none") return std::make_unique<Silent>();
  if (mode == "json") return std::make_unique<JsonLines>();
  return std::make_unique<Lines>(style, mode == "tty");
}

}  // namespace dksnap::cli
