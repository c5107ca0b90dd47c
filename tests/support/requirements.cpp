#include "support/requirements.hpp"

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <map>
#include <mutex>
#include <unistd.h>

#include "base/error.hpp"
#include "base/text.hpp"
#include "support/lab.hpp"
#include "support/paths.hpp"
#include "support/run.hpp"

namespace dksnap::test {
namespace {

using Reason = std::optional<std::string>;

Reason program_missing(const std::string& name) {
  for (const auto& folder : split(environment("PATH").value_or(""), ':')) {
    if (::access((folder + "/" + name).c_str(), X_OK) == 0) return std::nullopt;
  }
  return "no program of that name in PATH";
}

Reason docker_missing() {
  if (auto reason = program_missing("docker")) return reason;
  const RunResult result = run({"docker", "version"}, {.limit = std::chrono::seconds(20)});
  if (result.status == 0) return std::nullopt;
  return "no engine answers: " + last_lines(result.err, 1);
}

Reason lab_engine_missing(const std::string& name) {
  try {
    lab_engine(name);
    return std::nullopt;
  } catch (const Error& error) {
    return error.what();
  }
}

Reason find_out(const std::string& name) {
  if (name == "docker") return docker_missing();
  if (name == "root") return ::geteuid() == 0 ? Reason{} : Reason{"the tests run as another user"};
  if (std::filesystem::is_directory(source_path("tests/lab/engines/" + name))) {
    return lab_engine_missing(name);
  }
  return program_missing(name);
}

}  // namespace

Reason missing(const std::string& name) {
  static std::mutex mutex;
  static std::map<std::string, Reason> answers;
  const std::lock_guard lock(mutex);
  const auto known = answers.find(name);
  if (known != answers.end()) return known->second;
  return answers[name] = find_out(name);
}

bool is_required(const std::string& name, std::string_view list) {
  const auto names = split(list, ',');
  return std::any_of(names.begin(), names.end(), [&](const std::string& listed) {
    return trim(listed) == name || trim(listed) == "all";
  });
}

bool is_required(const std::string& name) {
  return is_required(name, environment("DKSNAP_TEST_REQUIRE").value_or(""));
}

bool is_dense() {
  return environment("DKSNAP_TEST_DENSE").has_value();
}

}  // namespace dksnap::test
