#include <fmt/format.h>

#include "base/text.hpp"
#include "databases/redis/client.hpp"
#include "databases/redis/probe.hpp"
#include "databases/redis/redis.hpp"

namespace dksnap::databases::redis {
namespace {

// "ip=172.17.0.3,port=6379,state=online,…": of a line of INFO replication.
std::string part_of(const std::string& line, const std::string& name) {
  for (const std::string& part : split(line, ',')) {
    if (part.starts_with(name + "=")) return part.substr(name.size() + 1);
  }
  return {};
}

}  // namespace

std::optional<std::vector<std::string>> Redis::followers(Shell& source,
                                                         const Server& server) const {
  const Answer info = Client(product_, source, server).ask({"INFO", "replication"}, kReadiness);
  if (!info.ok()) return std::nullopt;
  std::vector<std::string> followers;
  for (int number = 0;; ++number) {
    const std::string line = info_field(info.text, fmt::format("slave{}", number));
    if (line.empty()) break;
    followers.push_back(
        fmt::format("the replica {}:{}", part_of(line, "ip"), part_of(line, "port")));
  }
  if (info_field(info.text, "role") == "slave") {
    followers.push_back(
        fmt::format("its own replication from {}:{}, which puts the present data "
                    "back",
                    info_field(info.text, "master_host"), info_field(info.text, "master_port")));
  }
  return followers;
}

std::string Redis::connection_string(const Address& address, const Server&, const Settings&) const {
  const bool is_v6 = address.host.find(':') != std::string::npos;
  return fmt::format("redis://{}:{}", is_v6 ? "[" + address.host + "]" : address.host,
                     address.port);
}

std::optional<std::string> Redis::not_ready(Shell& container, const ContainerFacts& facts,
                                            Server& server) const {
  const auto recognition = recognise(facts);
  if (!recognition) return "the server has not started yet";
  server = this->server(facts, *recognition);
  const Answer answer = Client(product_, container, server).ask({"PING"}, kReadiness);
  // Without a client its own title has to do, and that it speaks TLS is all that can be known.
  const bool runs = !facts.processes.empty();
  if (answer.is_up() || (answer.kind == Answer::Kind::no_client && runs)) return std::nullopt;
  if (answer.text.starts_with("LOADING")) return "the server loads its data";
  return answer.kind == Answer::Kind::no_client ? "the server has not started yet" : answer.text;
}

std::optional<std::string> Redis::no_answer(const Address& address, const Server&) const {
  return probe(address);
}

}  // namespace dksnap::databases::redis
