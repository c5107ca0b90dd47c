#include "snapshot/secrets/access_rules.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include "base/text.hpp"
#include "snapshot/secrets/values.hpp"

namespace dksnap::snapshot {
namespace {

// What is a word to the server, wherever it stands.
struct Rule {
  std::size_t word = 0;
  std::size_t begin = 0;
  std::string_view text;
  bool in_shell = false;
};

std::vector<Rule> rules_of(const std::vector<std::string>& words) {
  constexpr std::string_view kBetween = " \t\r\n\"'\\";
  std::vector<Rule> rules;
  for (std::size_t i = 0; i < words.size(); ++i) {
    const std::string_view word = words[i];
    const bool in_shell = i > 0 && words[i - 1].starts_with('-') && words[i - 1].ends_with('c');
    for (std::size_t at = word.find_first_not_of(kBetween); at != std::string_view::npos;) {
      const std::size_t end = std::min(word.find_first_of(kBetween, at), word.size());
      rules.push_back({i, at, word.substr(at, end - at), in_shell});
      at = word.find_first_not_of(kBetween, end);
    }
  }
  return rules;
}

bool begins_user(std::string_view text) {
  return text == "--user" || text == "user" || to_lower(text) == "setuser";
}

bool ends_user(std::string_view text) {
  return text.starts_with("--") || begins_user(text) || text.find_first_of(";|") == 0 ||
         text == "&&";
}

// Rules that nothing but an access rule looks like (acl.c, ACLSetUser).
bool is_access_rule(std::string_view text) {
  static constexpr std::array<std::string_view, 12> kRules{
      "on",    "off",     "nopass",      "resetpass",   "resetkeys",  "resetchannels",
      "reset", "allkeys", "allchannels", "allcommands", "nocommands", "sanitize-payload"};
  if (std::find(kRules.begin(), kRules.end(), text) != kRules.end()) return true;
  return text.size() > 1 && (text.front() == '~' || text.front() == '+' || text.starts_with("-@") ||
                             text.starts_with("&*"));
}

bool is_password(const Rule& rule) {
  return rule.text.size() > 1 &&
         std::string_view("><#!").find(rule.text.front()) != std::string_view::npos &&
         !is_reference(rule.text.substr(1), rule.in_shell);
}

}  // namespace

std::vector<PasswordRule> find_password_rules(const std::vector<std::string>& words) {
  const std::vector<Rule> rules = rules_of(words);
  std::vector<PasswordRule> found;
  for (auto at = rules.begin(); at != rules.end();) {
    if (!begins_user((at++)->text) || at == rules.end()) continue;
    const auto first = at + 1;  // behind the name
    const auto end =
        std::find_if(first, rules.end(), [](const Rule& rule) { return ends_user(rule.text); });
    if (std::any_of(first, end, [](const Rule& rule) { return is_access_rule(rule.text); })) {
      for (auto one = first; one != end; ++one) {
        if (is_password(*one)) found.push_back({one->word, one->begin + 1, one->text.size() - 1});
      }
    }
    at = end;
  }
  return found;
}

}  // namespace dksnap::snapshot
