// What MySQL, MariaDB and what is built on them have in common.
#pragma once

#include "databases/database.hpp"
#include "databases/innodb/dump_words.hpp"
#include "databases/innodb/options.hpp"
#include "databases/innodb/product.hpp"

namespace dksnap::databases::innodb {

// Nobody follows a copy, and what happened before it is in its data: without this, each snapshot
// would have the log that is written to anew, up to a gigabyte. Where there is none the server says
// so and goes on.
inline constexpr const char* kPurgeBinaryLogs = "PURGE BINARY LOGS BEFORE '2038-01-18'";

// Names in Server::settings: the key of a server with TLS; that its settings speak of a group of
// servers (MySQL manual, "Group Replication"); and, before a variable's own name, what the data
// directory itself says of it (SET PERSIST).
inline constexpr std::string_view kTlsKey = "tls-key";
inline constexpr std::string_view kOfAGroup = "of-a-group";
inline constexpr std::string_view kPersisted = "persisted.";
// The values of those whose name begins so: "NAME=VALUE" without that.
std::vector<std::string> settings_of(const Server& server, std::string_view prefix);

class InnodbDatabase : public Database {
 public:
  std::string_view name() const override { return product().kind; }
  std::optional<Recognition> recognise(const ContainerFacts& facts) const override;
  Server server_of(const docker::Config& config) const override;
  Server server(const ContainerFacts& facts, const Recognition& recognition) const override;
  FlushResult flush(Shell& source, const Recognition& recognition,
                    const Credentials& credentials) const override;
  // A frozen copy replays its redo log and undoes what was not committed (MySQL manual, "InnoDB
  // Recovery"); MyISAM's tables are on the disk as their statements left them.
  bool safe_without_flush() const override { return true; }
  // The grant tables. With --skip-grant-tables, which stays in the command, the source lets
  // everybody in as well.
  bool data_says_who_may_enter() const override { return true; }
  std::optional<std::vector<std::string>> quiet_command(
      const std::vector<std::string>& entrypoint, const std::vector<std::string>& cmd,
      const Recognition& recognition) const override;
  std::optional<std::vector<std::string>> followers(Shell& source,
                                                    const Server& server) const override;
  // A clean shutdown, which waits for no client (MySQL manual, "Unix Signal Handling"). A script
  // above it knows what the container's own signal is to do.
  std::string stop_signal(const docker::Config& config, const Server& server) const override {
    return server.has_script_above ? Database::stop_signal(config, server) : "SIGTERM";
  }
  bool settles() const override { return true; }
  std::vector<std::string> stale_paths(const Recognition& recognition) const override;
  std::vector<std::string> spare_paths(Shell& scratch,
                                       const Recognition& recognition) const override;
  Settled settle(Shell& scratch, const Recognition& recognition) const override;
  std::unique_ptr<Session> serve(CopyInScratch copy, const Recognition& recognition) const override;
  const SqlWords* sql_words() const override;
  bool can_be_dumped() const override { return true; }
  std::optional<Dump> dump(Shell& source, const ContainerFacts& facts,
                           const Recognition& recognition,
                           const Credentials& credentials) const override;
  bool is_refused_login(std::string_view words) const override;
  std::string connection_string(const Address& address, const Server& server,
                                const Settings& settings) const override;
  std::optional<std::string> not_ready(Shell& container, const ContainerFacts& facts,
                                       Server& server) const override;
  std::optional<std::string> no_answer(const Address& address, const Server& server) const override;

 protected:
  virtual const Product& product() const = 0;
  // What the data directory says of variables, as NAME and VALUE. It counts more than arguments.
  virtual std::vector<std::pair<std::string, std::string>> persisted(
      const ContainerFacts& /*facts*/, const std::string& /*directory*/) const {
    return {};
  }
  virtual const DumpWords& dump_words() const = 0;
  // Of the text of a version file: "11.8"; empty where it says none.
  virtual std::string version_in(const std::string& text) const = 0;
  // Whether a server with these settings takes connections over the network.
  virtual bool listens(const ServerSettings& settings) const;
  // Options that keep a copy to itself, which this version has.
  virtual std::vector<std::string> quiet_options(const Recognition& recognition) const = 0;
  // The setting of how large the redo log is: "innodb_log_file_size".
  virtual std::string_view redo_setting() const = 0;
  // Options of a private start, after the ones that both products have.
  virtual std::vector<std::string> settling_options() const = 0;
  // What is done in it before the server is shut down, a statement each.
  virtual std::vector<std::string> settling_statements(
      const std::vector<std::string>& command) const = 0;
  // Whether a file of a data directory, by its path in it, is spare after a clean shutdown.
  virtual bool is_spare(std::string_view path) const = 0;
  // Lists, of the data directory ("") and below it, that spare files lie in.
  virtual std::vector<std::string> spare_places() const { return {""}; }
  // Statements: what writes out what the server holds in memory, and the names of followers.
  virtual std::string flush_statement() const = 0;
  virtual std::string followers_statement(const Server& server) const = 0;
};

// The server among a container's processes.
struct ServerProcess {
  bool running = false;
  std::string pid = {};
  std::string command;  // as the process shows it: its arguments with blanks between them
};
ServerProcess find_server(const Product& product, const ContainerFacts& facts);

}  // namespace dksnap::databases::innodb
