#include "base/error.hpp"

#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

namespace dksnap {
namespace {

constexpr std::array kCodes{
    ErrorCodeInfo{ErrorCode::answer_is_no, "answer_is_no", "the answer is no"},
    ErrorCodeInfo{ErrorCode::failed, "failed", "failed, or wrong usage"},
    ErrorCodeInfo{ErrorCode::incomplete, "incomplete", "incomplete, or a fall-back was used"},
    ErrorCodeInfo{ErrorCode::credentials, "credentials", "credentials missing or refused"},
    ErrorCodeInfo{ErrorCode::engine_unreachable, "engine_unreachable",
                  "the Docker engine cannot be reached"},
    ErrorCodeInfo{ErrorCode::not_found, "not_found", "not found, or ambiguous"},
    ErrorCodeInfo{ErrorCode::in_use, "in_use", "exists already, or is in use"},
    ErrorCodeInfo{ErrorCode::database_refused, "database_refused", "the database refused"},
    ErrorCodeInfo{ErrorCode::not_ready, "not_ready", "not ready in time"},
    ErrorCodeInfo{ErrorCode::no_space, "no_space", "no space left"},
    ErrorCodeInfo{ErrorCode::replace_rolled_back, "replace_rolled_back",
                  "replace failed, the old state is back"},
    ErrorCodeInfo{ErrorCode::replace_stuck, "replace_stuck",
                  "replace failed, the old state is not back"},
    ErrorCodeInfo{ErrorCode::interrupted, "interrupted", "interrupted (Ctrl-C)"},
    ErrorCodeInfo{ErrorCode::terminated, "terminated", "terminated"},
};

}  // namespace

std::span<const ErrorCodeInfo> error_codes() {
  return kCodes;
}

ErrorCode error_code_by_name(std::string_view name) {
  for (const ErrorCodeInfo& info : error_codes()) {
    if (info.name == name) return info.code;
  }
  return ErrorCode::failed;
}

std::string_view error_code_name(ErrorCode code) {
  for (const auto& info : kCodes) {
    if (info.code == code) return info.name;
  }
  return "failed";
}

Error::Error(ErrorCode code, std::string what_failed, std::string why, std::string hint)
    : code_(code), message_(std::move(what_failed)), why_(std::move(why)), hint_(std::move(hint)) {
  compose();
}

Error& Error::add_context(std::string_view context) {
  message_ = std::string(context) + ": " + message_;
  compose();
  return *this;
}

Error& Error::default_hint(std::string hint) {
  if (hint_.empty()) hint_ = std::move(hint);
  return *this;
}

void Error::compose() {
  full_ = why_.empty() ? message_ : message_ + ": " + why_;
}

Error system_error(std::string what_failed, int number) {
  const int error = number >= 0 ? number : errno;
  if (error == ENOSPC || error == EDQUOT) {
    return {ErrorCode::no_space, std::move(what_failed), std::strerror(error),
            "free some space there and run the command again"};
  }
  return {ErrorCode::failed, std::move(what_failed), std::strerror(error)};
}

}  // namespace dksnap
