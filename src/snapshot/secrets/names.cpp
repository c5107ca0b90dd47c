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
constexpr std::string_view kEndInKey[] = {"MONKEY", "DONKEY",  "TURKEY", "HOTKEY", "HOCKEY",
                                          "JOCKEY", "WHISKEY", "LACKEY", "VALKEY"};
// Before KEY: no secret, or one that everybody may know.
constexpr std::string_view kOpenKeys[] = {
    "PUBLIC", "PUB",     "GPG",    "PGP",         "PRIMARY",      "FOREIGN",  "PARTITION",
    "SORT",   "ROUTING", "CACHE",  "INDEX",       "DISTRIBUTION", "HASH",     "RANGE",
    "UNIQUE", "GROUP",   "LOOKUP", "TRANSLATION", "HOT",          "SHORTCUT", "VERIFY"};
constexpr std::string_view kPublic[] = {"PUBLIC", "PUB", "GPG", "PGP"};
// At the end: the name is of something about the secret, not of it.
constexpr std::string_view kAbout[] = {
    "DIR",     "DIRECTORY",  "FOLDER",     "HOST",      "PORT",       "USER",         "USERNAME",
    "NAME",    "NAMES",      "METHOD",     "METHODS",   "TYPE",       "TYPES",        "MODE",
    "TTL",     "EXPIRY",     "EXPIRE",     "EXPIRES",   "EXPIRATION", "LIFETIME",     "AGE",
    "LENGTH",  "SIZE",       "BITS",       "MIN",       "MAX",        "POLICY",       "ENABLED",
    "ENABLE",  "DISABLED",   "REQUIRED",   "OPTIONAL",  "ALGORITHM",  "ALG",          "ALGO",
    "FORMAT",  "VERSION",    "COUNT",      "TIMEOUT",   "PROVIDER",   "BACKEND",      "PLUGIN",
    "SERVER",  "URL",        "URI",        "ENDPOINT",  "REALM",      "ENCRYPTION",   "PREFIX",
    "SUFFIX",  "ISSUER",     "AUDIENCE",   "HEADER",    "FIELD",      "COLUMN",       "STORE",
    "DOMAIN",  "ROTATION",   "HISTORY",    "CHECK",     "VALIDATION", "STRENGTH",     "COMPLEXITY",
    "HASHER",  "REGION",     "SCOPE",      "SCOPES",    "SERVICE",    "CLASS",        "ALIAS",
    "AUD",     "ISS",        "CLAIM",      "CLAIMS",    "ROLE",       "ROLES",        "HINT",
    "HASHERS", "VALIDATORS", "ALGORITHMS", "CONVERTER", "SERIALIZER", "DESERIALIZER", "THROUGH"};
// After the word of a secret, or before a plural of it: with a number the name is of how long or
// how many. A number alone is a bad secret, but one ("DB_PASS=12345").
constexpr std::string_view kQuantities[] = {
    "SECONDS",  "MINUTE",     "MINUTES",  "MINS",         "HOUR",   "HOURS",   "DAYS",
    "WEEKS",    "MONTHS",     "MILLIS",   "MILLISECONDS", "EXP",    "EXPIRE",  "EXPIRES",
    "EXPIRY",   "EXPIRATION", "LIFETIME", "LIFESPAN",     "TTL",    "TIMEOUT", "DURATION",
    "INTERVAL", "AGE",        "DELAY",    "GRACE",        "WINDOW", "LEEWAY",  "MAX",
    "MIN",      "MAXIMUM",    "MINIMUM",  "LIMIT",        "LENGTH", "SIZE",    "COUNT",
    "ATTEMPTS", "RETRIES",    "ROUNDS",   "ITERATIONS",   "COST",   "RATE",    "PER",
    "QUOTA",    "BUDGET",     "VALIDITY"};
constexpr std::string_view kPlurals[] = {"TOKENS", "PASSWORDS", "SECRETS", "KEYS", "CREDENTIALS"};
// Before PASS: where nginx passes a request on to.
constexpr std::string_view kPassesOn[] = {"PROXY", "FASTCGI", "UWSGI", "SCGI", "GRPC", "MEMCACHED"};
// What is in files of keys, where a name gives no directory that says so.
constexpr std::string_view kEndsOfKeyFiles[] = {".key", ".pem", ".crt", ".p12", ".pfx",
                                                ".jks", ".der", ".pub", ".json"};
