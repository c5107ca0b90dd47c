#include "contract/redis_case.hpp"

#include "support/redis_image.hpp"

namespace dksnap::test {

std::string RedisCase::start(Desk& desk) const {
  std::string container =
      start_redis(desk, kind_ + ":" + version_, {},
                  {"--appendonly", "yes", "--save", "", "--enable-debug-command", "yes"});
  fill_redis(desk, container, 100'000);
  // A dump that somebody has made by hand; the server itself makes none.
  redis(desk, container, {"SAVE"});
  redis(desk, container, {"BGREWRITEAOF"});
  wait_for_redis_children(desk, container);
  redis(desk, container, {"SADD", "few", "first"});
  return container;
}

void RedisCase::wait(Desk& desk, const std::string& container) const {
  wait_for_redis(desk, container);
}

void RedisCase::add(Desk& desk, const std::string& container, const std::string& name) const {
  redis(desk, container, {"SADD", "few", name});
}

void RedisCase::remove_doomed(Desk& desk, const std::string& container) const {
  redis(desk, container, {"DEL", "k:1"});
  desk.docker_out({"exec", container, "rm", "/data/dump.rdb"});
}

std::string RedisCase::doomed_file(Desk&, const std::string&) const {
  return "/data/dump.rdb";
}

std::string RedisCase::state(Desk& desk, const std::string& container) const {
  return redis(desk, container, {"DBSIZE"}) + " " + redis(desk, container, {"DEBUG", "DIGEST"});
}

}  // namespace dksnap::test
