// Capture by the tool that prints statements, loaded by the client.
#include <algorithm>

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/text.hpp"
#include "databases/innodb/client.hpp"
#include "databases/innodb/innodb.hpp"
#include "databases/passwords.hpp"

namespace dksnap::databases::innodb {
namespace {

constexpr std::size_t kShownNames = 5;

// The user's own words; else root's password, or that of the user whom the images make.
Credentials login_for(const Product& product, const ContainerFacts& facts, const Server& server,
                      const Credentials& given) {
  Credentials login = given;
  if (login.user.empty()) login.user = server.administrator;
  std::vector<std::string> variables;
  for (const std::string_view prefix : product.prefixes) {
    const std::string start(prefix);
    if (login.user == server.administrator)
      variables.push_back(start + "ROOT_PASSWORD");
    else if (facts.config.env_value(start + "USER") == login.user)
      variables.push_back(start + "PASSWORD");
  }
  login.password = password_of(facts, given, variables);
  return login;
}

// "shop.a, shop.b and 7 more".
std::string some_of(const std::vector<std::string>& names) {
  const std::size_t shown = std::min(names.size(), kShownNames);
  std::string text =
      join({names.begin(), names.begin() + static_cast<std::ptrdiff_t>(shown)}, ", ");
  if (names.size() > shown) text += fmt::format(" and {} more", names.size() - shown);
  return text;
}

}  // namespace

void add_sentences(const std::string& rows, Dump& dump) {
  std::vector<std::pair<std::vector<std::string>, std::vector<std::string>>> found;
  for (const std::string& row : split(rows, '\n')) {
    const std::vector<std::string> columns = split(row, '\t');
    if (columns.size() != 3) continue;
    const std::vector<std::string> key{columns[0], columns[1]};
    const auto same =
        std::find_if(found.begin(), found.end(), [&](const auto& one) { return one.first == key; });
    if (same == found.end())
      found.push_back({key, {columns[2]}});
    else
      same->second.push_back(columns[2]);
  }
  for (const auto& [key, names] : found) {
    std::string sentence = key[1];
    fill_in(sentence, "{}", some_of(names));
    (key[0] == "note" ? dump.notices : dump.missing).push_back(sentence);
  }
}

std::optional<Dump> InnodbDatabase::dump(Shell& source, const ContainerFacts& facts,
                                         const Recognition& recognition,
                                         const Credentials& credentials) const {
  const DumpWords& words = dump_words();
  const Server& server = recognition.server;
  const Credentials login = login_for(product(), facts, server, credentials);
  Dump dump;
  dump.tool = words.tools.front();
  dump.argv = {"sh", "-c", writer_script(product(), words)};
  dump.env = {"DKSNAP_USER=" + login.user, "DKSNAP_SOCKET=" + server.socket,
              "DKSNAP_RUN=" + random_hex(6)};
  if (!login.password.empty()) dump.env.push_back("MYSQL_PWD=" + login.password);
  dump.cancel = {"sh", "-c", cancel_script(product())};
  // The entrypoint makes no server without one; the dump brings root's own.
  dump.copy_env.push_back("MYSQL_ROOT_PASSWORD=" + random_hex(16));
  dump.last_line = kLastLine;
  dump.loader = loader_script(product(), words);
  dump.loader_is_sourced = true;
  dump.lacks = words.lacks;
  const ProgramResult told =
      ask_inside(source, product(), std::string(words.questions), server, login, kFlush);
  // Why it is not let in, or there is no client, the tool says itself.
  if (!told.ok() && !told.missing() && !is_refusal(told.err)) {
    throw Error(ErrorCode::database_refused, "cannot dump the server",
                "it does not tell what there is: " + last_lines(told.err, 2),
                "give the user and the password of one who may see all (--db-user, "
                "--db-password-file), or take a copy: leave out --method dump");
  }
  add_sentences(told.out, dump);
  return dump;
}

bool InnodbDatabase::is_refused_login(std::string_view words) const {
  return is_refusal(words);
}

}  // namespace dksnap::databases::innodb
