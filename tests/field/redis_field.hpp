// A situation that real people's containers of Redis and Valkey are in, as field.hpp has them of
// PostgreSQL: a snapshot of it, copies, and the way back.
#pragma once

#include <string>

#include <nlohmann/json.hpp>

#include "support/redis_image.hpp"
#include "support/store_lanes.hpp"

namespace dksnap::test {

class RedisField : public OnEitherStore {
 protected:
  // How its own people reach the server: options of the client, those of `docker exec` before "--".
  Words way;
  std::string image = "redis:8";

  // `docker run`; serves when this returns, and `kept` is "first".
  const std::string& start(const Words& options, const Words& arguments = {});
  const std::string& source() const { return source_; }
  std::string ask(const std::string& container, const Words& command) {
    return redis(desk(), container, command, way);
  }

  // `dksnap create`, which ends with that status; what it printed.
  RunResult snapshot(const Words& options = {}, int status = 0);
  const std::string& id() const { return id_; }
  // A copy of that; `kept` is in it.
  std::string boot(const Words& options = {});
  const nlohmann::json& booted() const { return booted_; }
  // Puts that in the source's place: what came after it is gone, and back after undo.
  void replace_and_undo();
  void go_through();

  // A path of the engine's machine for a bind, with that in it.
  std::string outside(const std::string& name, const std::string& text);

 private:
  std::string source_;
  std::string id_;
  nlohmann::json booted_;
};

}  // namespace dksnap::test
