// Redis and Valkey: one server with two names, which keeps its data in memory and writes them to a
// dump, to an append-only file, or nowhere.
#pragma once

#include "databases/database.hpp"

namespace dksnap::databases::redis {

// What the two do not share.
struct Product {
  std::string_view kind;     // "redis"
  std::string_view title;    // "Redis"
  std::string_view server;   // "redis-server"
  std::string_view client;   // "redis-cli"
  std::string_view version;  // the variable with the version in the official images
};
inline constexpr Product kRedis{"redis", "Redis", "redis-server", "redis-cli", "REDIS_VERSION"};
inline constexpr Product kValkey{"valkey", "Valkey", "valkey-server", "valkey-cli",
                                 "VALKEY_VERSION"};

class Redis final : public Database {
 public:
  explicit Redis(const Product& product) : product_(product) {}

  std::string_view name() const override { return product_.kind; }
  std::optional<Recognition> recognise(const ContainerFacts& facts) const override;
  Server server_of(const docker::Config& config) const override;
  Server server(const ContainerFacts& facts, const Recognition& recognition) const override;

  FlushResult flush(Shell& source, const Recognition& recognition,
                    const Credentials& credentials) const override;
  bool safe_without_flush() const override { return false; }
  bool is_whole_on_disk(const Recognition& recognition) const override;
  std::string lost_by_stopping(Shell& source, const Recognition& recognition,
                               const Credentials& credentials) const override;
  std::optional<std::vector<std::string>> quiet_command(
      const std::vector<std::string>& entrypoint, const std::vector<std::string>& cmd,
      const Recognition& recognition) const override;
  std::optional<std::vector<std::string>> followers(Shell& source,
                                                    const Server& server) const override;

  bool settles() const override { return true; }
  bool holds_all_in_memory() const override { return true; }
  std::vector<std::string> stale_paths(const Recognition&) const override { return {}; }
  std::vector<std::string> spare_paths(Shell&, const Recognition&) const override { return {}; }
  Settled settle(Shell& scratch, const Recognition& recognition) const override;
  // By the client's --rdb, into the file that a copy starts from.
  std::optional<Dump> dump(Shell& source, const ContainerFacts& facts,
                           const Recognition& recognition,
                           const Credentials& credentials) const override;
  bool is_refused_login(std::string_view words) const override;

  std::optional<StartData> start_data(const ContainerFacts& files,
                                      const Recognition& reader) const override;
  // Up to Redis 7.2 they are one, and Valkey's dumps for others still are (rdb.h, RDB_VERSION).
  bool may_read_files_of(std::string_view kind) const override {
    return kind == kRedis.kind || kind == kValkey.kind;
  }
  std::optional<std::string> cannot_read(Shell& scratch, const Server& server,
                                         const std::string& file) const override;

  std::unique_ptr<Session> serve(CopyInScratch copy, const Recognition& recognition) const override;
  std::string connection_string(const Address& address, const Server& server,
                                const Settings& settings) const override;
  std::optional<std::string> not_ready(Shell& container, const ContainerFacts& facts,
                                       Server& server) const override;
  std::optional<std::string> no_answer(const Address& address, const Server& server) const override;

 private:
  const Product& product_;
};

}  // namespace dksnap::databases::redis
