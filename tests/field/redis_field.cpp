#include "redis_field.hpp"

#include <filesystem>
#include <fstream>

#include "base/text.hpp"

namespace dksnap::test {

using nlohmann::json;

DKSNAP_ON_EITHER_STORE(RedisField);

const std::string& RedisField::start(const Words& options, const Words& arguments) {
  Words last{desk().image(image)};
  last.insert(last.end(), arguments.begin(), arguments.end());
  source_ = desk().start("cache", options, last);
  wait_for_redis(desk(), source_, way);
  ask(source_, {"SET", "kept", "first"});
  return source_;
}

RunResult RedisField::snapshot(const Words& options, int status) {
  Words words{"create", source_};
  words.insert(words.end(), options.begin(), options.end());
  RunResult result = desk().dksnap(words);
  EXPECT_EQ(result.status, status) << result;
  id_ = std::string(trim(result.out));
  return result;
}

std::string RedisField::boot(const Words& options) {
  Words words{"boot", id_, "--name", desk().name("copy"), "--json"};
  words.insert(words.end(), options.begin(), options.end());
  const RunResult result = desk().dksnap(words);
  EXPECT_TRUE(succeeded(result));
  if (result.status != 0) return {};
  booted_ = json::parse(result.out);
  std::string copy = booted_["container"];
  EXPECT_EQ(ask(copy, {"GET", "kept"}), "first");
  return copy;
}

void RedisField::replace_and_undo() {
  ask(source_, {"SET", "kept", "second"});
  const RunResult replaced = desk().dksnap({"replace", source_, "--with", id_, "-y"});
  EXPECT_TRUE(succeeded(replaced));
  EXPECT_EQ(ask(source_, {"GET", "kept"}), "first") << replaced;
  EXPECT_TRUE(succeeded(desk().dksnap({"undo", source_, "-y"})));
  EXPECT_EQ(ask(source_, {"GET", "kept"}), "second");
}

void RedisField::go_through() {
  snapshot();
  const std::string copy = boot();
  if (!copy.empty()) desk().remove_container(copy);
  replace_and_undo();
}

std::string RedisField::outside(const std::string& name, const std::string& text) {
  const std::string path = desk().home() / name;
  std::filesystem::create_directories(std::filesystem::path(path).parent_path());
  std::ofstream(path) << text;
  std::filesystem::permissions(desk().home().path(), std::filesystem::perms(0755));
  return path;
}

}  // namespace dksnap::test
