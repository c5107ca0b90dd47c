#include "snapshot/secrets.hpp"

#include <algorithm>
#include <array>
#include <map>

#include "base/text.hpp"

namespace dksnap::snapshot {
namespace {

constexpr std::array kSecretWords{"PASSWORD", "PASSWD", "PASSPHRASE", "SECRET",
                                  "TOKEN",    "KEY",    "CREDENTIAL", "PRIVATE"};

std::pair<std::string, std::string> split_variable(const std::string& line) {
  const std::size_t equals = line.find('=');
  if (equals == std::string::npos) return {line, {}};
  return {line.substr(0, equals), line.substr(equals + 1)};
}

// scheme://user:password@host
bool is_url_with_password(std::string_view value) {
  const std::size_t scheme = value.find("://");
  if (scheme == std::string_view::npos) return false;
  const std::string_view rest = value.substr(scheme + 3);
  const std::string_view authority = rest.substr(0, rest.find_first_of("/?#"));
  const std::size_t at = authority.rfind('@');
  return at != std::string_view::npos &&
         authority.substr(0, at).find(':') != std::string_view::npos;
}

}  // namespace

bool looks_secret(std::string_view name, std::string_view value) {
  return std::any_of(kSecretWords.begin(), kSecretWords.end(),
                     [&](const char* word) { return contains_ignoring_case(name, word); }) ||
         is_url_with_password(value);
}

FilteredEnv filter_env(const std::vector<std::string>& container_env,
                       const std::vector<std::string>& image_env,
                       const std::vector<std::string>& keep) {
  std::map<std::string, std::string> from_image;
  for (const std::string& line : image_env) from_image.insert(split_variable(line));

  FilteredEnv result;
  for (const std::string& line : container_env) {
    const auto [name, value] = split_variable(line);
    const auto in_image = from_image.find(name);
    const bool added = in_image == from_image.end() || in_image->second != value;
    const bool wanted = std::find(keep.begin(), keep.end(), name) != keep.end();
    if (!added || wanted || !looks_secret(name, value)) {
      result.kept.push_back(line);
      continue;
    }
    result.left_out.push_back(name);
    if (in_image != from_image.end()) result.kept.push_back(name + "=" + in_image->second);
  }
  return result;
}

}  // namespace dksnap::snapshot
