#include "support/files_image.hpp"

#include <algorithm>
#include <regex>

#include "base/text.hpp"

namespace dksnap::test {

void files_batch(const Desk& desk, const std::string& container, const std::string& lines) {
  EXPECT_TRUE(
      succeeded(desk.docker({"exec", "-i", container, "/files", "batch"}, {.input = lines})));
}

std::string files(const Desk& desk, const std::string& container, Words command) {
  command.insert(command.begin(), {"exec", container, "/files"});
  const RunResult result = desk.docker(std::move(command));
  EXPECT_TRUE(succeeded(result));
  return result.out;
}

namespace {

std::string with_sorted_attributes(const std::string& line) {
  Words words = split(line, ' ');
  const auto is_attribute = [](const std::string& word) { return word.starts_with("user."); };
  const auto first = std::find_if(words.begin(), words.end(), is_attribute);
  std::sort(first, std::find_if_not(first, words.end(), is_attribute));
  return join(words, " ");
}

}  // namespace

std::string files_tree(const Desk& desk, const std::string& container, const std::string& path) {
  static const std::regex blocks(" blocks=[0-9]+");
  static const std::regex directory_links("( type=dir .*) nlink=[0-9]+");
  std::string tree = files(desk, container, {"tree", path});
  tree = std::regex_replace(tree, blocks, "");
  Words lines = split(std::regex_replace(tree, directory_links, "$1"), '\n');
  std::transform(lines.begin(), lines.end(), lines.begin(), with_sorted_attributes);
  return join(lines, "\n");
}

}  // namespace dksnap::test
