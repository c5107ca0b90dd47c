#include "support/load.hpp"

#include <algorithm>
#include <charconv>
#include <exception>
#include <iostream>
#include <regex>
#include <set>
#include <stdexcept>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "base/text.hpp"
#include "support/paths.hpp"

namespace dksnap::test {
namespace {

using nlohmann::json;

int failed_parts() {
  const auto* result = ::testing::UnitTest::GetInstance()->current_test_info()->result();
  int failed = 0;
  for (int i = 0; i < result->total_part_count(); ++i)
    failed += result->GetTestPartResult(i).failed() ? 1 : 0;
  return failed;
}

// `taken` is set as soon as it is there.
void one_under_load(Desk& desk, const std::string& source, const Load& load, const json& parent,
                    json& taken) {
  try {
    load.prepare();
    const long before = load.written();
    taken = desk.create_json(source);
    const long after = load.written();
    EXPECT_GT(after, before) << "nothing was written during it";
    EXPECT_GT(taken["frozen_ms"], 0);
    EXPECT_TRUE(taken["settled"].get<bool>());
    EXPECT_TRUE(parent.is_null() || taken["parent"] == parent["id"]) << taken;
    load.expect_whole(taken, before, after);
  } catch (const std::exception& error) {
    ADD_FAILURE() << error.what();
  }
}

// For comparing lines of which only times, process numbers, addresses and the like differ.
std::string without_numbers(const std::string& line) {
  static const std::regex number("0x[0-9a-f]+|[0-9]+");
  return std::regex_replace(line, number, "");
}

}  // namespace

int load_snapshots() {
  const std::string text = environment("DKSNAP_TEST_SNAPSHOTS").value_or("2");
  int count = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
  if (error != std::errc() || end != text.data() + text.size() || count < 1)
    throw std::invalid_argument("DKSNAP_TEST_SNAPSHOTS is not a number of snapshots: " + text);
  return count;
}

void expect_whole_under_load(Desk& desk, const std::string& source, const Load& load) {
  const int count = load_snapshots();
  int whole = 0;
  json parent;
  for (int i = 1; i <= count; ++i) {
    const std::string which = "snapshot " + std::to_string(i) + " of " + std::to_string(count);
    SCOPED_TRACE(which);
    const int failed = failed_parts();
    json taken;
    one_under_load(desk, source, load, parent, taken);
    const bool is_whole = failed_parts() == failed;
    whole += is_whole ? 1 : 0;
    if (taken.is_null()) {
      std::cout << which << ": NOT TAKEN" << std::endl;
      continue;
    }
    parent = taken;
    std::cout << which << (is_whole ? ": whole" : ": NOT WHOLE") << ", frozen for "
              << taken["frozen_ms"] << " ms" << std::endl;
  }
  std::cout << whole << " of " << count << " snapshots under load were whole" << std::endl;
}

Words new_complaints(const std::string& log, const std::string& known, const Words& signs) {
  std::set<std::string> old;
  for (const std::string& line : split(known, '\n')) old.insert(without_numbers(line));
  Words found;
  for (const std::string& line : split(log, '\n')) {
    const bool complains = std::any_of(signs.begin(), signs.end(), [&](const std::string& sign) {
      return contains_ignoring_case(line, sign);
    });
    if (complains && old.count(without_numbers(line)) == 0) found.push_back(line);
  }
  return found;
}

Words new_complaints(const Desk& desk, const std::string& copy, const std::string& source,
                     const Words& signs) {
  const RunResult log = desk.docker({"logs", copy});
  const RunResult known = desk.docker({"logs", source});
  EXPECT_TRUE(succeeded(log));
  EXPECT_TRUE(succeeded(known));
  return new_complaints(log.out + log.err, known.out + known.err, signs);
}

}  // namespace dksnap::test
