#include "databases/innodb/private_start.hpp"

#include <fmt/format.h>

#include "databases/innodb/innodb.hpp"

namespace dksnap::databases::innodb {

std::vector<std::string> private_start(const std::string& directory, const Server& source) {
  const std::vector<std::string>& command = source.command;
  std::vector<std::string> words;
  for (std::size_t i = 1; i < command.size(); ++i) {
    if (command[i] != "--daemonize" && command[i] != "-D") words.push_back(command[i]);
  }
  for (const std::string& persisted : settings_of(source, kPersisted))
    words.push_back("--loose-" + persisted);
  words.push_back("--datadir=" + directory);
  for (const char* word : {"--skip-networking", "--secure-file-priv=", "--general-log=OFF",
                           "--slow-query-log=OFF", "--event-scheduler=OFF", "--skip-log-error",
                           "--loose-innodb-buffer-pool-load-at-startup=OFF",
                           "--loose-innodb-buffer-pool-dump-at-shutdown=OFF"})
    words.emplace_back(word);
  words.push_back(fmt::format("--socket={}", kPrivateSocket));
  words.push_back(fmt::format("--pid-file={}", kPrivatePid));
  return words;
}

}  // namespace dksnap::databases::innodb
