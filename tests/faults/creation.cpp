#include "creation.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <cctype>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>

#include <fmt/format.h>

#include "base/text.hpp"
#include "lanes.hpp"
#include "support/eventually.hpp"

namespace dksnap::test {
namespace {

namespace fs = std::filesystem;

// No create here takes longer; one that does hangs.
// What the guard, and an engine that comes back, may take.
constexpr std::chrono::seconds kThaw{60};
// An engine removes a scratch on its own when its dksnap is gone; helper images are other tests'
// too.
constexpr std::chrono::seconds kClean{20};
constexpr std::array kDocumentedCodes{2, 3, 10, 11, 12, 13, 14, 15};

std::string unique_title() {
  static std::atomic<int> number = 0;
  return fmt::format("fault-{}", ++number);
}

std::string read_all_of(const fs::path& path) {
  // Not by iterators, which throw where a process ends between the opening and the reading.
  std::ostringstream text;
  text << std::ifstream(path, std::ios::binary).rdbuf();
  return text.str();
}

}  // namespace

Creation::Creation(Desk& desk, const EngineView& engine, Source& source,
                   std::vector<std::string> options)
    : desk_(desk), engine_(engine), source_(source), proxy_(desk.host()) {
  const std::string title = unique_title();
  argv_ = {"create", source.name(), "--progress", "json", "-m", title};
  if (std::find(options.begin(), options.end(), "--name") == options.end()) {
    options.insert(options.end(),
                   {"--name", fmt::format("dksnap-faults/{}:{}", source.name(), title)});
  }
  image_ = *std::next(std::find(options.begin(), options.end(), "--name"));
  argv_.insert(argv_.end(), options.begin(), options.end());
  options_.limit = kLimit;
  options_.env["DOCKER_HOST"] = proxy_.host();
}

void Creation::start() {
  if (on_progress_) {
    options_.on_err_line = [this](const std::string& line) {
      const auto object = nlohmann::json::parse(line, nullptr, false);
      if (object.is_object())
        on_progress_(object.value("message_type", ""), object.value("text", ""));
    };
  }
  starting_.set_value(std::make_shared<RunningProgram>(desk_.dksnap_command(argv_),
                                                       desk_.dksnap_options(options_)));
}

const RunResult& Creation::wait() {
  result_ = program()->wait();
  return result_;
}

const RunResult& Creation::run() {
  start();
  return wait();
}

void Creation::kill_guard() {
  for (const auto& entry : fs::directory_iterator("/proc")) {
    const std::string name = entry.path().filename();
    if (std::isdigit(static_cast<unsigned char>(name.front())) == 0) continue;
    const std::string command = read_all_of(entry.path() / "cmdline");
    if (command.find("__guard") != std::string::npos &&
        command.find(source_.id()) != std::string::npos) {
      ::kill(std::stoi(name), SIGKILL);
    }
  }
}

void Creation::expect_source_goes_on() {
  EXPECT_TRUE(eventually(
      "the source runs and is not frozen",
      [&] { return engine_.is_running(source_.id()) && !engine_.is_paused(source_.id()); }, kThaw));
  EXPECT_TRUE(source_.goes_on());
}

void Creation::expect_sound() {
  EXPECT_FALSE(result_.timed_out) << result_;
  expect_source_goes_on();
  if (result_.status == 0) {
    EXPECT_TRUE(source_.is_whole(image_));
  } else {
    EXPECT_FALSE(engine_.image_exists(image_)) << image_ << " exists after\n" << result_;
  }
}

void Creation::expect_sound_after_kill() {
  expect_source_goes_on();
  if (engine_.image_exists(image_)) {
    EXPECT_TRUE(source_.is_whole(image_));
  }
}

void Creation::expect_nothing_left() {
  std::string left;
  const auto clean = [&] {
    left = join(engine_.scratches_of(source_.volume()), " ");
    for (const std::string& name : engine_.image_names("dksnap-unfinished")) left += " " + name;
    for (const std::string& name : engine_.volumes_of(result_.pid)) left += " " + name;
    std::error_code none;
    for (const auto& note : fs::directory_iterator(desk_.home() / "state/dksnap/frozen", none))
      left += " " + note.path().string();
    return left.empty();
  };
  EXPECT_TRUE(eventually("nothing is left", clean, kClean)) << left << result_;
}

void Creation::expect_rolled_back() {
  expect_sound();
  expect_nothing_left();
}

void Creation::expect_recovery(Next next) {
  if (next == Next::doctor) {
    const RunResult fixed = desk_.dksnap({"doctor", "--fix"}, {.limit = kLimit});
    EXPECT_EQ(fixed.status, 0) << fixed;
  } else {
    const std::string title = unique_title();
    const RunResult created =
        desk_.dksnap({"create", source_.name(), "-m", title}, {.limit = kLimit});
    EXPECT_EQ(created.status, 0) << created;
  }
  expect_nothing_left();
  EXPECT_FALSE(engine_.is_paused(source_.id()));
}

void Creation::expect_documented_end() {
  EXPECT_FALSE(result_.timed_out) << result_;
  if (result_.status == 0) return;
  EXPECT_NE(std::find(kDocumentedCodes.begin(), kDocumentedCodes.end(), result_.status),
            kDocumentedCodes.end())
      << result_;
  for (const char* part : {"error: ", "\n  why   ", "\n  do    "})
    EXPECT_NE(result_.err.find(part), std::string::npos) << "no \"" << part << "\" in" << result_;
}

}  // namespace dksnap::test
