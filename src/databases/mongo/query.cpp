#include <array>

#include <fmt/format.h>

#include "base/paths.hpp"
#include "base/text.hpp"
#include "databases/mongo/inside.hpp"
#include "databases/mongo/mongo.hpp"
#include "databases/mongo/places.hpp"
#include "databases/mongo/probe.hpp"
#include "docker/wire/url.hpp"

namespace dksnap::databases::mongo {
namespace {

using Strings = std::vector<std::string>;

// A program is never given a password among its words, where all processes of the machine see it.
constexpr const char* kFsync =
    "const user = process.env.DKSNAP_USER; const at = db.getSiblingDB('admin'); "
    "if (user) at.auth(user, process.env.DKSNAP_PASSWORD); "
    "if (at.runCommand({fsync: 1}).ok !== 1) quit(1)";

std::string server_address(std::uint16_t port) {
  return fmt::format("mongodb://127.0.0.1:{}/?serverSelectionTimeoutMS=2000&directConnection=true",
                     port);
}

bool is_refusal(const ProgramResult& result) {
  const std::string said = result.out + result.err;
  return contains_ignoring_case(said, "auth") || contains_ignoring_case(said, "not authorized");
}

}  // namespace

// One of them answers, or says that it is not let in, which is an answer too.
std::optional<ProgramResult> ask_inside(Shell& container, const Server& server,
                                        const Question& question, const Strings& env,
                                        const TimeLimit& limit) {
  const std::array<Strings, 2> programs{
      Strings{"mongosh", "--quiet", "--norc", server_address(server.port), "--eval",
              question.mongosh},
      Strings{"mongo", "--quiet", "--norc", "--port", std::to_string(server.port), "--eval",
              question.mongo}};
  Strings variables = env;
  variables.emplace_back("HOME=/tmp");
  for (const Strings& program : programs) {
    ProgramResult result = container.run(program, {}, variables, limit);
    if (!result.missing()) return result;
  }
  return std::nullopt;
}

bool wants_tls(const MongodOptions& options) {
  return option_in(options, "tlsMode") == "requireTLS" ||
         option_in(options, "sslMode") == "requireSSL";
}

FlushResult Mongo::flush(Shell& source, const Recognition& recognition,
                         const Credentials& credentials) const {
  Strings env{"HOME=/tmp"};
  if (!credentials.user.empty()) {
    env.push_back("DKSNAP_USER=" + credentials.user);
    env.push_back("DKSNAP_PASSWORD=" + credentials.password);
  }
  const ProgramResult result = source.run(
      {"mongosh", "--quiet", "--norc", server_address(recognition.server.port), "--eval", kFsync},
      {}, env, kFlush);
  if (result.ok()) return {true, "fsync"};
  if (result.missing()) return {false, "the image has no mongosh"};
  return {false, last_lines(result.err.empty() ? result.out : result.err, 1)};
}

std::optional<Strings> Mongo::followers(Shell&, const Server& server) const {
  const MongodOptions options = options_of(server);
  if (!option_in(options, "replSet").empty() || flag_in(options, "shardsvr") ||
      flag_in(options, "configsvr"))
    return std::nullopt;
  return Strings();
}

std::string Mongo::connection_string(const Address& address, const Server& server,
                                     const Settings&) const {
  const bool is_v6 = address.host.find(':') != std::string::npos;
  const std::string host = is_v6 ? "[" + address.host + "]" : address.host;
  if (server.administrator.empty()) return fmt::format("mongodb://{}:{}/", host, address.port);
  return fmt::format("mongodb://{}@{}:{}/?authSource=admin", docker::escape(server.administrator),
                     host, address.port);
}

std::optional<std::string> Mongo::not_ready(Shell& container, const ContainerFacts& facts,
                                            Server& server) const {
  const MongodProcess process = find_mongod(facts);
  if (is_mongods_first_run(facts, process))
    return "its entrypoint is still making the first databases";
  const MongodSettings settings = mongod_settings(facts, mongod_words(facts, process));
  server.port = mongod_port(settings.options);
  // They cannot always be listed.
  if (process.pid.empty() && !facts.processes.empty()) return "the server has not started yet";
  const bool has_socket =
      !server.socket_directory.empty() &&
      facts.stat(join_path(server.socket_directory, fmt::format("mongodb-{}.sock", server.port)));
  if (!flag_in(settings.options, "nounixsocket") && !has_socket) return "the server is starting";
  if (wants_tls(settings.options)) return std::nullopt;
  const auto result = ask_inside(container, server, {"db.hello().ok", "db.isMaster().ok"});
  // Without a shell in the image, that it runs and has made its socket is all that can be known.
  if (!result || result->ok() || is_refusal(*result)) return std::nullopt;
  return last_lines(result->err.empty() ? result->out : result->err, 1);
}

std::optional<std::string> Mongo::no_answer(const Address& address, const Server&) const {
  return probe_mongod(address);
}

}  // namespace dksnap::databases::mongo
