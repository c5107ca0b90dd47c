// Calls of which nobody knows whether the engine carried them out, or is still about to.
#pragma once

#include "base/error.hpp"

namespace dksnap::scratch {

inline bool is_answer_lost(const Error& error) {
  return error.code() == ErrorCode::engine_unreachable || error.code() == ErrorCode::interrupted;
}

}  // namespace dksnap::scratch
