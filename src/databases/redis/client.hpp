// Asks a running Redis or Valkey server by the image's own client.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "databases/redis/redis.hpp"
#include "databases/redis/settings.hpp"

namespace dksnap::databases::redis {

struct Answer {
  enum class Kind {
    answered,
    refused,     // by an error of the server's
    not_let_in,  // by one of NOAUTH, WRONGPASS, NOPERM
    no_server,   // nothing answers
    no_client,   // the image has none
  };
  Kind kind = Kind::no_server;
  std::string text;  // what it said, without the line's end
  bool ok() const { return kind == Kind::answered; }
  // It takes connections, whatever else it said.
  bool is_up() const;
};

// What `redis-cli` printed.
Answer read_answer(const ProgramResult& result, const std::string& client);
// "name:value" in what INFO says; empty where it is not there.
std::string info_field(const std::string& info, std::string_view name);

// The value of a setting in what CONFIG GET says: a line a name, a line a value; empty where it is
// not there.
std::string setting_in(const std::string& answer, std::string_view name);

// The names and passwords by which a server of these settings lets somebody in, as far as they are
// not hashed, the likeliest first. An empty name: the default user.
std::vector<Credentials> find_logins(const Directives& directives);

class Client {
 public:
  // `given`: those of the user, which are the only ones then.
  Client(const Product& product, Shell& container, const Server& server,
         const Credentials& given = {});

  // Logs on where it has to, by what it was given or what the server's own settings say: passwords
  // go by the environment of the program alone.
  Answer ask(const std::vector<std::string>& words, const TimeLimit& limit = kQuestion);
  // The program that would ask so, and its environment.
  std::vector<std::string> command(const std::vector<std::string>& words) const;
  std::vector<std::string> environment() const;

 private:
  Answer ask_once(const std::vector<std::string>& words, const TimeLimit& limit) const;

  const Product& product_;
  Shell& container_;
  std::vector<std::string> address_;
  std::vector<Credentials> logins_;  // still to be tried
  Credentials login_;
  std::string tls_;  // why it cannot be asked; empty: it can
};

}  // namespace dksnap::databases::redis
