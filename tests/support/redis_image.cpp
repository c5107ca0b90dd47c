#include "support/redis_image.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "support/eventually.hpp"

namespace dksnap::test {
namespace {

Words redis_words(const std::string& container, const Words& command, const Words& client) {
  const auto end = std::find(client.begin(), client.end(), "--");
  const bool has_both = end != client.end();
  Words words{"exec"};
  if (has_both) words.insert(words.end(), client.begin(), end);
  // Whichever of the two the image has.
  words.insert(words.end(), {container, "sh", "-c",
                             "c=redis-cli; [ ! -x /usr/bin/valkey-cli ] || c=valkey-cli; "
                             "exec $c \"$@\"",
                             "sh"});
  words.insert(words.end(), has_both ? end + 1 : client.begin(), client.end());
  words.insert(words.end(), command.begin(), command.end());
  return words;
}

}  // namespace

std::string start_redis(Desk& desk, const std::string& image, const Words& options,
                        const Words& arguments) {
  Words last{desk.image(image)};
  last.insert(last.end(), arguments.begin(), arguments.end());
  std::string container = desk.start("cache", options, last);
  wait_for_redis(desk, container);
  return container;
}

void wait_for_redis(const Desk& desk, const std::string& container, const Words& client) {
  EXPECT_TRUE(eventually(
      "the server in " + container + " answers",
      [&] {
        const std::string said = desk.docker(redis_words(container, {"PING"}, client)).out;
        return said.starts_with("PONG") || said.starts_with("NOAUTH");
      },
      std::chrono::seconds(60)))
      << desk.docker({"logs", container});
}

void wait_for_redis_children(const Desk& desk, const std::string& container) {
  EXPECT_TRUE(eventually("the server in " + container + " has written all", [&] {
    const std::string info = redis(desk, container, {"INFO", "persistence"});
    return info.find("rdb_bgsave_in_progress:0") != std::string::npos &&
           info.find("aof_rewrite_in_progress:0") != std::string::npos &&
           info.find("aof_rewrite_scheduled:0") != std::string::npos;
  }));
}

std::string redis(const Desk& desk, const std::string& container, const Words& command,
                  const Words& client) {
  const RunResult result = desk.docker(redis_words(container, command, client));
  EXPECT_TRUE(succeeded(result));
  return std::string(trim(result.out));
}

void fill_redis(const Desk& desk, const std::string& container, int count) {
  redis(desk, container,
        {"EVAL",
         "for i = 1, tonumber(ARGV[1]) do redis.call('SET', 'k:' .. i, redis.sha1hex(i) .. "
         "redis.sha1hex('b' .. i) .. redis.sha1hex('c' .. i)) end return 'filled'",
         "0", std::to_string(count)});
}

}  // namespace dksnap::test
