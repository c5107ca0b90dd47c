// Compressed streams: zstd both ways, gzip to read.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "base/error.hpp"
#include "base/stream.hpp"

namespace dksnap::image {

inline constexpr int kDefaultZstdLevel = 3;

// Compresses into zstd frames of 4 MiB of content, each with a checksum. Nothing of it may be
// relied on before finish().
class ZstdSink final : public Sink {
 public:
  // `level`: 1 to 19. `threads`: how many compress beside the caller's, at 8 MiB of memory each;
  // with 0, write() does. The bytes depend on content and level alone. `to` must outlive it.
  explicit ZstdSink(Sink& to, int level = kDefaultZstdLevel, unsigned threads = 0);
  ~ZstdSink() override;
  using Sink::write;
  void write(std::span<const std::byte> bytes) override;
  // Ends the last frame. Must be called once; not by the destructor, since it may throw.
  void finish();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// Decompresses frame after frame until `from` ends. Throws Error where the data is damaged or cut;
// an empty stream counts as cut.
class ZstdSource final : public Source {
 public:
  explicit ZstdSource(Source& from);
  ~ZstdSource() override;
  std::size_t read(std::span<std::byte> into) override;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// What a reader of a damaged stream throws. Inside the room only.
Error cannot_decompress(std::string_view format, std::string why);

// The same for gzip, several members included.
class GzipSource final : public Source {
 public:
  explicit GzipSource(Source& from);
  ~GzipSource() override;
  std::size_t read(std::span<std::byte> into) override;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace dksnap::image
