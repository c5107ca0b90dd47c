// Secrets in the words of a command: of an entrypoint, a command or a health check.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace dksnap::snapshot {

struct SecretArgument {
  std::size_t word = 0;  // which one
  std::size_t begin = 0;
  std::size_t length = 0;  // of the secret in that word
  std::string name;        // for a variable in its place: "REQUIREPASS"; "ARGUMENT_3" by its place
};

// In the order of the words, none over another. Values of options that promise a secret
// ("--requirepass X", "--password=X", "-pX" of mysql, "-a X" of redis-cli, "curl -u U:P"),
// ">X" and "#X" among the rules of a user (access_rules.hpp), NAME=value, and what is a secret by
// its form; also inside one word that a shell will read. Words that name a variable in its place
// are none.
std::vector<SecretArgument> find_secret_arguments(const std::vector<std::string>& words);

// The words with "${NAME}" in place of each.
std::vector<std::string> without_secrets(const std::vector<std::string>& words,
                                         const std::vector<SecretArgument>& secrets);

// `value` for "${NAME}" in all words.
void fill_in(std::vector<std::string>& words, const std::string& name, const std::string& value);
// Takes the argument away of which "${NAME}" is the value, with its option; inside the words of a
// shell it becomes empty.
void take_away(std::vector<std::string>& words, const std::string& name);
bool mentions(const std::vector<std::string>& words, const std::string& name);

}  // namespace dksnap::snapshot
