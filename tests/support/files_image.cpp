#include "support/files_image.hpp"

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

std::string files_tree(const Desk& desk, const std::string& container, const std::string& path) {
  static const std::regex blocks(" blocks=[0-9]+");
  static const std::regex directory_links("( type=dir .*) nlink=[0-9]+");
  std::string tree = files(desk, container, {"tree", path});
  tree = std::regex_replace(tree, blocks, "");
  return std::regex_replace(tree, directory_links, "$1");
}

}  // namespace dksnap::test
