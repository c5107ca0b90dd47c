// What keeps a copy of MongoDB to itself, and as closed as its source.
#include "databases/mongo/quiet.hpp"

#include <algorithm>
#include <array>

#include "databases/mongo/mongo.hpp"
#include "databases/mongo/places.hpp"

namespace dksnap::databases::mongo {
namespace {

using Strings = std::vector<std::string>;

bool is_one_of(std::string_view name, const auto& names) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

// What makes it a member of something, with the file by which members know each other, which no
// copy has. A copy alone is a standalone server.
bool is_of_a_set(std::string_view name) {
  static constexpr std::array<std::string_view, 7> kNames{
      "replSet",         "keyFile",  "clusterAuthMode", "transitionToAuth",
      "clusterAuthX509", "shardsvr", "configsvr"};
  return is_one_of(name, kNames);
}

bool is_of_tls(std::string_view name) {
  return name.starts_with("tls") || name.starts_with("ssl");
}

// keyFile and x.509 members ask everybody who they are (MongoDB manual, "security.keyFile").
bool asks_who_somebody_is(const MongodOptions& options) {
  return flag_in(options, "auth") || !option_in(options, "keyFile").empty() ||
         option_in(options, "clusterAuthMode") == "x509";
}

// What fits the source's files alone.
bool is_of_files(std::string_view name) {
  static constexpr std::array<std::string_view, 2> kNames{"storageEngine", "inMemorySizeGB"};
  return is_one_of(name, kNames) || name == "enableEncryption" || name.starts_with("encryption") ||
         name.starts_with("kmip");
}

class Quiet {
 public:
  Quiet(const Recognition& recognition, const Strings& entrypoint, const Strings& cmd,
        bool has_own_files)
      : recognition_(recognition),
        entrypoint_(entrypoint),
        cmd_(cmd),
        settings_(options_of(recognition.server)),
        drops_tls_(!recognition.server.keys.empty()),
        has_own_files_(has_own_files) {}

  std::optional<Strings> words() const {
    if (!starts_mongod(entrypoint_, cmd_)) return std::nullopt;
    // They cannot be changed here.
    if (!entrypoint_.empty() && is_mongod(entrypoint_.front())) {
      for (const MongodArgument& argument : mongod_arguments(entrypoint_))
        if (drops(argument.name)) return std::nullopt;
    }
    const bool expands = file_has_to_go();
    if (expands && settings_.contains(kNotUnderstood)) return std::nullopt;
    Strings quiet;
    MongodOptions own;
    for (const MongodArgument& argument : mongod_arguments(cmd_)) {
      if (drops(argument.name) || (expands && argument.name == "config")) continue;
      if (!argument.name.empty()) own[argument.name] = argument.value;
      quiet.insert(quiet.end(), argument.words.begin(), argument.words.end());
    }
    if (expands) add_file(own, quiet);
    add_role(own, quiet);
    if (asks_who_somebody_is(settings_) && !flag_in(own, "auth") && !in_entrypoint("auth"))
      quiet.emplace_back("--auth");
    // Options alone made the entrypoint start the server.
    const bool is_entrypoint = !entrypoint_.empty() && is_mongod(entrypoint_.front());
    if (quiet.empty() && !is_entrypoint) quiet.emplace_back("mongod");
    return quiet;
  }

 private:
  bool drops(std::string_view name) const {
    return is_of_a_set(name) || (drops_tls_ && is_of_tls(name)) ||
           (has_own_files_ && is_of_files(name));
  }
  bool in_entrypoint(std::string_view name) const {
    return !entrypoint_.empty() && is_mongod(entrypoint_.front()) &&
           mongod_options(entrypoint_).contains(name);
  }

  // An argument can say other than the file, and cannot unsay it.
  bool file_has_to_go() const {
    const MongodOptions arguments = mongod_options(recognition_.server.command);
    if (!arguments.contains("config")) return false;
    return std::any_of(settings_.begin(), settings_.end(), [&](const auto& setting) {
      return drops(setting.first) && !setting.second.empty() && setting.second != "false" &&
             !arguments.contains(setting.first);
    });
  }
  void add_file(MongodOptions& own, Strings& quiet) const {
    for (const auto& [name, value] : settings_) {
      if (drops(name) || own.contains(name) || name == "config" || name == "fork") continue;
      const bool is_parameter = name.starts_with("setParameter ");
      const Strings words =
          is_parameter ? Strings{"--setParameter", value} : option_words(name, value);
      if (!is_parameter) own[name] = value;
      quiet.insert(quiet.end(), words.begin(), words.end());
    }
  }
  // Shards and configuration servers have another port and directory of their own.
  void add_role(const MongodOptions& own, Strings& quiet) const {
    if (!flag_in(settings_, "shardsvr") && !flag_in(settings_, "configsvr")) return;
    if (!own.contains("dbpath"))
      quiet.insert(quiet.end(), {"--dbpath", recognition_.data_paths.front()});
    if (!own.contains("port"))
      quiet.insert(quiet.end(), {"--port", std::to_string(recognition_.server.port)});
  }

  const Recognition& recognition_;
  const Strings& entrypoint_;
  const Strings& cmd_;
  MongodOptions settings_;
  bool drops_tls_;
  bool has_own_files_;
};

}  // namespace

std::optional<Strings> Mongo::quiet_command(const Strings& entrypoint, const Strings& cmd,
                                            const Recognition& recognition) const {
  return Quiet(recognition, entrypoint, cmd, false).words();
}

std::optional<Strings> quiet_command_of_dump(const Strings& entrypoint, const Strings& cmd,
                                             const Recognition& recognition) {
  return Quiet(recognition, entrypoint, cmd, true).words();
}

}  // namespace dksnap::databases::mongo
