// What keeps a copy of a server of the MySQL family to itself.
#include <algorithm>

#include <fmt/format.h>

#include "databases/innodb/innodb.hpp"

namespace dksnap::databases::innodb {
namespace {

constexpr std::string_view kRedoOfCopies = "32M";

}  // namespace

std::optional<std::vector<std::string>> InnodbDatabase::quiet_command(
    const std::vector<std::string>& entrypoint, const std::vector<std::string>& cmd,
    const Recognition& recognition) const {
  if (!takes_options(product(), entrypoint, cmd)) return std::nullopt;
  // What the data say of variables counts more than any argument: it is said in arguments instead.
  std::vector<std::string> options;
  for (const std::string& persisted : settings_of(recognition.server, kPersisted))
    options.push_back("--loose-" + persisted);
  if (!options.empty()) options.emplace_back("--persisted-globals-load=OFF");
  for (std::string& option : quiet_options(recognition)) options.push_back(std::move(option));
  // No event changes the copy's data by itself, until somebody switches them on.
  options.emplace_back("--event-scheduler=OFF");
  // What the original had in memory is not read when a copy starts, which would copy it up.
  options.emplace_back("--innodb-buffer-pool-load-at-startup=OFF");
  // A start makes the redo log at its full size in each copy: 100 MB if nobody says otherwise.
  if (value_of(read_options(recognition.server.command), redo_setting()).empty())
    options.push_back(fmt::format("--loose-{}={}", redo_setting(), kRedoOfCopies));
  // A copy of a copy has them already.
  const bool has_them =
      cmd.size() >= options.size() && std::equal(options.rbegin(), options.rend(), cmd.rbegin());
  std::vector<std::string> quiet = cmd;
  if (!has_them) quiet.insert(quiet.end(), options.begin(), options.end());
  return quiet;
}

}  // namespace dksnap::databases::innodb
