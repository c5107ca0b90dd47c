#include "databases/innodb/client.hpp"

#include <algorithm>
#include <array>
#include <vector>

namespace dksnap::databases::innodb {

ProgramResult ask_inside(Shell& container, const Product& product, const std::string& statement,
                         const Server& server, const Credentials& credentials,
                         const TimeLimit& limit) {
  std::vector<std::string> env;
  if (!credentials.password.empty()) env.push_back("MYSQL_PWD=" + credentials.password);
  const std::string& user = credentials.user.empty() ? server.administrator : credentials.user;
  ProgramResult result;
  for (const std::string_view client : product.clients) {
    std::vector<std::string> words{std::string(client),   "--protocol=socket",
                                   "--connect-timeout=5", "--batch",
                                   "--skip-column-names", "--user=" + user};
    if (!server.socket.empty()) words.push_back("--socket=" + server.socket);
    words.push_back("--execute=" + statement);
    result = container.run(words, {}, env, limit);
    if (!result.missing()) break;
  }
  return result;
}

bool is_refusal(std::string_view words) {
  // The servers' own words (errmsg-utf8.txt, messages_to_clients.txt): a wrong password, an account
  // of another plug-in, one that is locked, and one whose password is over.
  static constexpr std::array<std::string_view, 5> kRefusals{
      "(using password: ", "1698 (28000)", "ccount is locked", "password has expired",
      "must reset your password"};
  return std::any_of(kRefusals.begin(), kRefusals.end(), [&](std::string_view refusal) {
    return words.find(refusal) != std::string_view::npos;
  });
}

}  // namespace dksnap::databases::innodb
