#include "worker/protocol/line_reader.hpp"

#include <cstring>

#include "base/error.hpp"

namespace dksnap::worker {
namespace {

constexpr std::size_t kLongestLine = 8 * 1024 * 1024;

}  // namespace

bool LineReader::fill() {
  at_ = 0;
  end_ = from_.read(std::as_writable_bytes(std::span(buffer_)));
  return end_ > 0;
}

bool LineReader::next(std::string& line) {
  line.clear();
  for (;;) {
    if (at_ == end_ && !fill()) {
      if (!line.empty()) throw Error(ErrorCode::failed, what_ + " is damaged", "it is cut");
      return false;
    }
    const char* start = buffer_.data() + at_;
    const auto* newline = static_cast<const char*>(std::memchr(start, '\n', end_ - at_));
    const char* stop = newline != nullptr ? newline : buffer_.data() + end_;
    line.append(start, stop);
    at_ = static_cast<std::size_t>(stop - buffer_.data()) + (newline != nullptr ? 1 : 0);
    if (line.size() > kLongestLine) {
      throw Error(ErrorCode::failed, what_ + " is damaged", "a line is too long");
    }
    if (newline != nullptr) return true;
  }
}

}  // namespace dksnap::worker
