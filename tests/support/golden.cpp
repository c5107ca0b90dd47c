#include "support/golden.hpp"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <vector>

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/text.hpp"
#include "support/paths.hpp"

namespace dksnap::test {
namespace {

std::string describe_difference(const std::string& name, std::string_view expected,
                                std::string_view actual) {
  const std::vector<std::string> before = split(expected, '\n');
  const std::vector<std::string> after = split(actual, '\n');
  std::size_t line = 0;
  while (line < std::min(before.size(), after.size()) && before[line] == after[line]) ++line;
  const auto show = [line](const std::vector<std::string>& lines) {
    return line < lines.size() ? printable(lines[line]) : std::string("(the end)");
  };
  return fmt::format(
      "{} and the output part at line {}:\n  file:   {}\n  output: {}\n"
      "If the output is right: DKSNAP_TEST_ACCEPT=1 and run again. All of it:\n{}",
      name, line + 1, show(before), show(after), actual);
}

}  // namespace

GoldenResult compare_golden(const std::filesystem::path& file, std::string_view text, bool accept) {
  std::ifstream stream(file, std::ios::binary);
  const bool exists = stream.is_open();
  const std::string expected{std::istreambuf_iterator<char>(stream), {}};
  if (exists && expected == text) return {};
  if (!accept) {
    return {Golden::different,
            exists ? describe_difference(file.filename(), expected, text)
                   : describe_difference(file.filename().string() + " (missing)", "", text)};
  }
  std::filesystem::create_directories(file.parent_path());
  std::ofstream out(file, std::ios::binary);
  out << text;
  if (!out.flush()) throw Error(ErrorCode::failed, "cannot write " + file.string());
  return {Golden::written, file.string() + " was written anew"};
}

void expect_golden(const std::string& name, std::string_view text) {
  const bool accept = environment("DKSNAP_TEST_ACCEPT").value_or("0") != "0";
  const GoldenResult result = compare_golden(source_path("tests/data") / name, text, accept);
  if (result.state == Golden::different) ADD_FAILURE() << result.message;
  if (result.state == Golden::written) GTEST_SKIP() << result.message;
}

}  // namespace dksnap::test
