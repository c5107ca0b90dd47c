// The engine's way to send two streams over one connection.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "base/stream.hpp"

namespace dksnap::docker {

// Splits frames (moby pkg/stdcopy: 1 byte stream, 3 bytes zero, 4 bytes size, big endian) into
// their streams as the bytes come; keeps nothing but a frame's head. Both sinks must outlive it.
class FrameSplitter final : public Sink {
 public:
  FrameSplitter(Sink& out, Sink& err) : out_(out), err_(err) {}
  using Sink::write;
  // Throws Error for a stream that does not exist.
  void write(std::span<const std::byte> bytes) override;
  // Throws engine_unreachable if the stream stopped inside a frame.
  void finish() const;

 private:
  static constexpr std::size_t kHead = 8;

  Sink& out_;
  Sink& err_;
  std::byte head_[kHead] = {};
  std::size_t head_size_ = 0;
  std::uint32_t left_ = 0;  // of the frame whose head is complete
};

}  // namespace dksnap::docker
