#include "support/golden.hpp"

#include <fstream>
#include <iterator>
#include <string>

#include <gtest/gtest.h>

#include "support/temp_dir.hpp"

namespace dksnap::test {
namespace {

std::string content(const std::filesystem::path& file) {
  std::ifstream stream(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

TEST(Golden, ComparesAndNamesTheFirstDifference) {
  const TempDir folder;
  const auto file = folder.path() / "ls.txt";
  std::ofstream(file) << "one\ntwo\nthree\n";
  EXPECT_EQ(compare_golden(file, "one\ntwo\nthree\n", false).state, Golden::same);

  const GoldenResult changed = compare_golden(file, "one\nTWO\nthree\n", false);
  EXPECT_EQ(changed.state, Golden::different);
  EXPECT_NE(changed.message.find("line 2:\n  file:   two\n  output: TWO\n"), std::string::npos)
      << changed.message;

  const GoldenResult shorter = compare_golden(file, "one", false);
  EXPECT_NE(shorter.message.find("file:   two\n  output: (the end)"), std::string::npos)
      << shorter.message;
  EXPECT_EQ(content(file), "one\ntwo\nthree\n");
}

TEST(Golden, AMissingFileIsADifference) {
  const TempDir folder;
  EXPECT_EQ(compare_golden(folder.path() / "none.txt", "", false).state, Golden::different);
}

TEST(Golden, WritesOnlyWhenAskedAndOnlyWhatDiffers) {
  const TempDir folder;
  const auto file = folder.path() / "deep" / "new.txt";
  EXPECT_EQ(compare_golden(file, "text\n", true).state, Golden::written);
  EXPECT_EQ(content(file), "text\n");
  EXPECT_EQ(compare_golden(file, "text\n", true).state, Golden::same);
  EXPECT_EQ(compare_golden(file, "other\n", true).state, Golden::written);
  EXPECT_EQ(content(file), "other\n");
}

}  // namespace
}  // namespace dksnap::test
