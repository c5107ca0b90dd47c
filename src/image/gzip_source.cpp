#include <algorithm>
#include <string>
#include <vector>
#include <zlib.h>

#include "base/error.hpp"
#include "image/compression.hpp"

namespace dksnap::image {
namespace {

constexpr std::size_t kInputBuffer = 64 * 1024;
// inflateInit2: the largest window, and 16 more for "gzip only" (zlib.h).
constexpr int kGzipWindow = 15 + 16;

}  // namespace

struct GzipSource::State {
  Source& from;
  z_stream zlib{};
  std::vector<std::byte> buffer = std::vector<std::byte>(kInputBuffer);
  bool in_member = true;  // before the first one too: no member at all is a cut stream

  explicit State(Source& source) : from(source) {
    if (inflateInit2(&zlib, kGzipWindow) != Z_OK)
      throw cannot_decompress("gzip", "there is not enough memory");
  }
  State(const State&) = delete;
  State& operator=(const State&) = delete;
  ~State() { inflateEnd(&zlib); }
};

GzipSource::GzipSource(Source& from) : state_(std::make_unique<State>(from)) {}
GzipSource::~GzipSource() = default;

std::size_t GzipSource::read(std::span<std::byte> into) {
  State& state = *state_;
  z_stream& zlib = state.zlib;
  // zlib counts in 32 bits.
  const auto room = static_cast<uInt>(std::min<std::size_t>(into.size(), kCopyBuffer));
  for (;;) {
    if (zlib.avail_in == 0) {
      const std::size_t got = state.from.read(state.buffer);
      if (got == 0 && !state.in_member) return 0;
      zlib.next_in = reinterpret_cast<Bytef*>(state.buffer.data());
      zlib.avail_in = static_cast<uInt>(got);
    }
    if (!state.in_member) {
      if (inflateReset(&zlib) != Z_OK)
        throw cannot_decompress("gzip", "zlib refused to start again");
      state.in_member = true;
    }
    zlib.next_out = reinterpret_cast<Bytef*>(into.data());
    zlib.avail_out = room;
    const int result = inflate(&zlib, Z_NO_FLUSH);
    // With no input left, zlib may still hold output; only when it does not is the stream cut.
    if (result == Z_BUF_ERROR) throw cannot_decompress("gzip", "it ends before its end");
    if (result != Z_OK && result != Z_STREAM_END) {
      throw cannot_decompress(
          "gzip", zlib.msg != nullptr ? zlib.msg : "zlib error " + std::to_string(result));
    }
    if (result == Z_STREAM_END) state.in_member = false;
    if (zlib.avail_out != room) return room - zlib.avail_out;
  }
}

}  // namespace dksnap::image
