// What keeps a copy of PostgreSQL to itself.
#include <algorithm>
#include <charconv>

#include "databases/postgres/options.hpp"
#include "databases/postgres/postgres.hpp"

namespace dksnap::databases::postgres {
namespace {

using Strings = std::vector<std::string>;

// 0 where it is not known.
int major_of(const std::string& version) {
  int major = 0;
  std::from_chars(version.data(), version.data() + version.size(), major);
  return major;
}

// Settings of this version alone: a server refuses to start with one that it does not know, but for
// names with a dot in them, which belong to extensions that may not be loaded.
Strings quiet_settings(const std::string& version, bool has_keys) {
  constexpr int kHasLogicalReplication = 10;
  constexpr int kHasNoRecoveryFile = 12;  // recovery.conf had primary_conninfo before
  // No segment of the copy's log goes to the original's archive; no commit waits for the original's
  // standbys; pg_cron and TimescaleDB run none of their jobs (timescaledb, src/guc.c).
  Strings settings{"archive_mode=off", "synchronous_standby_names=", "cron.launch_active_jobs=off",
                   "timescaledb.max_background_workers=0"};
  const int major = major_of(version);
  if (major >= kHasLogicalReplication) settings.emplace_back("max_logical_replication_workers=0");
  if (major >= kHasNoRecoveryFile) {
    settings.emplace_back("primary_conninfo=");
    settings.emplace_back("restore_command=");
  }
  // It would not start without the key that its settings name.
  if (!has_keys) settings.emplace_back("ssl=off");
  return settings;
}

}  // namespace

std::optional<Strings> Postgres::quiet_command(const Strings& entrypoint, const Strings& cmd,
                                               const Recognition& recognition) const {
  if (!takes_options(entrypoint, cmd)) return std::nullopt;
  Strings options;
  for (const std::string& setting :
       quiet_settings(recognition.version, recognition.server.keys.empty()))
    options.insert(options.end(), {"-c", setting});
  // A copy of a copy has them already.
  const bool has_them =
      cmd.size() >= options.size() && std::equal(options.rbegin(), options.rend(), cmd.rbegin());
  Strings quiet = cmd;
  if (!has_them) quiet.insert(quiet.end(), options.begin(), options.end());
  return quiet;
}

}  // namespace dksnap::databases::postgres
