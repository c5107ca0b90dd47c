// Capture by what the server sends to its replicas, put where a copy's server starts from.
#include <algorithm>
#include <array>
#include <charconv>

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/paths.hpp"
#include "databases/marked_program.hpp"
#include "databases/redis/client.hpp"
#include "databases/redis/configuration.hpp"
#include "databases/redis/redis.hpp"
#include "databases/redis/settings.hpp"

namespace dksnap::databases::redis {
namespace {

Error cannot_dump(const Product& product, const Answer& answer) {
  const bool login = answer.kind == Answer::Kind::not_let_in;
  return {login ? ErrorCode::credentials : ErrorCode::database_refused,
          fmt::format("cannot dump the data of this {}", product.title), answer.text,
          login ? "give the user and the password of one who may do SYNC (--db-user, "
                  "--db-password-file)"
                : "take a copy: leave out --method dump"};
}

int major_in(const std::string& info) {
  const std::string version = info_field(info, "redis_version");  // Valkey has one, too
  int major = 0;
  std::from_chars(version.data(), version.data() + version.size(), major);
  return major;
}

// A server with an append-only file starts from that alone. It may begin with a dump: as a file of
// its own that a manifest names (7.0: aof.c, aofLoadManifestFromFile), before that as its first
// part (4.0: aof-use-rdb-preamble).
void put_into_log(const Persistence& persistence, const std::string& data, int major, Dump& dump) {
  constexpr int kWithPreamble = 4;
  constexpr int kWithManifest = 7;
  if (major < kWithPreamble) {
    throw Error(ErrorCode::failed, "cannot dump the data of this server",
                "its append-only file cannot begin with a dump before version 4",
                "take a copy: leave out --method dump");
  }
  if (major < kWithManifest) {
    dump.data_file = join_path(data, persistence.append_file);
    return;
  }
  const std::string directory = join_path(data, persistence.append_directory);
  const std::string base = persistence.append_file + ".1.base.rdb";
  dump.data_file = join_path(directory, base);
  dump.files.push_back({join_path(directory, persistence.append_file + ".manifest"),
                        fmt::format("file {} seq 1 type b\n", base)});
}

// Whoever asks as a replica does is given a mark by which he knows the end, if the server writes to
// him directly (repl-diskless-sync). The client cuts it off a file, and of what it prints it cannot
// (redis-cli.c, getRDB; RDB_EOF_MARK_SIZE). Nothing may stand there where a log goes on.
constexpr const char* kSaysMark = "until EOF marker";
constexpr std::size_t kMarkBytes = 40;

// Its settings and its users, wherever they are: nothing else brings them.
void add_files(const ContainerFacts& facts, const Server& server, Dump& dump) {
  std::vector<std::string> paths = read_configuration(facts, server.command).files;
  paths.push_back(value_of(server.settings, "aclfile"));
  for (const std::string& path : paths) {
    if (!is_normal_path(path)) continue;
    if (auto content = facts.read(path)) dump.files.push_back({path, std::move(*content)});
  }
}

}  // namespace

std::optional<Dump> Redis::dump(Shell& source, const ContainerFacts& facts,
                                const Recognition& recognition,
                                const Credentials& credentials) const {
  const Server& server = recognition.server;
  Client client(product_, source, server, credentials);
  const Answer info = client.ask({"INFO"});
  if (!info.ok()) throw cannot_dump(product_, info);
  if (info_field(info.text, "loading") == "1") {
    throw Error(ErrorCode::not_ready, fmt::format("cannot dump this {} yet", product_.title),
                "it is still loading what is on its disk", "run the command again");
  }
  const std::string& data = recognition.data_paths.front();
  const Persistence persistence = persistence_of(server.settings);
  Dump dump;
  dump.tool = std::string(product_.client);
  dump.argv = client.command({"--rdb", "-"});
  dump.env = client.environment();
  dump.env.push_back(new_mark());
  dump.cancel = end_marked_program();
  if (persistence.appends)
    put_into_log(persistence, data, major_in(info.text), dump);
  else
    dump.data_file = join_path(data, persistence.dump);
  dump.end_mark = {kSaysMark, kMarkBytes};
  add_files(facts, server, dump);
  dump.lacks =
      "modules that its image has not, and what was set while it ran and not saved (CONFIG SET, "
      "ACL "
      "SETUSER)";
  return dump;
}

bool Redis::is_refused_login(std::string_view words) const {
  static constexpr std::array<std::string_view, 3> kRefusals{"NOAUTH", "WRONGPASS", "NOPERM"};
  return std::any_of(kRefusals.begin(), kRefusals.end(), [&](std::string_view refusal) {
    return words.find(refusal) != std::string_view::npos;
  });
}

}  // namespace dksnap::databases::redis
