#include "databases/redis/client.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "base/text.hpp"

namespace dksnap::databases::redis {
namespace {

using Strings = std::vector<std::string>;

bool begins_with_any(std::string_view text, const auto& words) {
  return std::any_of(words.begin(), words.end(),
                     [&](std::string_view word) { return text.starts_with(word); });
}

// The first address that it listens at, where it does not listen at loopback.
std::string host_of(const Directives& directives) {
  const std::string bound = value_of(directives, "bind");
  if (bound.empty()) return {};
  std::string first;
  for (std::string one : split(bound, ' ')) {
    if (one.starts_with('-')) one.erase(0, 1);  // need not be there
    if (one == "127.0.0.1" || one == "0.0.0.0" || one == "*" || one == "localhost") return {};
    if (first.empty()) first = one;
  }
  return first;
}

Strings address_of(const Server& server) {
  if (const std::string socket = value_of(server.settings, "unixsocket"); !socket.empty())
    return {"-s", socket};
  Strings words;
  if (const std::string host = host_of(server.settings); !host.empty()) words = {"-h", host};
  words.insert(words.end(), {"-p", std::to_string(server.port)});
  return words;
}

// "alice on >secret ~* +@all": the rules that let somebody in who gives that password (acl.c,
// ACLSetUser). One that has it as a hash cannot be used.
std::optional<Credentials> login_of_user(const std::string& rules) {
  const Strings words = split(rules, ' ');
  Credentials login{words.front() == "default" ? "" : words.front(), ""};
  bool is_on = false;
  bool may_all = false;
  for (const std::string& word : words) {
    if (word == "on") is_on = true;
    if (word == "off") is_on = false;
    if (word == "+@all" || word == "allcommands" || word == "+@admin") may_all = true;
    if (word.starts_with('>')) login.password = word.substr(1);
  }
  if (!is_on || !may_all || login.password.empty()) return std::nullopt;
  return login;
}

}  // namespace

bool Answer::is_up() const {
  return kind == Kind::answered || kind == Kind::not_let_in ||
         (kind == Kind::refused && !text.starts_with("LOADING"));
}

Answer read_answer(const ProgramResult& result, const std::string& client) {
  static constexpr std::array<std::string_view, 4> kNotLetIn{"NOAUTH", "WRONGPASS", "NOPERM",
                                                             "ERR invalid password"};
  static constexpr std::array<std::string_view, 9> kErrors{"ERR",  "LOADING",    "MISCONF",
                                                           "BUSY", "MASTERDOWN", "READONLY",
                                                           "OOM",  "DENIED",     "CLUSTERDOWN"};
  const std::string text(dksnap::trim(result.out));
  const std::string first = text.substr(0, text.find('\n'));
  if (result.missing()) return {Answer::Kind::no_client, "the image has no " + client};
  // "AUTH failed: WRONGPASS …" says more than what the server then says to a stranger.
  const std::string failed = result.err.find("AUTH failed") != std::string::npos
                                 ? last_lines(result.err, 1)
                                 : std::string();
  if (begins_with_any(first, kNotLetIn))
    return {Answer::Kind::not_let_in, failed.empty() ? first : failed};
  if (begins_with_any(first, kErrors)) return {Answer::Kind::refused, first};
  if (text.empty() || result.exit_code != 0) {
    const std::string said = last_lines(result.err.empty() ? text : result.err, 1);
    const bool refused =
        said.find("WRONGPASS") != std::string::npos || said.find("NOAUTH") != std::string::npos;
    return {refused ? Answer::Kind::not_let_in : Answer::Kind::no_server,
            said.empty() ? "it does not answer" : said};
  }
  return {Answer::Kind::answered, text};
}

std::string info_field(const std::string& info, std::string_view name) {
  for (const std::string& line : split(info, '\n')) {
    if (line.size() > name.size() && line.starts_with(name) && line[name.size()] == ':')
      return std::string(dksnap::trim(std::string_view(line).substr(name.size() + 1)));
  }
  return {};
}

std::string setting_in(const std::string& answer, std::string_view name) {
  const std::vector<std::string> lines = split(answer, '\n');
  for (std::size_t i = 0; i + 1 < lines.size(); i += 2) {
    if (dksnap::trim(lines[i]) == name) return std::string(dksnap::trim(lines[i + 1]));
  }
  return {};
}

std::vector<Credentials> find_logins(const Directives& directives) {
  std::vector<Credentials> logins;
  const auto add = [&](Credentials login) {
    const bool known = std::any_of(logins.begin(), logins.end(), [&](const Credentials& one) {
      return one.user == login.user && one.password == login.password;
    });
    if (!login.password.empty() && !known) logins.push_back(std::move(login));
  };
  add({"", value_of(directives, "requirepass")});
  for (const auto& [name, value] : directives) {
    if (name != "user") continue;
    if (auto login = login_of_user(value)) add(std::move(*login));
  }
  for (const auto& [name, value] : directives) {
    if (name == kPasswordOfVariable) add({"", value});
  }
  return logins;
}

Client::Client(const Product& product, Shell& container, const Server& server,
               const Credentials& given)
    : product_(product), container_(container), address_(address_of(server)) {
  if (given.user.empty() && given.password.empty())
    logins_ = find_logins(server.settings);
  else
    login_ = given;
  const bool has_plain_port = value_of(server.settings, "port") != "0";
  if (!has_plain_port && value_of(server.settings, "unixsocket").empty())
    tls_ =
        "it takes TLS connections alone, and dksnap has no certificate of a client's: give the "
        "server a `unixsocket`";
}

Strings Client::command(const Strings& words) const {
  Strings argv{std::string(product_.client)};
  argv.insert(argv.end(), address_.begin(), address_.end());
  if (!login_.user.empty()) argv.insert(argv.end(), {"--user", login_.user});
  argv.insert(argv.end(), words.begin(), words.end());
  return argv;
}

Strings Client::environment() const {
  if (login_.password.empty()) return {};
  return {"REDISCLI_AUTH=" + login_.password, "VALKEYCLI_AUTH=" + login_.password};
}

Answer Client::ask_once(const Strings& words, const TimeLimit& limit) const {
  return read_answer(container_.run(command(words), {}, environment(), limit),
                     std::string(product_.client));
}

Answer Client::ask(const Strings& words, const TimeLimit& limit) {
  if (!tls_.empty()) return {Answer::Kind::refused, tls_};
  Answer answer = ask_once(words, limit);
  const Answer first = answer;
  while (answer.kind == Answer::Kind::not_let_in && !logins_.empty()) {
    login_ = logins_.front();
    logins_.erase(logins_.begin());
    answer = ask_once(words, limit);
  }
  return answer.kind == Answer::Kind::not_let_in ? first : answer;
}

}  // namespace dksnap::databases::redis
