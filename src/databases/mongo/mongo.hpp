// MongoDB, and servers of its kind whose program is called mongod.
#pragma once

#include "databases/database.hpp"

namespace dksnap::databases::mongo {

class Mongo final : public Database {
 public:
  std::string_view name() const override { return "mongo"; }
  std::optional<Recognition> recognise(const ContainerFacts& facts) const override;
  Server server_of(const docker::Config& config) const override;
  Server server(const ContainerFacts& facts, const Recognition& recognition) const override;
  // `fsync`, by mongosh, where the server lets it in without a password or has one given.
  FlushResult flush(Shell& source, const Recognition& recognition,
                    const Credentials& credentials) const override;
  // WiredTiger recovers from its last checkpoint and the journal, both of one moment (MongoDB
  // manual, "Journaling").
  bool safe_without_flush() const override { return true; }
  // Users are data, but who asks for them is `--auth`.
  bool data_says_who_may_enter() const override { return true; }
  bool keeps_out_by_command() const override { return true; }
  std::vector<std::string> voided_variables(
      const std::vector<std::string>& left_out) const override;
  // Without its replica set: it asks nobody for a vote, and takes reads and writes at once. With
  // `--auth` where its source asks who somebody is, by whichever way it was told to.
  std::optional<std::vector<std::string>> quiet_command(
      const std::vector<std::string>& entrypoint, const std::vector<std::string>& cmd,
      const Recognition& recognition) const override;
  // Who is in its set is not asked, which would need a password.
  std::optional<std::vector<std::string>> followers(Shell& source,
                                                    const Server& server) const override;
  bool settles() const override { return true; }
  // None: mongod.lock keeps no server from starting, and says what there is to recover (MongoDB
  // manual, "Recover a Standalone after an Unexpected Shutdown").
  std::vector<std::string> stale_paths(const Recognition&) const override { return {}; }
  std::vector<std::string> spare_paths(Shell&, const Recognition&) const override { return {}; }
  Settled settle(Shell& scratch, const Recognition& recognition) const override;
  // By mongodump; with the changes of its duration (--oplog) where it is a member of a set.
  std::optional<Dump> dump(Shell& source, const ContainerFacts& facts,
                           const Recognition& recognition,
                           const Credentials& credentials) const override;
  std::unique_ptr<Session> serve(CopyInScratch copy, const Recognition& recognition) const override;
  bool is_refused_login(std::string_view words) const override;
  std::string connection_string(const Address& address, const Server& server,
                                const Settings& settings) const override;
  std::optional<std::string> not_ready(Shell& container, const ContainerFacts& facts,
                                       Server& server) const override;
  std::optional<std::string> no_answer(const Address& address, const Server& server) const override;
};

}  // namespace dksnap::databases::mongo
