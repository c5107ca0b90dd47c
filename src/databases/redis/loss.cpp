// What a server that is stopped takes with it: it is asked, since CONFIG SET changes all of it
// while it runs.
#include <fmt/format.h>

#include "base/paths.hpp"
#include "base/text.hpp"
#include "databases/redis/client.hpp"
#include "databases/redis/redis.hpp"
#include "databases/redis/settings.hpp"

namespace dksnap::databases::redis {
namespace {

constexpr const char* kInMemory =
    "all of its data: they are in memory alone (`save \"\"`, and no append-only file)";

bool ends_without_saving(const Directives& directives) {
  return value_of(directives, "shutdown-on-sigterm").find("nosave") != std::string::npos ||
         value_of(directives, "shutdown-on-sigint").find("nosave") != std::string::npos;
}

constexpr const char* kEndsWithoutSaving =
    "what it has not saved: it ends without saving (`shutdown-on-sigterm nosave`)";

std::string lost_by_configuration(const Server& server) {
  const Persistence configured = persistence_of(server.settings);
  if (configured.appends) return {};
  if (!configured.saves) return kInMemory;
  return ends_without_saving(server.settings) ? kEndsWithoutSaving : "";
}

std::string lost_where_appended(const Answer& info) {
  if (info_field(info.text, "aof_enabled") != "1")
    return "what came since it runs without its append-only file (CONFIG SET appendonly no), by "
           "which it would start again";
  if (info_field(info.text, "aof_last_write_status") == "err")
    return "what it could not write to its append-only file: its last write to it failed";
  return {};
}

std::string lost_where_dumped(const std::string& now, const Server& server,
                              const std::string& data) {
  const Persistence configured = persistence_of(server.settings);
  if (setting_in(now, "save").empty()) {
    return configured.saves ? "all that it has not saved: it saves nothing now (CONFIG SET save "
                              "\"\"), and has no append-only file that it would start from"
                            : kInMemory;
  }
  const std::string directory = setting_in(now, "dir");
  const std::string file = setting_in(now, "dbfilename");
  const bool moved = (!file.empty() && file != configured.dump) ||
                     (!directory.empty() && normal_path(directory) != data);
  if (!moved) return {};
  return fmt::format(
      "its data: it saves them to {} now (CONFIG SET), where it would not look for them again",
      join_path(directory, file));
}

}  // namespace

std::string Redis::lost_by_stopping(Shell& source, const Recognition& recognition,
                                    const Credentials& credentials) const {
  const Server& server = recognition.server;
  Client client(product_, source, server, credentials);
  const Answer info = client.ask({"INFO", "persistence"});
  // It ends without a save, and without a loss: all that it will have is on its disk.
  if (info.ok() && info_field(info.text, "loading") == "1") return {};
  // Where its command is not understood, it would start as it runs, for all that is known.
  const bool appends =
      persistence_of(server.settings).appends ||
      (server.command.empty() && info.ok() && info_field(info.text, "aof_enabled") == "1");
  if (info.ok() && appends) return lost_where_appended(info);
  // A pattern, since older servers take one alone: "dir", "save", "dbfilename".
  const Answer now = info.ok() ? client.ask({"CONFIG", "GET", "[ds][iab][rvf]*"}) : info;
  if (!now.ok()) {
    // Where it does not tell, its configuration has to do, if all of it is known.
    if (server.command.empty())
      return fmt::format(
          "what it has in memory, for all that can be seen: it does not say what it saves ({}), "
          "and "
          "its command is not understood",
          now.text);
    if (!server.unread.empty())
      return fmt::format(
          "what it has in memory, for all that can be seen: it does not say what it saves ({}), "
          "and "
          "{} cannot be read",
          now.text, join(server.unread, ", "));
    const std::string configured = lost_by_configuration(server);
    if (!configured.empty() || now.kind != Answer::Kind::not_let_in || appends) return configured;
    return "what it has in memory, if its saving was switched off while it runs: it does not let "
           "dksnap in to ask (" +
           now.text + ")";
  }
  // It does not end then, and is ended by force.
  if (info_field(info.text, "rdb_last_bgsave_status") == "err")
    return "what it could not write to its dump: its last save failed, and so would the one at its "
           "end";
  if (std::string lost = lost_where_dumped(now.text, server, recognition.data_paths.front());
      !lost.empty())
    return lost;
  const Answer ending = client.ask({"CONFIG", "GET", "shutdown-on-sig*"});
  const bool nosave = ending.ok() && ending.text.find("nosave") != std::string::npos;
  return nosave ? kEndsWithoutSaving : "";
}

}  // namespace dksnap::databases::redis
