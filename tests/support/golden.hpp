// Text compared with a file of tests/data. DKSNAP_TEST_ACCEPT=1 writes the file anew, and then the
// test counts as skipped: it has shown nothing.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include <gtest/gtest.h>

namespace dksnap::test {

enum class Golden { same, different, written };

struct GoldenResult {
  Golden state = Golden::same;
  std::string message;  // for people: where they part, or what was written
};

GoldenResult compare_golden(const std::filesystem::path& file, std::string_view text, bool accept);

// The test goes on after it, whatever it finds.
void expect_golden(const std::string& name, std::string_view text);

}  // namespace dksnap::test
