#include "snapshot/secrets/values.hpp"

#include <algorithm>
#include <array>
#include <cctype>

#include "base/text.hpp"
#include "snapshot/secrets/names.hpp"
#include "snapshot/secrets/tokens.hpp"

namespace dksnap::snapshot {
namespace {

using Parts = std::vector<std::string>;
constexpr std::size_t kNone = std::string_view::npos;

bool is_name_character(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '-' || c == '.';
}

bool is_space(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

bool is_number(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789") == kNone;
}

void add(Parts& parts, std::string_view part) {
  if (!part.empty() && !is_reference(part, false)) parts.emplace_back(part);
}

// What stands between "://" and the end of one URL of a list.
void add_of_url(Parts& parts, std::string_view scheme, std::string_view rest) {
  // A secret that is all of the user's name, as hosts of code take them.
  constexpr std::size_t kShortestToken = 20;
  const std::string_view authority = rest.substr(0, rest.find_first_of("/?#"));
  const std::size_t at = authority.rfind('@');
  if (at != kNone) {
    const std::string_view user = authority.substr(0, at);
    const std::size_t colon = user.find(':');
    if (colon != kNone) {
      add(parts, user.substr(colon + 1));
    } else if (scheme.ends_with("http") || scheme.ends_with("https")) {
      if (user.size() >= kShortestToken) add(parts, user);
    }
    return;
  }
  // A password with one of "/?#" in it: what looks like a port is no number.
  const std::size_t colon = authority.find(':');
  const std::size_t late = rest.find('@');
  if (colon == kNone || late == kNone || colon + 1 == authority.size()) return;
  if (is_number(authority.substr(colon + 1))) return;
  add(parts, rest.substr(colon + 1, late - colon - 1));
}

void add_of_urls(Parts& parts, std::string_view text) {
  for (std::size_t at = text.find("://"); at != kNone; at = text.find("://", at + 3)) {
    std::size_t begin = at;
    while (begin > 0 && std::isalnum(static_cast<unsigned char>(text[begin - 1])) != 0) --begin;
    std::string_view rest = text.substr(at + 3);
    rest = rest.substr(0, rest.find_first_of(" \t\r\n\"'<>"));
    add_of_url(parts, text.substr(begin, at - begin), rest);
  }
}

// jdbc:oracle:thin:USER/PASSWORD@HOST
void add_of_oracle(Parts& parts, std::string_view text) {
  const std::size_t start = to_lower(text).find("jdbc:oracle:");
  if (start == kNone) return;
  const std::string_view rest = text.substr(start);
  const std::size_t at = rest.find('@');
  const std::size_t slash = rest.find('/');
  if (at != kNone && slash != kNone && slash < at)
    add(parts, rest.substr(slash + 1, at - slash - 1));
}

// USER:PASSWORD@HOST and USER:PASSWORD@tcp(HOST:PORT)/DB, without a scheme.
void add_of_address(Parts& parts, std::string_view word) {
  static constexpr std::array<std::string_view, 5> kNoUser{"mailto", "sip", "acct", "npm",
                                                           "workspace"};
  const std::size_t colon = word.find(':');
  const std::size_t at = word.rfind('@');
  if (colon == kNone || at == kNone || colon == 0 || at <= colon + 1 || at + 1 == word.size())
    return;
  if (word.find("://") != kNone || word.substr(at + 1).starts_with("sha256:")) return;
  const std::string_view user = word.substr(0, colon);
  if (!std::all_of(user.begin(), user.end(), is_name_character)) return;
  if (std::find(kNoUser.begin(), kNoUser.end(), to_lower(user)) != kNoUser.end()) return;
  add(parts, word.substr(colon + 1, at - colon - 1));
}

// HOST:PORT:DB:USER:PASSWORD of .pgpass, and USER:HASH of .htpasswd.
void add_of_line(Parts& parts, const std::string& line) {
  const std::vector<std::string> fields = split(trim(line), ':');
  const auto is_field = [](const std::string& field) {
    return !field.empty() && field.find_first_of(" \t/") == std::string::npos;
  };
  constexpr std::size_t kOfPgpass = 5;
  if (fields.size() == kOfPgpass && std::all_of(fields.begin(), fields.end(), is_field) &&
      (fields[1] == "*" || is_number(fields[1])))
    add(parts, fields[4]);
  static constexpr std::array<std::string_view, 9> kHashes{
      "$apr1$", "$2a$", "$2b$", "$2y$", "$5$", "$6$", "$argon2", "{SHA}", "{SSHA}"};
  const std::string& hash = fields.back();
  if (std::any_of(kHashes.begin(), kHashes.end(),
                  [&](std::string_view kind) { return hash.starts_with(kind); }))
    add(parts, hash);
}

// Reads the value that begins at `at`, in quotes or not.
std::string_view value_at(std::string_view text, std::size_t at) {
  while (at < text.size() && is_space(text[at])) ++at;
  while (at < text.size() && text[at] == '\\') ++at;
  if (at >= text.size()) return {};
  const char quote = text[at];
  if (quote == '"' || quote == '\'' || quote == '{') {
    std::string_view value = text.substr(at + 1);
    value = value.substr(0, value.find(quote == '{' ? '}' : quote));
    if (quote == '{' && value.find_first_of(":\"") != kNone) return {};  // an object of JSON
    if (!value.empty() && value.back() == '\\') value.remove_suffix(1);
    return value;
  }
  const std::string_view value = text.substr(at);
  return value.substr(0, value.find_first_of("&;, \t\r\n\"'}])"));
}

// NAME=VALUE and NAME: VALUE, in what language ever. `at`: of the sign between them.
void add_of_pair(Parts& parts, std::string_view text, std::size_t at) {
  std::size_t end = at;
  while (end > 0 && is_space(text[end - 1])) --end;
  const bool quoted = end > 0 && (text[end - 1] == '"' || text[end - 1] == '\'');
  while (end > 0 && (text[end - 1] == '"' || text[end - 1] == '\'' || text[end - 1] == '\\')) --end;
  std::size_t begin = end;
  while (begin > 0 && is_name_character(text[begin - 1])) --begin;
  if (begin == end || (begin > 0 && (text[begin - 1] == '/' || text[begin - 1] == '@'))) return;
  if (text[at] == ':') {
    const bool apart = at + 1 < text.size() && (is_space(text[at + 1]) || text[at + 1] == '"');
    if (!quoted && !apart) return;
  }
  std::string_view value = value_at(text, at + 1);
  static constexpr std::array<std::string_view, 4> kSchemes{"bearer", "basic", "digest", "token"};
  if (std::find(kSchemes.begin(), kSchemes.end(), to_lower(value)) != kSchemes.end())
    value = value_at(text, static_cast<std::size_t>(value.data() - text.data()) + value.size());
  if (names_secret(text.substr(begin, end - begin), value, NamedIn::text)) add(parts, value);
}

// "Bearer …", "Basic …", and words of files and of SQL before which no sign stands.
void add_of_words(Parts& parts, std::string_view text) {
  constexpr std::size_t kShortest = 8;
  const std::string lower = to_lower(text);
  const auto after = [&](std::string_view word, std::size_t shortest) {
    for (std::size_t at = lower.find(word); at != kNone; at = lower.find(word, at + 1)) {
      if (at > 0 && is_name_character(lower[at - 1])) continue;
      const std::string_view value = value_at(text, at + word.size());
      if (value.size() >= shortest) add(parts, value);
    }
  };
  after("bearer ", kShortest);
  after("identified by ", 1);
  if (lower.find("login ") != kNone) after("password ", 1);
  for (std::size_t at = lower.find("basic "); at != kNone; at = lower.find("basic ", at + 1)) {
    const std::string_view value = value_at(text, at + 6);
    if (is_user_and_password(value)) add(parts, value);
  }
}

}  // namespace

bool is_reference(std::string_view value, bool expands) {
  if (value.starts_with("${") && value.ends_with('}')) return true;
  if (value.starts_with("$(") && value.ends_with(')')) return true;
  if (value.starts_with("{{") && value.ends_with("}}")) return true;
  if (value.find_first_not_of('*') == kNone) return true;
  if (!expands || !value.starts_with('$') || value.size() < 2) return false;
  return std::all_of(value.begin() + 1, value.end(), [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_';
  });
}

std::vector<std::string> secret_parts(std::string_view text) {
  Parts parts;
  add_of_urls(parts, text);
  add_of_oracle(parts, text);
  add_of_words(parts, text);
  for (std::size_t at = text.find_first_of("=:"); at != kNone;
       at = text.find_first_of("=:", at + 1)) {
    if (text.substr(at).starts_with("://")) continue;
    add_of_pair(parts, text, at);
  }
  for (const std::string& line : split(text, '\n')) add_of_line(parts, line);
  std::size_t begin = 0;
  while (begin < text.size()) {
    const std::size_t end = std::min(text.find_first_of(" \t\r\n,;\"'<>", begin), text.size());
    if (end > begin) add_of_address(parts, text.substr(begin, end - begin));
    begin = end + 1;
  }
  for (std::string& token : tokens_in(text)) add(parts, token);
  return parts;
}

}  // namespace dksnap::snapshot
