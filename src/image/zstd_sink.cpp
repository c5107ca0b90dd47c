#include <algorithm>
#include <deque>
#include <future>
#include <new>
#include <utility>
#include <vector>

#include <zstd.h>

#include "base/error.hpp"
#include "image/compression.hpp"

namespace dksnap::image {
namespace {

using Bytes = std::vector<std::byte>;

// Twice the window of the levels that are used: what a frame cannot refer back to costs nothing
// that can be measured.
constexpr std::size_t kFrameContent = 4 * 1024 * 1024;

struct FreeContext {
  void operator()(ZSTD_CCtx* context) const { ZSTD_freeCCtx(context); }
};

std::size_t checked(std::size_t result) {
  if (ZSTD_isError(result) != 0) {
    throw Error(ErrorCode::failed, "cannot compress with zstd", ZSTD_getErrorName(result),
                "free some memory and run the command again");
  }
  return result;
}

Bytes compress_frame(const Bytes& content, int level) {
  const std::unique_ptr<ZSTD_CCtx, FreeContext> context(ZSTD_createCCtx());
  if (context == nullptr) throw std::bad_alloc();
  checked(ZSTD_CCtx_setParameter(context.get(), ZSTD_c_compressionLevel, level));
  checked(ZSTD_CCtx_setParameter(context.get(), ZSTD_c_checksumFlag, 1));
  Bytes frame(ZSTD_compressBound(content.size()));
  frame.resize(checked(
      ZSTD_compress2(context.get(), frame.data(), frame.size(), content.data(), content.size())));
  return frame;
}

}  // namespace

// Debian's libzstd.a is built without threads of its own (its shared library has them).
struct ZstdSink::State {
  Sink& to;
  int level;
  unsigned threads;
  Bytes content;  // of the next frame
  std::deque<std::future<Bytes>> frames;
  bool wrote_frame = false;
  bool finished = false;

  void end_frame() {
    wrote_frame = true;
    if (threads == 0) {
      to.write(compress_frame(content, level));
      content.clear();
      return;
    }
    if (frames.size() == threads) take_frame();
    frames.push_back(
        std::async(std::launch::async, [this_level = level, bytes = std::move(content)] {
          return compress_frame(bytes, this_level);
        }));
    content = {};
  }

  void take_frame() {
    std::future<Bytes> frame = std::move(frames.front());
    frames.pop_front();
    to.write(frame.get());
  }
};

ZstdSink::ZstdSink(Sink& to, int level, unsigned threads)
    : state_(new State{to, level, threads, {}, {}}) {}

ZstdSink::~ZstdSink() = default;

void ZstdSink::write(std::span<const std::byte> bytes) {
  State& state = *state_;
  while (!bytes.empty()) {
    if (state.content.capacity() == 0) state.content.reserve(kFrameContent);
    const std::size_t count = std::min(bytes.size(), kFrameContent - state.content.size());
    state.content.insert(state.content.end(), bytes.begin(),
                         bytes.begin() + static_cast<std::ptrdiff_t>(count));
    bytes = bytes.subspan(count);
    if (state.content.size() == kFrameContent) state.end_frame();
  }
}

void ZstdSink::finish() {
  State& state = *state_;
  if (std::exchange(state.finished, true)) return;
  if (!state.content.empty() || !state.wrote_frame) state.end_frame();
  while (!state.frames.empty()) state.take_frame();
}

}  // namespace dksnap::image
