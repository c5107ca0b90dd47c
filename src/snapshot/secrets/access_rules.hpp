// Passwords in the rules of a user that Redis and Valkey are given as words: "user alice on
// >PASSWORD
// ~* +@all".
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace dksnap::snapshot {

struct PasswordRule {
  std::size_t word = 0;  // which one
  std::size_t begin = 0;
  std::size_t length = 0;  // of the password, or its hash, in that word
};

// In the words of a command, or in one text: behind "--user NAME", "user NAME" or "SETUSER NAME"
// with at least one rule that is no password, so that what a shell writes to a file is none. Names
// of variables in its place are none.
std::vector<PasswordRule> find_password_rules(const std::vector<std::string>& words);

}  // namespace dksnap::snapshot
