#include "docker/http/api_version.hpp"

#include <algorithm>
#include <charconv>

#include "base/error.hpp"
#include "base/text.hpp"
#include "docker/http/http_engine.hpp"

namespace dksnap::docker {
namespace {

// The newest API this code was written against.
constexpr ApiVersion kNewest{1, 51};

std::optional<int> number(std::string_view text) {
  int value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || value < 0) return std::nullopt;
  return value;
}

}  // namespace

std::optional<ApiVersion> parse_api_version(std::string_view text) {
  const auto dot = text.find('.');
  if (dot == std::string_view::npos) return std::nullopt;
  const auto major = number(text.substr(0, dot));
  const auto minor = number(text.substr(dot + 1));
  if (!major || !minor) return std::nullopt;
  return ApiVersion{*major, *minor};
}

std::string to_string(const ApiVersion& version) {
  return std::to_string(version.major) + "." + std::to_string(version.minor);
}

ApiVersion choose_api_version(const std::string& offered, const std::string& wanted) {
  const ApiVersion oldest = *parse_api_version(kOldestApi);
  if (!wanted.empty()) {
    const auto version = parse_api_version(wanted[0] == 'v' ? wanted.substr(1) : wanted);
    if (!version) {
      throw Error(ErrorCode::failed, "DOCKER_API_VERSION is not a version", printable(wanted),
                  std::string("write it as ") + kOldestApi + ", or unset it");
    }
    if (*version < oldest) {
      throw Error(ErrorCode::failed, "DOCKER_API_VERSION is too old",
                  to_string(*version) + " is asked for, " + kOldestApi + " is needed", "unset it");
    }
    return *version;
  }
  const auto version = parse_api_version(offered);
  if (!version) {
    throw Error(ErrorCode::engine_unreachable, "the answer is not that of a Docker engine",
                "it does not tell its API version", "is this the address of a Docker engine?");
  }
  if (*version < oldest) {
    throw Error(ErrorCode::failed, "this Docker engine is too old",
                "it speaks API " + to_string(*version) + ", " + kOldestApi +
                    " (Docker 20.10) is the oldest that will do",
                "update Docker");
  }
  return std::min(*version, kNewest);
}

bool tells_image_descriptor(const ApiVersion& version) {
  return version >= ApiVersion{1, 48};
}

bool takes_all_networks(const ApiVersion& version) {
  return version >= ApiVersion{1, 44};
}

}  // namespace dksnap::docker
