#include "docker/wire/frames.hpp"

#include <algorithm>

#include "base/error.hpp"

namespace dksnap::docker {

void FrameSplitter::write(std::span<const std::byte> bytes) {
  while (!bytes.empty()) {
    if (head_size_ < kHead) {
      const std::size_t count = std::min(bytes.size(), kHead - head_size_);
      std::copy_n(bytes.begin(), count, head_ + head_size_);
      head_size_ += count;
      bytes = bytes.subspan(count);
      if (head_size_ < kHead) return;
      for (std::size_t i = 4; i < kHead; ++i) {
        left_ = left_ << 8U | std::to_integer<std::uint32_t>(head_[i]);
      }
      if (head_[0] > std::byte{2}) {
        throw Error(ErrorCode::failed, "the engine's answer cannot be understood",
                    "a frame of an unknown stream");
      }
    }
    const std::size_t count = std::min<std::size_t>(bytes.size(), left_);
    if (count != 0) (head_[0] == std::byte{2} ? err_ : out_).write(bytes.first(count));
    left_ -= static_cast<std::uint32_t>(count);
    bytes = bytes.subspan(count);
    if (left_ == 0) head_size_ = 0;
  }
}

void FrameSplitter::finish() const {
  if (head_size_ != 0) {
    throw Error(ErrorCode::engine_unreachable, "the connection to the engine broke",
                "the program's output was cut");
  }
}

}  // namespace dksnap::docker
