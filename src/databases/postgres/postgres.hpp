// PostgreSQL 10 and later, and what is built on it.
#pragma once

#include "databases/database.hpp"

namespace dksnap::databases::postgres {

class Postgres final : public Database {
 public:
  std::string_view name() const override { return "postgres"; }
  std::optional<Recognition> recognise(const ContainerFacts& facts) const override;
  Server server_of(const docker::Config& config) const override;
  Server server(const ContainerFacts& facts, const Recognition& recognition) const override;
  FlushResult flush(Shell& source, const Recognition& recognition,
                    const Credentials& credentials) const override;
  // A frozen copy replays its write-ahead log (PostgreSQL manual, "File System Level Backup").
  bool safe_without_flush() const override { return true; }
  // Roles and pg_hba.conf. Where that is `trust`, the source lets everybody in as well.
  bool data_says_who_may_enter() const override { return true; }
  std::optional<std::vector<std::string>> quiet_command(
      const std::vector<std::string>& entrypoint, const std::vector<std::string>& cmd,
      const Recognition& recognition) const override;
  std::optional<std::vector<std::string>> followers(Shell& source,
                                                    const Server& server) const override;
  // The fast shutdown, which waits for no client (PostgreSQL manual, "Shutting Down the Server").
  // A script above it knows what the container's own signal is to do.
  std::string stop_signal(const docker::Config& config, const Server& server) const override {
    return server.has_script_above ? Database::stop_signal(config, server) : "SIGINT";
  }
  bool settles() const override { return true; }
  std::vector<std::string> stale_paths(const Recognition& recognition) const override;
  std::vector<std::string> spare_paths(Shell& scratch,
                                       const Recognition& recognition) const override;
  std::optional<SpareLog> spare_log(Shell& scratch, const Recognition& recognition) const override;
  bool can_be_dumped() const override { return true; }
  std::optional<Dump> dump(Shell& source, const ContainerFacts& facts,
                           const Recognition& recognition,
                           const Credentials& credentials) const override;
  bool is_refused_login(std::string_view words) const override;
  Settled settle(Shell& scratch, const Recognition& recognition) const override;
  std::unique_ptr<Session> serve(CopyInScratch copy, const Recognition& recognition) const override;
  const SqlWords* sql_words() const override;
  std::string connection_string(const Address& address, const Server& server,
                                const Settings& settings) const override;
  std::optional<std::string> not_ready(Shell& container, const ContainerFacts& facts,
                                       Server& server) const override;
  std::optional<std::string> no_answer(const Address& address, const Server& server) const override;
};

}  // namespace dksnap::databases::postgres