constexpr std::string_view kOfFiles[] = {"FILE",     "FILES",    "PATH", "PATHS",
                                         "FILENAME", "LOCATION", "SOCK", "SOCKET"};
// "null": as frameworks write that there is none.
constexpr std::string_view kSwitches[] = {"true", "false", "yes", "no", "on", "off", "null"};
constexpr std::string_view kSwitchNames[] = {"ALLOW", "ENABLE",  "DISABLE", "NO",     "WITHOUT",
                                             "SKIP",  "REQUIRE", "USE",     "RANDOM", "GENERATE",
                                             "HAS",   "IS",      "FORCE",   "ONETIME"};
// Of authentication: "NEO4J_AUTH=none".
constexpr std::string_view kMethods[] = {
    "none",     "null",      "basic",         "digest",   "trust",    "md5",      "peer",
    "ident",    "cert",      "ldap",          "oidc",     "oauth",    "oauth2",   "jwt",
    "pam",      "plain",     "login",         "cram-md5", "internal", "external", "native",
    "kerberos", "gss",       "sspi",          "ntlm",     "required", "optional", "disabled",
    "enabled",  "anonymous", "scram-sha-256", "htpasswd"};

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

// A random value in base64 can begin with a slash and hold some: its parts are no words.
bool is_random(std::string_view part) {
  constexpr std::size_t kShortest = 12;
  const auto has = [&](int (*what)(int)) {
    return std::any_of(part.begin(), part.end(),
                       [&](char c) { return what(static_cast<unsigned char>(c)) != 0; });
  };
  return part.size() >= kShortest && has(std::isdigit) && has(std::isupper) && has(std::islower);
}

// What stands for a key or a token and is the name of a file that holds one.
bool is_key_file(std::string_view value) {
  if (!is_path(value, false)) return false;
  const auto parts = split(value, '/');
  if (std::any_of(parts.begin(), parts.end(), is_random)) return false;
  const bool in_directory = value.starts_with('/') && parts.size() > 2;
  return in_directory || std::any_of(std::begin(kEndsOfKeyFiles), std::end(kEndsOfKeyFiles),
                                     [&](auto end) { return value.ends_with(end); });
}

// "15", "15m", "1h30m", "PT15M", "60 * 24", "7 days".
bool is_quantity(std::string_view value) {
  constexpr std::size_t kLongest = 24;
  constexpr std::size_t kLongestUnit = 12;
  std::size_t letters = 0;
  bool digits = false;
  for (const char c : value) {
    const bool letter = std::isalpha(static_cast<unsigned char>(c)) != 0;
    letters = letter ? letters + 1 : 0;
    digits = digits || std::isdigit(static_cast<unsigned char>(c)) != 0;
    const bool sign = holds(" .,:+-*_", {&c, 1});
    const bool digit = std::isdigit(static_cast<unsigned char>(c)) != 0;
    if ((!letter && !sign && !digit) || letters > kLongestUnit) return false;
  }
  const bool begins = !value.empty() && (std::isdigit(static_cast<unsigned char>(value[0])) != 0 ||
                                         holds("-P", value.substr(0, 1)));
  return digits && begins && value.size() <= kLongest;
}

// "http://app:8080", "app:9000", "unix:/run/app.sock": nobody's name and password in it.
bool is_upstream(std::string_view value, bool bare) {
  if (holds(value, "@")) return false;
  if (value.starts_with("http://") || value.starts_with("https://")) return true;
  if (!bare) return false;
  const std::size_t colon = value.find(':');
  if (colon == std::string_view::npos || colon == 0) return false;
  const std::string_view rest = value.substr(colon + 1);
  return value.starts_with("unix:/") || value.starts_with("grpc://") ||
         (!rest.empty() && rest.find_first_not_of("0123456789") == std::string_view::npos);
}

// "bcrypt", "sha256": what a hash is made with, and none.
bool is_algorithm(std::string_view value) {
  constexpr std::size_t kLongest = 14;
  return value.size() <= kLongest && std::all_of(value.begin(), value.end(), [](char c) {
           return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '-' || c == '_';
         });
}

