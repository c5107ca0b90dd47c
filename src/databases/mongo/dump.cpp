// Capture by mongodump, loaded by mongorestore.
#include <algorithm>
#include <array>
#include <string>

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/text.hpp"
#include "databases/marked_program.hpp"
#include "databases/mongo/inside.hpp"
#include "databases/mongo/load_dump.hpp"
#include "databases/mongo/mongo.hpp"
#include "databases/mongo/places.hpp"
#include "databases/mongo/quiet.hpp"
#include "databases/passwords.hpp"

namespace dksnap::databases::mongo {
namespace {

using Strings = std::vector<std::string>;

// A server tells everybody of which set it is. One that may not see all databases is shown those
// that it may see, and mongodump would dump these and say nothing (MongoDB manual,
// "listDatabases"): unless that is forbidden it.
constexpr const char* kQuestions =
    "print('set ' + (db.hello().setName || '')); try { const user = process.env.DKSNAP_USER; const "
    "at = db.getSiblingDB('admin'); if (user) at.auth(user, process.env.DKSNAP_PASSWORD); "
    "at.runCommand({listDatabases: 1, nameOnly: true, authorizedDatabases: false}); print('all') } "
    "catch (e) { print('not all ' + e.message.split('\\n')[0]) }";
constexpr const char* kOldQuestion = "print('set ' + (db.isMaster().setName || ''))";

std::string after(std::string_view words, const std::string& text) {
  for (const std::string& line : split(text, '\n'))
    if (line.starts_with(words)) return line.substr(words.size());
  return {};
}

// Whether it is a member of a replica set. Its command says so where it cannot be asked.
bool is_member(const std::optional<ProgramResult>& answer, const MongodOptions& options) {
  if (answer && answer->out.find("set ") != std::string::npos)
    return !after("set ", answer->out).empty();
  return !option_in(options, "replSet").empty();
}

void expect_all(const std::optional<ProgramResult>& answer) {
  const std::string why = answer ? after("not all ", answer->out) : "";
  if (why.empty()) return;
  throw Error(ErrorCode::credentials, "cannot dump all of its databases", why,
              "give the user and the password of one who may see all, as of the role `backup` or "
              "`root` (--db-user, --db-password-file)");
}

// To the server beside it: no certificate has to prove who that is.
Strings tls_words(const MongodOptions& options) {
  if (!wants_tls(options)) return {};
  Strings words{"--ssl", "--sslAllowInvalidCertificates", "--sslAllowInvalidHostnames"};
  for (const char* name : {"tlsCertificateKeyFile", "sslPEMKeyFile"}) {
    const std::string file = option_in(options, name);
    if (!file.empty()) words.insert(words.end(), {"--sslPEMKeyFile", file});
  }
  return words;
}

Credentials login_of(const ContainerFacts& facts, const Server& server,
                     const Credentials& credentials) {
  Credentials login = credentials;
  login.password = password_of(facts, credentials, {"MONGO_INITDB_ROOT_PASSWORD"});
  if (login.user.empty() && !login.password.empty()) login.user = server.administrator;
  return login;
}

}  // namespace

std::optional<Dump> Mongo::dump(Shell& source, const ContainerFacts& facts,
                                const Recognition& recognition,
                                const Credentials& credentials) const {
  const Server& server = recognition.server;
  const MongodOptions options = options_of(server);
  const Credentials login = login_of(facts, server, credentials);
  const bool logs_on = !login.user.empty();
  std::optional<ProgramResult> answer;
  if (!wants_tls(options)) {
    Strings env;
    if (logs_on) env = {"DKSNAP_USER=" + login.user, "DKSNAP_PASSWORD=" + login.password};
    answer = ask_inside(source, server, {kQuestions, kOldQuestion}, env, kFlush);
    expect_all(answer);
  }
  Dump dump;
  dump.tool = "mongodump";
  dump.argv = {"mongodump", "--host", "127.0.0.1", "--port", std::to_string(server.port),
               "--archive"};
  const Strings tls = tls_words(options);
  dump.argv.insert(dump.argv.end(), tls.begin(), tls.end());
  if (logs_on) {
    dump.argv.insert(dump.argv.end(),
                     {"--username", login.user, "--authenticationDatabase", "admin"});
    // It asks for what it was not given, and reads it from there (mongo-tools, common/password).
    dump.input = login.password + "\n";
    // Whoever logged on is one of them: it sees no users who does not see all.
    dump.proof = "admin.system.users";
  }
  if (is_member(answer, options)) {
    dump.argv.emplace_back("--oplog");
    dump.files.push_back({std::string(kDumpDirectory) + "/oplog", "1\n"});
  } else {
    dump.notices.emplace_back(
        "its collections are dumped one after the other, each as it is at its own moment: it is no "
        "member of a replica set");
  }
  dump.env = {new_mark()};
  dump.cancel = end_marked_program();
  dump.loader = std::string(kLoadDump) + kTellLoad + kLoadDumpEnd;
  dump.lacks = "what is of its replica set (the database local), collected profiles";
  dump.quiet_command = quiet_command_of_dump;
  for (const std::string& path : server.configuration) {
    if (auto content = facts.read(path)) dump.files.push_back({path, std::move(*content)});
  }
  return dump;
}

bool Mongo::is_refused_login(std::string_view words) const {
  // The server's (authentication_session.cpp, authorization_session_impl.cpp), and the driver's.
  static constexpr std::array<std::string_view, 5> kRefusals{
      "AuthenticationFailed", "Authentication failed", "auth error", "requires authentication",
      "not authorized"};
  return std::any_of(kRefusals.begin(), kRefusals.end(), [&](std::string_view refusal) {
    return contains_ignoring_case(words, refusal);
  });
}

}  // namespace dksnap::databases::mongo
