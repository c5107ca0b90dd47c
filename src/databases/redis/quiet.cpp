// What keeps a copy of Redis or Valkey to itself.
#include <algorithm>

#include "databases/redis/redis.hpp"
#include "databases/redis/settings.hpp"

namespace dksnap::databases::redis {

std::optional<std::vector<std::string>> Redis::quiet_command(
    const std::vector<std::string>& entrypoint, const std::vector<std::string>& cmd,
    const Recognition& recognition) const {
  if (!takes_options(entrypoint, cmd)) return std::nullopt;
  const Server& server = recognition.server;
  std::vector<std::string> options;
  // The other nodes of its cluster are the original's; it is asked last, since a replica of one may
  // not be named in a cluster.
  if (value_of(server.settings, "cluster-enabled") == "yes") options = {"--cluster-enabled", "no"};
  options.insert(options.end(), {"--replicaof", "no", "one"});
  // It would not start without the key that its settings name.
  if (!server.keys.empty()) {
    options.insert(options.end(), {"--tls-port", "0"});
    if (value_of(server.settings, "port") == "0" && server.port != 0)
      options.insert(options.end(), {"--port", std::to_string(server.port)});
  }
  // A copy of a copy has them already.
  const bool has_them =
      cmd.size() >= options.size() && std::equal(options.rbegin(), options.rend(), cmd.rbegin());
  std::vector<std::string> quiet = cmd;
  if (!has_them) quiet.insert(quiet.end(), options.begin(), options.end());
  return quiet;
}

}  // namespace dksnap::databases::redis