// "PUBLIC_KEY", "PARTITION_KEYS"; but "ENCRYPTION_PRIMARY_KEY" and "STORAGE_PRIMARY_KEY" are keys
// to something.
bool is_open_key(const std::vector<std::string>& words, std::size_t key) {
  static constexpr std::string_view kToSomething[] = {
      "ENCRYPTION", "STORAGE", "ACCESS", "ACCOUNT", "SIGNING", "MASTER", "API", "AUTH", "PRIVATE"};
  if (std::any_of(words.begin(), words.end(),
                  [](const std::string& word) { return is_one_of(kToSomething, word); }) &&
      !is_one_of(kPublic, key > 0 ? words[key - 1] : words[key]))
    return false;
  const std::string& itself = words[key];
  const bool joined = std::any_of(std::begin(kOpenKeys), std::end(kOpenKeys),
                                  [&](std::string_view open) { return itself.starts_with(open); });
  return joined || (key > 0 && is_one_of(kOpenKeys, words[key - 1]));
}

// The place of the last word that promises a secret; none: the number of words.
std::size_t last_secret_word(const std::vector<std::string>& words) {
  for (std::size_t i = words.size(); i > 0; --i) {
    const bool last = i == words.size();
    if (is_password_word(words[i - 1], last) || is_key_word(words[i - 1])) return i - 1;
  }
  return words.size();
}

bool is_about_quantity(const std::vector<std::string>& words, std::string_view value) {
  if (!is_quantity(value)) return false;
  const std::size_t secret = last_secret_word(words);
  if (secret == words.size()) return false;
  const auto counts = [](const std::string& word) { return is_one_of(kQuantities, word); };
  if (std::any_of(words.begin() + static_cast<std::ptrdiff_t>(secret) + 1, words.end(), counts))
    return true;
  return is_one_of(kPlurals, words[secret]) && std::any_of(words.begin(), words.end(), counts);
}

// The name of a cookie, as of SESSION_COOKIE=laravel_session.
bool is_cookies_name(const std::vector<std::string>& words, std::string_view value) {
  constexpr std::size_t kLongest = 40;
  static constexpr std::string_view kOfBrowsers[] = {"SESSION", "CSRF", "XSRF", "LOCALE"};
  const bool browsers = std::any_of(words.begin(), words.end(), [](const std::string& word) {
    return is_one_of(kOfBrowsers, word);
  });
  return words.back() == "COOKIE" && browsers && value.size() <= kLongest &&
         std::all_of(value.begin(), value.end(), [](char c) {
           return std::isalpha(static_cast<unsigned char>(c)) != 0 || holds("._-", {&c, 1});
         });
}

bool passes_on(const std::vector<std::string>& words, std::string_view value) {
  if (words.size() < 2 || words.back() != "PASS") return false;
  const std::string& what = words[words.size() - 2];
  return is_one_of(kPassesOn, what) && is_upstream(value, what != "PROXY");
}

// Of a key, a token or a set of credentials, but of no password: the value may be where it is.
bool may_be_in_file(const std::string& word) {
  return is_key_word(word) || holds(word, "TOKEN") || holds(word, "CREDENTIAL");
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
  if (is_about_quantity(words, value) || is_cookies_name(words, value) || passes_on(words, value))
    return false;
  const bool file = may_be_in_file(last) && is_key_file(value);
  for (const std::string& word : words) {
    if (is_password_word(word, &word == &last) && !(file && may_be_in_file(word))) return true;
  }
  if (last == "AUTH" || (last.ends_with("AUTH") && last != "OAUTH"))
    return !is_one_of(kMethods, lower) && !is_path(value, true);
  if (words.size() == 1 && words.front() == "KEY" && where == NamedIn::text) return false;
  const auto key = std::find_if(words.begin(), words.end(), is_key_word);
  if (key == words.end() || is_open_key(words, static_cast<std::size_t>(key - words.begin())))
    return false;
  // KEY_VAULT, KEY_COLUMNS and SSH_KEY_ID are about one.
  const bool first_of_many = key == words.begin() && words.size() > 1 && *key == "KEY";
  return !first_of_many && last != "ID" && !is_key_file(value);
}

}  // namespace dksnap::snapshot
