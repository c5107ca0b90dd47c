#include "image/reference.hpp"

#include <algorithm>
#include <utility>

#include "base/text.hpp"

// Grammar and defaults: github.com/distribution/reference, regexp.go and normalize.go.
namespace dksnap::image {
namespace {

constexpr std::string_view kDefaultDomain = "docker.io";
constexpr std::string_view kLegacyDefaultDomain = "index.docker.io";
constexpr std::string_view kOfficialPrefix = "library/";
constexpr std::size_t kLongestName = 255;
constexpr std::size_t kLongestTag = 128;

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_lower(char c) {
  return c >= 'a' && c <= 'z';
}
bool is_upper(char c) {
  return c >= 'A' && c <= 'Z';
}
bool is_alphanumeric(char c) {
  return is_digit(c) || is_lower(c) || is_upper(c);
}
bool is_lower_hex(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'f');
}

template <typename Predicate>
bool all_of(std::string_view text, Predicate predicate) {
  return std::all_of(text.begin(), text.end(), predicate);
}

bool is_host_part(std::string_view part) {
  return !part.empty() && part.front() != '-' && part.back() != '-' &&
         all_of(part, [](char c) { return is_alphanumeric(c) || c == '-'; });
}

bool is_domain(std::string_view domain) {
  std::string_view host = domain;
  const std::size_t bracket = domain.rfind(']');
  const std::size_t colon = domain.rfind(':');
  if (colon != std::string_view::npos && (bracket == std::string_view::npos || colon > bracket)) {
    const std::string_view port = domain.substr(colon + 1);
    if (port.empty() || !all_of(port, is_digit)) return false;
    host = domain.substr(0, colon);
  }
  if (host.starts_with('[')) {
    const std::string_view address = host.substr(1, host.size() - 2);
    return host.size() > 2 && host.back() == ']' && all_of(address, [](char c) {
             return is_lower_hex(c) || (c >= 'A' && c <= 'F') || c == ':';
           });
  }
  const auto parts = split(host, '.');
  return std::all_of(parts.begin(), parts.end(), is_host_part);
}

// Words of lower case and digits, between them one '.', one or two '_', or any number of '-'.
bool is_path_part(std::string_view part) {
  std::size_t at = 0;
  for (;;) {
    const std::size_t word = at;
    while (at < part.size() && (is_lower(part[at]) || is_digit(part[at]))) ++at;
    if (at == word) return false;
    if (at == part.size()) return true;
    const std::size_t separator = at;
    while (at < part.size() && part[at] == part[separator]) ++at;
    const std::size_t count = at - separator;
    const char c = part[separator];
    if (!(c == '-' || (c == '.' && count == 1) || (c == '_' && count <= 2))) return false;
  }
}

bool is_path(std::string_view path) {
  const auto parts = split(path, '/');
  return std::all_of(parts.begin(), parts.end(), is_path_part);
}

bool is_tag(std::string_view tag) {
  const auto is_word = [](char c) { return is_alphanumeric(c) || c == '_'; };
  return !tag.empty() && tag.size() <= kLongestTag && is_word(tag.front()) &&
         all_of(tag, [&](char c) { return is_word(c) || c == '.' || c == '-'; });
}

bool is_digest(std::string_view digest) {
  static constexpr std::pair<std::string_view, std::size_t> kAlgorithms[] = {
      {"sha256:", 64}, {"sha384:", 96}, {"sha512:", 128}};
  return std::any_of(std::begin(kAlgorithms), std::end(kAlgorithms), [&](const auto& algorithm) {
    return digest.starts_with(algorithm.first) &&
           digest.size() == algorithm.first.size() + algorithm.second &&
           all_of(digest.substr(algorithm.first.size()), is_lower_hex);
  });
}

// Whether what stands before the first slash is a registry and not the first part of a path.
bool looks_like_domain(std::string_view text) {
  return text == "localhost" || text.find_first_of(".:") != std::string_view::npos ||
         std::any_of(text.begin(), text.end(), is_upper);
}

bool looks_like_image_id(std::string_view text) {
  return text.size() == 64 && all_of(text, is_lower_hex);
}

}  // namespace

std::optional<Reference> parse_reference(std::string_view text) {
  if (looks_like_image_id(text)) return std::nullopt;
  Reference reference;
  const std::size_t slash = text.find('/');
  if (slash != std::string_view::npos && looks_like_domain(text.substr(0, slash))) {
    reference.domain = text.substr(0, slash);
    text.remove_prefix(slash + 1);
    if (reference.domain == kLegacyDefaultDomain) reference.domain = kDefaultDomain;
  } else {
    reference.domain = kDefaultDomain;
  }
  if (const std::size_t at = text.find('@'); at != std::string_view::npos) {
    reference.digest = text.substr(at + 1);
    if (!is_digest(reference.digest)) return std::nullopt;
    text = text.substr(0, at);
  }
  if (const std::size_t colon = text.find(':'); colon != std::string_view::npos) {
    reference.tag = text.substr(colon + 1);
    if (!is_tag(reference.tag)) return std::nullopt;
    text = text.substr(0, colon);
  }
  const bool official =
      reference.domain == kDefaultDomain && text.find('/') == std::string_view::npos;
  reference.path = (official ? std::string(kOfficialPrefix) : std::string()) + std::string(text);
  if (!is_domain(reference.domain) || !is_path(reference.path) ||
      reference.domain.size() + 1 + reference.path.size() > kLongestName) {
    return std::nullopt;
  }
  return reference;
}

std::optional<Reference> parse_tagged_reference(std::string_view text) {
  auto reference = parse_reference(text);
  if (reference && reference->tag.empty() && reference->digest.empty()) reference->tag = "latest";
  return reference;
}

std::string Reference::full() const {
  std::string text = domain + "/" + path;
  if (!tag.empty()) text += ":" + tag;
  if (!digest.empty()) text += "@" + digest;
  return text;
}

std::string Reference::familiar_name() const {
  if (domain != kDefaultDomain) return domain + "/" + path;
  const bool official = path.starts_with(kOfficialPrefix) &&
                        path.find('/', kOfficialPrefix.size()) == std::string::npos;
  std::string name = official ? path.substr(kOfficialPrefix.size()) : path;
  // Docker shortens these as well, and then reads something else in them.
  const std::size_t slash = name.find('/');
  const bool misread = looks_like_image_id(name) ||
                       (slash != std::string::npos && looks_like_domain(name.substr(0, slash)));
  return misread ? domain + "/" + path : name;
}

std::string Reference::familiar() const {
  std::string text = familiar_name();
  if (!tag.empty()) text += ":" + tag;
  if (!digest.empty()) text += "@" + digest;
  return text;
}

}  // namespace dksnap::image
