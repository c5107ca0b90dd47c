#include "error_case.hpp"

namespace dksnap::test {

::testing::AssertionResult fails_with(int code, const RunResult& result, const Words& texts) {
  const auto failure = [&](const std::string& why) {
    return ::testing::AssertionFailure() << why << result;
  };
  if (result.status != code) return failure("the exit code is not " + std::to_string(code));
  if (!result.out.empty()) return failure("a failed command has a result");
  const std::string err = "\n" + result.err;
  std::size_t at = 0;
  for (const char* part : {"\nerror: ", "\n  why   ", "\n  do    "}) {
    const std::size_t found = err.find(part, at);
    if (found == std::string::npos) return failure(std::string("no line begins with:") + part);
    at = found + 1;
  }
  const std::string shown = err.substr(err.find("\nerror: "));
  for (const std::string& text : texts) {
    if (shown.find(text) == std::string::npos) return failure("it does not say: " + text);
  }
  return ::testing::AssertionSuccess();
}

}  // namespace dksnap::test
