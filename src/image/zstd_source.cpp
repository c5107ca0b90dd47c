#include <string>
#include <vector>

#include <fmt/format.h>
#include <zstd.h>

#include "base/error.hpp"
#include "image/compression.hpp"

namespace dksnap::image {

Error cannot_decompress(std::string_view format, std::string why) {
  return {ErrorCode::failed, fmt::format("cannot decompress a {} stream", format), std::move(why),
          "run the command again; if it fails again, the stored data is damaged"};
}

struct ZstdSource::State {
  Source& from;
  ZSTD_DCtx* context = ZSTD_createDCtx();
  std::vector<std::byte> buffer = std::vector<std::byte>(ZSTD_DStreamInSize());
  ZSTD_inBuffer in{buffer.data(), 0, 0};
  bool in_frame = true;  // before the first one too: no frame at all is a cut stream
  bool full = false;     // the last call filled its output: the decoder may hold more

  explicit State(Source& source) : from(source) {}
  State(const State&) = delete;
  State& operator=(const State&) = delete;
  ~State() { ZSTD_freeDCtx(context); }
};

ZstdSource::ZstdSource(Source& from) : state_(std::make_unique<State>(from)) {
  if (state_->context == nullptr) throw cannot_decompress("zstd", "there is not enough memory");
}

ZstdSource::~ZstdSource() = default;

std::size_t ZstdSource::read(std::span<std::byte> into) {
  State& state = *state_;
  for (;;) {
    if (state.in.pos == state.in.size && !state.full) {
      state.in = {state.buffer.data(), state.from.read(state.buffer), 0};
      if (state.in.size == 0) {
        if (state.in_frame) throw cannot_decompress("zstd", "it ends before its end");
        return 0;
      }
    }
    ZSTD_outBuffer out{into.data(), into.size(), 0};
    const std::size_t before = state.in.pos;
    const std::size_t result = ZSTD_decompressStream(state.context, &out, &state.in);
    if (ZSTD_isError(result) != 0) throw cannot_decompress("zstd", ZSTD_getErrorName(result));
    // A call that took and gave nothing only confirms that the frame before is over.
    if (out.pos != 0 || state.in.pos != before) state.in_frame = result != 0;
    state.full = out.pos == out.size && result != 0;
    if (out.pos != 0) return out.pos;
  }
}

}  // namespace dksnap::image
