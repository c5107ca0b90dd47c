// Every input of the corpora, on every build: what a fuzzer found stays found.
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "targets.hpp"

namespace dksnap::fuzz {

void require(bool holds, const char* what) {
  EXPECT_TRUE(holds) << what;
}

namespace {

class Replay : public ::testing::TestWithParam<Target> {};

TEST_P(Replay, AcceptsTheWholeCorpus) {
  std::size_t count = 0;
  const auto folder = std::filesystem::path(DKSNAP_FUZZ_CORPUS) / GetParam().name;
  for (const auto& file : std::filesystem::directory_iterator(folder)) {
    SCOPED_TRACE(file.path().string());
    std::ifstream stream(file.path(), std::ios::binary);
    const std::vector<char> bytes{std::istreambuf_iterator<char>(stream), {}};
    EXPECT_EQ(GetParam().run(reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()), 0);
    ++count;
  }
  EXPECT_GT(count, 0U) << folder;
}

INSTANTIATE_TEST_SUITE_P(Targets, Replay, ::testing::ValuesIn(kTargets),
                         [](const auto& target) { return std::string(target.param.name); });

}  // namespace
}  // namespace dksnap::fuzz
