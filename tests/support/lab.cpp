#include "support/lab.hpp"

#include <chrono>
#include <map>
#include <mutex>
#include <utility>

#include "base/error.hpp"
#include "base/text.hpp"
#include "support/paths.hpp"

namespace dksnap::test {
namespace {

// Building an image means fetching a distribution.
constexpr std::chrono::minutes kLimit{20};

// Of tests that would be in the way of others, the engines are others.
std::string own_engine(const std::string& name) {
  const auto own = environment("DKSNAP_TEST_ENGINES");
  return own ? name + "." + *own : name;
}

// The one line a script of the lab prints, asked for once per process.
std::string ask_lab(const std::vector<std::string>& argv) {
  static std::mutex mutex;
  static std::map<std::string, std::string> answers;
  const std::lock_guard lock(mutex);
  std::string& answer = answers[join(argv, " ")];
  if (answer.empty()) {
    const RunResult result = run(argv, {.limit = kLimit});
    if (result.status != 0) {
      throw Error(ErrorCode::failed, "cannot run " + join(argv, " "),
                  result.timed_out ? "not ready within 20 minutes" : last_lines(result.err, 10));
    }
    answer = trim(result.out);
  }
  return answer;
}

}  // namespace

std::string lab_image(const std::string& name, const std::string& host) {
  std::vector<std::string> argv{source_path("tests/lab/image"), name};
  if (!host.empty()) argv.insert(argv.end(), {"--on", host});
  return ask_lab(argv);
}

std::string lab_engine(const std::string& name) {
  return ask_lab({source_path("tests/lab/engine"), own_engine(name)});
}

std::string lab_network(const std::string& name) {
  return ask_lab({source_path("tests/lab/engine"), own_engine(name), "--netns"});
}

RunResult run_on_engine(const std::string& name, std::vector<std::string> argv,
                        RunOptions options) {
  if (name.empty()) return run(std::move(argv), std::move(options));
  std::vector<std::string> wrapped{source_path("tests/lab/engine"), own_engine(name), "--exec"};
  wrapped.insert(wrapped.end(), argv.begin(), argv.end());
  return run(std::move(wrapped), std::move(options));
}

}  // namespace dksnap::test
