#include "databases/mongo/options.hpp"

#include <algorithm>
#include <array>

#include "base/paths.hpp"
#include "base/text.hpp"

namespace dksnap::databases::mongo {
namespace {

using Strings = std::vector<std::string>;

struct Known {
  std::string_view option;
  std::string_view setting;  // empty: the command line alone has it
  bool is_flag = false;
};

// MongoDB manual, "Configuration File Settings to Command-Line Options Mapping".
constexpr std::array<Known, 64> kKnown{{
    {"dbpath", "storage.dbPath"},
    {"directoryperdb", "storage.directoryPerDB", true},
    {"storageEngine", "storage.engine"},
    {"journal", "storage.journal.enabled", true},
    {"nojournal", "", true},
    {"journalCommitInterval", "storage.journal.commitIntervalMs"},
    {"syncdelay", "storage.syncPeriodSecs"},
    {"wiredTigerCacheSizeGB", "storage.wiredTiger.engineConfig.cacheSizeGB"},
    {"wiredTigerDirectoryForIndexes", "storage.wiredTiger.engineConfig.directoryForIndexes", true},
    {"wiredTigerJournalCompressor", "storage.wiredTiger.engineConfig.journalCompressor"},
    {"wiredTigerCollectionBlockCompressor", "storage.wiredTiger.collectionConfig.blockCompressor"},
    {"wiredTigerIndexPrefixCompression", "storage.wiredTiger.indexConfig.prefixCompression"},
    {"inMemorySizeGB", "storage.inMemory.engineConfig.inMemorySizeGB"},
    {"port", "net.port"},
    {"bind_ip", "net.bindIp"},
    {"bind_ip_all", "net.bindIpAll", true},
    {"ipv6", "net.ipv6", true},
    {"maxConns", "net.maxIncomingConnections"},
    {"networkMessageCompressors", "net.compression.compressors"},
    {"unixSocketPrefix", "net.unixDomainSocket.pathPrefix"},
    {"filePermissions", "net.unixDomainSocket.filePermissions"},
    {"nounixsocket", "", true},
    {"tlsMode", "net.tls.mode"},
    {"tlsCertificateKeyFile", "net.tls.certificateKeyFile"},
    {"tlsCAFile", "net.tls.CAFile"},
    {"tlsCRLFile", "net.tls.CRLFile"},
    {"tlsAllowConnectionsWithoutCertificates", "net.tls.allowConnectionsWithoutCertificates", true},
    {"tlsAllowInvalidCertificates", "net.tls.allowInvalidCertificates", true},
    {"tlsAllowInvalidHostnames", "net.tls.allowInvalidHostnames", true},
    {"sslMode", "net.ssl.mode"},
    {"sslPEMKeyFile", "net.ssl.PEMKeyFile"},
    {"sslCAFile", "net.ssl.CAFile"},
    {"logpath", "systemLog.path"},
    {"logappend", "systemLog.logAppend", true},
    {"logRotate", "systemLog.logRotate"},
    {"timeStampFormat", "systemLog.timeStampFormat"},
    {"quiet", "systemLog.quiet", true},
    {"auth", "security.authorization", true},
    {"noauth", "", true},
    {"transitionToAuth", "security.transitionToAuth", true},
    {"keyFile", "security.keyFile"},
    {"clusterAuthMode", "security.clusterAuthMode"},
    {"enableEncryption", "security.enableEncryption", true},
    {"encryptionKeyFile", "security.encryptionKeyFile"},
    {"encryptionCipherMode", "security.encryptionCipherMode"},
    {"kmipServerName", "security.kmip.serverName"},
    {"kmipKeyIdentifier", "security.kmip.keyIdentifier"},
    {"noscripting", "", true},
    {"replSet", "replication.replSetName"},
    {"oplogSize", "replication.oplogSizeMB"},
    {"enableMajorityReadConcern", "replication.enableMajorityReadConcern"},
    {"shardsvr", "", true},
    {"configsvr", "", true},
    {"profile", "operationProfiling.mode"},
    {"slowms", "operationProfiling.slowOpThresholdMs"},
    {"slowOpSampleRate", "operationProfiling.slowOpSampleRate"},
    {"pidfilepath", "processManagement.pidFilePath"},
    {"timeZoneInfo", "processManagement.timeZoneInfo"},
    {"fork", "processManagement.fork", true},
    {"syslog", "", true},
    {"notablescan", "", true},
    {"help", "", true},
    {"version", "", true},
    {"sysinfo", "", true},
}};

const Known* find_option(std::string_view name) {
  const auto* found = std::find_if(kKnown.begin(), kKnown.end(),
                                   [&](const Known& known) { return known.option == name; });
  return found == kKnown.end() ? nullptr : found;
}

bool is_set(const docker::Config& config, const std::string& name) {
  return !config.env_value(name).value_or("").empty() ||
         !config.env_value(name + "_FILE").value_or("").empty();
}

}  // namespace

std::string option_in(const MongodOptions& options, std::string_view name) {
  const auto found = options.find(name);
  return found == options.end() ? std::string() : found->second;
}

bool flag_in(const MongodOptions& options, std::string_view name) {
  return option_in(options, name) == "true";
}

bool is_mongod(std::string_view program) {
  return base_name(program) == "mongod";
}

bool starts_mongod(const Strings& entrypoint, const Strings& cmd) {
  if (!entrypoint.empty() && is_mongod(entrypoint.front())) return true;
  if (cmd.empty()) return false;
  if (is_mongod(cmd.front())) return true;
  return !entrypoint.empty() && base_name(entrypoint.back()) == "docker-entrypoint.sh" &&
         cmd.front().starts_with('-');
}

Strings mongod_command(const docker::Config& config) {
  if (!starts_mongod(config.entrypoint, config.cmd)) return {};
  Strings command;
  if (!config.entrypoint.empty() && is_mongod(config.entrypoint.front()))
    command = config.entrypoint;
  else if (!is_mongod(config.cmd.front()))
    command = {"mongod"};
  command.insert(command.end(), config.cmd.begin(), config.cmd.end());
  // docker-library/mongo, docker-entrypoint.sh: at every start, not the first alone.
  const bool has_root =
      is_set(config, "MONGO_INITDB_ROOT_USERNAME") && is_set(config, "MONGO_INITDB_ROOT_PASSWORD");
  if (has_root && !flag_in(mongod_options(command), "auth")) command.emplace_back("--auth");
  return command;
}

std::vector<MongodArgument> mongod_arguments(const Strings& words) {
  std::vector<MongodArgument> arguments;
  for (std::size_t i = 0; i < words.size(); ++i) {
    MongodArgument argument{"", "", {words[i]}};
    if (words[i] == "-f") argument.name = "config";
    if (words[i].starts_with("--") && words[i].size() > 2) {
      const std::size_t equals = words[i].find('=');
      argument.name = words[i].substr(2, equals == std::string::npos ? equals : equals - 2);
      if (equals != std::string::npos) argument.value = words[i].substr(equals + 1);
    }
    const Known* known = find_option(argument.name);
    const bool is_flag = known != nullptr && known->is_flag;
    const bool has_equals = words[i].find('=') != std::string::npos;
    if (is_flag && !has_equals) argument.value = "true";
    const bool takes_next = !argument.name.empty() && !is_flag && !has_equals &&
                            i + 1 < words.size() && (known != nullptr || words[i + 1][0] != '-');
    if (takes_next) {
      argument.value = words[++i];
      argument.words.push_back(argument.value);
    }
    arguments.push_back(std::move(argument));
  }
  return arguments;
}

MongodOptions mongod_options(const Strings& command) {
  MongodOptions options;
  if (command.empty()) return options;
  for (MongodArgument& argument : mongod_arguments(Strings(command.begin() + 1, command.end())))
    if (!argument.name.empty()) options[argument.name] = std::move(argument.value);
  return options;
}

Strings option_words(std::string_view name, const std::string& value) {
  const Known* known = find_option(name);
  if (known == nullptr || !known->is_flag) return {"--" + std::string(name), value};
  if (value != "true") return {};
  return {"--" + std::string(name)};
}

namespace {

// "'a'" and "\"a\"" without them, and without what stands behind a '#'.
std::string plain_value(std::string_view text) {
  text = dksnap::trim(text);
  if (!text.empty() && (text.front() == '"' || text.front() == '\'')) {
    const std::size_t end = text.find(text.front(), 1);
    return std::string(text.substr(1, end == std::string_view::npos ? end : end - 1));
  }
  const std::size_t comment = text.find(" #");
  return std::string(dksnap::trim(text.substr(0, comment)));
}

void take_setting(const std::string& name, const std::string& value, MongodConfiguration& found) {
  constexpr std::string_view kParameters = "setParameter.";
  if (name.starts_with(kParameters)) {
    found.parameters.push_back(name.substr(kParameters.size()) + "=" + value);
    return;
  }
  // Said by the path, or what a container does anyway.
  if (name == "systemLog.destination" && value == "file") return;
  if (name == "sharding.clusterRole") {
    found.options[value] = "true";
    return;
  }
  const auto* known = std::find_if(kKnown.begin(), kKnown.end(),
                                   [&](const Known& one) { return one.setting == name; });
  if (known == kKnown.end()) {
    found.understood = false;
    return;
  }
  const bool on = value == "true" || value == "enabled" || value == "yes" || value == "on";
  found.options[std::string(known->option)] = known->is_flag ? (on ? "true" : "false") : value;
}

}  // namespace

MongodConfiguration read_mongod_configuration(std::string_view text) {
  MongodConfiguration found;
  std::vector<std::pair<std::size_t, std::string>> above;  // how far they are indented, and names
  for (const std::string& line : split(text, '\n')) {
    const std::string_view content = dksnap::trim(line);
    if (content.empty() || content.front() == '#' || content == "---" || content == "...") continue;
    const std::size_t indent = line.find_first_not_of(' ');
    const std::size_t colon = content.find(':');
    const bool is_name = colon != std::string_view::npos && colon > 0 && line[indent] != '\t' &&
                         (colon + 1 == content.size() || content[colon + 1] == ' ');
    // Lists, flow style, tabs, anchors, texts of several lines.
    if (!is_name || std::string_view("-{[&*\"'").find(content.front()) != std::string_view::npos) {
      found.understood = false;
      continue;
    }
    while (!above.empty() && above.back().first >= indent) above.pop_back();
    std::string name;
    for (const auto& [unused, part] : above) name += part + ".";
    const std::string own(dksnap::trim(content.substr(0, colon)));
    const std::string value = plain_value(content.substr(colon + 1));
    above.emplace_back(indent, own);
    if (value.empty() || value.front() == '#') continue;
    if (std::string_view("{[&*|>!").find(value.front()) != std::string_view::npos)
      found.understood = false;
    else
      take_setting(name + own, value, found);
  }
  return found;
}

}  // namespace dksnap::databases::mongo
