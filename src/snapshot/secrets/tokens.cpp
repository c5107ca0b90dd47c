#include "snapshot/secrets/tokens.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <cstdint>
#include <optional>

#include "base/text.hpp"

namespace dksnap::snapshot {
namespace {

struct Form {
  std::string_view prefix;
  std::size_t shortest;  // what follows the prefix
};

// As the services document them; what follows is letters, digits and "_-.".
constexpr std::array<Form, 36> kForms{{
    {"AKIA", 16},     {"ASIA", 16},        {"ghp_", 20},
    {"gho_", 20},     {"ghu_", 20},        {"ghs_", 20},
    {"ghr_", 20},     {"github_pat_", 20}, {"glpat-", 16},
    {"gldt-", 16},    {"glrt-", 16},       {"xoxa-", 8},
    {"xoxb-", 8},     {"xoxp-", 8},        {"xoxr-", 8},
    {"xoxs-", 8},     {"xoxe-", 8},        {"xapp-", 8},
    {"sk_live_", 10}, {"sk_test_", 10},    {"rk_live_", 10},
    {"rk_test_", 10}, {"whsec_", 16},      {"sk-", 32},
    {"AIza", 30},     {"ya29.", 16},       {"npm_", 30},
    {"pypi-", 30},    {"SG.", 30},         {"dop_v1_", 30},
    {"hf_", 30},      {"shpat_", 20},      {"AGE-SECRET-KEY-", 20},
    {"hvs.", 16},     {"dckr_pat_", 16},   {"GOCSPX-", 16},
}};

bool is_token_character(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '-' || c == '.';
}

std::string_view token_at(std::string_view text, std::size_t at) {
  std::size_t end = at;
  while (end < text.size() && is_token_character(text[end])) ++end;
  return text.substr(at, end - at);
}

// Three parts in base64url, of which two begin as `{"` does.
bool is_web_token(std::string_view token) {
  const std::size_t dot = token.find('.');
  return token.starts_with("eyJ") && dot != std::string_view::npos &&
         token.substr(dot + 1).starts_with("eyJ");
}

bool is_known_token(std::string_view token) {
  return is_web_token(token) || std::any_of(kForms.begin(), kForms.end(), [&](const Form& form) {
           return token.starts_with(form.prefix) &&
                  token.size() >= form.prefix.size() + form.shortest;
         });
}

std::optional<std::string> decode_base64(std::string_view text) {
  static constexpr std::string_view kDigits =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  while (!text.empty() && text.back() == '=') text.remove_suffix(1);
  std::string bytes;
  std::uint32_t bits = 0;
  int count = 0;
  for (const char c : text) {
    if (c == '\n' || c == '\r') continue;
    const std::size_t digit = kDigits.find(c);
    if (digit == std::string_view::npos) return std::nullopt;
    bits = (bits << 6) | static_cast<std::uint32_t>(digit);
    count += 6;
    if (count < 8) continue;
    count -= 8;
    bytes += static_cast<char>((bits >> count) & 0xffU);
  }
  return bytes;
}

bool is_private_key(std::string_view text) {
  return text.find("-----BEGIN") != std::string_view::npos &&
         text.find("PRIVATE KEY") != std::string_view::npos;
}

}  // namespace

bool is_user_and_password(std::string_view base64) {
  constexpr std::size_t kShortest = 8;
  if (base64.size() < kShortest) return false;
  const auto bytes = decode_base64(base64);
  if (!bytes) return false;
  const std::size_t colon = bytes->find(':');
  return colon != std::string::npos && colon > 0 && colon + 1 < bytes->size() &&
         std::all_of(bytes->begin(), bytes->end(), [](char c) { return c > 0x20 && c < 0x7f; });
}

std::vector<std::string> tokens_in(std::string_view text) {
  std::vector<std::string> tokens;
  if (is_private_key(text)) tokens.emplace_back(text);
  for (std::size_t at = 0; at < text.size();) {
    const std::string_view token = token_at(text, at);
    if (is_known_token(token)) tokens.emplace_back(token);
    at += token.size() + 1;
  }
  const std::size_t hook = text.find("hooks.slack.com/services/");
  if (hook != std::string_view::npos) tokens.emplace_back(text.substr(hook));
  const std::string_view whole = trim(text);
  // "-----BEGIN" in base64.
  const std::size_t pem = whole.find("LS0tLS1CRUdJTi");
  if (pem != std::string_view::npos) {
    const std::string_view blob = whole.substr(pem, whole.find_first_of(" \"',;", pem) - pem);
    const auto bytes = decode_base64(blob);
    if (bytes && is_private_key(*bytes)) tokens.emplace_back(blob);
  }
  if (is_user_and_password(whole)) tokens.emplace_back(whole);
  return tokens;
}

}  // namespace dksnap::snapshot
