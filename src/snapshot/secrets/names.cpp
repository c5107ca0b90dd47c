#include "snapshot/secrets/names.hpp"

#include <algorithm>
#include <cctype>
#include <iterator>

#include "base/text.hpp"

namespace dksnap::snapshot {
namespace {

template <typename List>
bool is_one_of(const List& list, std::string_view word) {
  return std::find(std::begin(list), std::end(list), word) != std::end(list);
}

bool holds(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

// Wherever they stand in a word: PGPASSWORD, CLIENTSECRET.
constexpr std::string_view kWithin[] = {"PASSWORD", "PASSWD",     "PASSWRD", "PASSPHRASE",
                                        "SECRET",   "CREDENTIAL", "APIKEY"};
constexpr std::string_view kWhole[] = {
    "PASS", "PWD", "PW", "PASSCODE", "CRED", "CREDS", "BEARER", "AUTHORIZATION", "MNEMONIC", "JWT"};
constexpr std::string_view kWholeAtTheEnd[] = {"COOKIE", "SALT", "PEPPER", "PIN", "PRIVATE"};
constexpr std::string_view kEndInPass[] = {"COMPASS", "BYPASS", "UNDERPASS", "TRESPASS",
                                           "ENCOMPASS"};
constexpr std::string_view kEndInKey[] = {"MONKEY", "DONKEY", "TURKEY",  "HOTKEY",
                                          "HOCKEY", "JOCKEY", "WHISKEY", "LACKEY"};
// Before KEY: no secret, or one that everybody may know.
constexpr std::string_view kOpenKeys[] = {
    "PUBLIC", "PUB",     "GPG",    "PGP",         "PRIMARY",      "FOREIGN",  "PARTITION",
    "SORT",   "ROUTING", "CACHE",  "INDEX",       "DISTRIBUTION", "HASH",     "RANGE",
    "UNIQUE", "GROUP",   "LOOKUP", "TRANSLATION", "HOT",          "SHORTCUT", "VERIFY"};
// At the end: the name is of something about the secret, not of it.
constexpr std::string_view kAbout[] = {
    "DIR",    "DIRECTORY", "FOLDER",   "HOST",     "PORT",       "USER",       "USERNAME",
    "NAME",   "NAMES",     "METHOD",   "METHODS",  "TYPE",       "TYPES",      "MODE",
    "TTL",    "EXPIRY",    "EXPIRE",   "EXPIRES",  "EXPIRATION", "LIFETIME",   "AGE",
    "LENGTH", "SIZE",      "BITS",     "MIN",      "MAX",        "POLICY",     "ENABLED",
    "ENABLE", "DISABLED",  "REQUIRED", "OPTIONAL", "ALGORITHM",  "ALG",        "ALGO",
    "FORMAT", "VERSION",   "COUNT",    "TIMEOUT",  "PROVIDER",   "BACKEND",    "PLUGIN",
    "SERVER", "URL",       "URI",      "ENDPOINT", "REALM",      "ENCRYPTION", "PREFIX",
    "SUFFIX", "ISSUER",    "AUDIENCE", "HEADER",   "FIELD",      "COLUMN",     "STORE",
    "DOMAIN", "ROTATION",  "HISTORY",  "CHECK",    "VALIDATION", "STRENGTH",   "COMPLEXITY",
    "HASHER", "REGION",    "SCOPE",    "SCOPES",   "SERVICE",    "CLASS"};
constexpr std::string_view kOfFiles[] = {"FILE",     "FILES",    "PATH", "PATHS",
                                         "FILENAME", "LOCATION", "SOCK", "SOCKET"};
constexpr std::string_view kSwitches[] = {"true", "false", "yes", "no", "on", "off"};
constexpr std::string_view kSwitchNames[] = {"ALLOW", "ENABLE",  "DISABLE", "NO",     "WITHOUT",
                                             "SKIP",  "REQUIRE", "USE",     "RANDOM", "GENERATE",
                                             "HAS",   "IS",      "FORCE"};
// Of authentication: "NEO4J_AUTH=none".
constexpr std::string_view kMethods[] = {
    "none",  "null",     "basic",    "digest",   "trust",   "md5",       "peer",         "ident",
    "cert",  "ldap",     "oidc",     "oauth",    "oauth2",  "jwt",       "pam",          "plain",
    "login", "cram-md5", "internal", "external", "native",  "kerberos",  "gss",          "sspi",
    "ntlm",  "required", "optional", "disabled", "enabled", "anonymous", "scram-sha-256"};

bool is_password_word(std::string_view word, bool last) {
  if (std::any_of(std::begin(kWithin), std::end(kWithin),
                  [&](auto part) { return holds(word, part); }))
    return true;
  if (holds(word, "TOKEN") && !holds(word, "TOKENIZ")) return true;
  if (is_one_of(kWhole, word) || (last && is_one_of(kWholeAtTheEnd, word))) return true;
  if (word.ends_with("PASS")) return !is_one_of(kEndInPass, word);
  return word.size() > 3 && word.ends_with("PWD");
}

bool is_key_word(std::string_view word) {
  if (word == "KEYS") return true;
  return word.ends_with("KEY") && !is_one_of(kEndInKey, word);
}

// "/run/secrets/db", "certs/server.key", "~/.pgpass": short parts of plain characters.
bool is_path(std::string_view value, bool absolute) {
  constexpr std::size_t kLongestPart = 64;
  if (absolute && !value.starts_with('/')) return false;
  if (value.find_first_of("/.") == std::string_view::npos) return false;
  for (const std::string& part : split(value, '/')) {
    if (part.size() > kLongestPart) return false;
    for (const char c : part) {
      if (std::isalnum(static_cast<unsigned char>(c)) == 0 && !holds("._-~@", {&c, 1}))
        return false;
    }
  }
  return true;
}

// "bcrypt", "sha256": what a hash is made with, and none.
bool is_algorithm(std::string_view value) {
  constexpr std::size_t kLongest = 14;
  return value.size() <= kLongest && std::all_of(value.begin(), value.end(), [](char c) {
           return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '-' || c == '_';
         });
}

bool is_open_key(const std::vector<std::string>& words) {
  return std::any_of(words.begin(), words.end(),
                     [](const std::string& word) { return is_one_of(kOpenKeys, word); });
}

bool is_switch(const std::vector<std::string>& words, const std::string& lower) {
  if (is_one_of(kSwitches, lower)) return true;
  return (lower == "0" || lower == "1") &&
         std::any_of(words.begin(), words.end(),
                     [](const std::string& word) { return is_one_of(kSwitchNames, word); });
}

}  // namespace

std::vector<std::string> words_of_name(std::string_view name) {
  std::vector<std::string> words;
  std::string word;
  const auto end_word = [&] {
    while (!word.empty() && std::isdigit(static_cast<unsigned char>(word.back())) != 0)
      word.pop_back();
    if (!word.empty()) words.push_back(word);
    word.clear();
  };
  const auto is = [&](std::size_t i, int (*what)(int)) {
    return i < name.size() && what(static_cast<unsigned char>(name[i])) != 0;
  };
  for (std::size_t i = 0; i < name.size(); ++i) {
    if (!is(i, std::isalnum)) {
      end_word();
      continue;
    }
    const bool hump =
        is(i, std::isupper) && i > 0 &&
        (is(i - 1, std::islower) || (is(i - 1, std::isupper) && is(i + 1, std::islower)));
    if (hump) end_word();
    word += static_cast<char>(std::toupper(static_cast<unsigned char>(name[i])));
  }
  end_word();
  return words;
}

bool names_secret(std::string_view name, std::string_view value, NamedIn where) {
  if (value.empty()) return false;
  if (where == NamedIn::variables && (name == "PWD" || name == "OLDPWD")) return false;
  const std::vector<std::string> words = words_of_name(name);
  if (words.empty()) return false;
  const std::string lower = to_lower(value);
  const std::string& last = words.back();
  if (is_switch(words, lower)) return false;

  const bool names_file = is_one_of(kOfFiles, last) || last.ends_with("FILE");
  if (names_file && is_path(value, false)) return false;
  if (is_one_of(kAbout, last)) return false;
  if (last == "HASH" && is_algorithm(value)) return false;
  for (const std::string& word : words) {
    if (is_password_word(word, &word == &last)) return true;
  }
  if (last == "AUTH" || (last.ends_with("AUTH") && last != "OAUTH"))
    return !is_one_of(kMethods, lower) && !is_path(value, true);
  if (words.size() == 1 && words.front() == "KEY" && where == NamedIn::text) return false;
  const auto key = std::find_if(words.begin(), words.end(), is_key_word);
  if (key == words.end() || is_open_key(words)) return false;
  // KEY_VAULT, KEY_COLUMNS and SSH_KEY_ID are about one.
  const bool first_of_many = key == words.begin() && words.size() > 1 && *key == "KEY";
  return !first_of_many && last != "ID" && !is_path(value, true);
}

}  // namespace dksnap::snapshot
