#include "image/compression.hpp"

#include <zlib.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "base/error.hpp"

namespace dksnap::image {
namespace {

std::span<const std::byte> bytes_of(std::string_view text) {
  return std::as_bytes(std::span(text.data(), text.size()));
}

std::string zstd(std::string_view text, int level = 3, unsigned threads = 0,
                 std::size_t step = kNoLimit) {
  StringSink sink;
  ZstdSink compressed(sink, level, threads);
  for (std::size_t at = 0; at < text.size(); at += std::min(step, text.size() - at)) {
    compressed.write(bytes_of(text.substr(at, step)));
  }
  compressed.finish();
  return sink.take();
}

template <typename Decompressor>
std::string decompress(std::string data, std::size_t step = 100'000) {
  StringSource source(std::move(data));
  Decompressor plain(source);
  std::string text;
  std::vector<std::byte> buffer(step);
  while (const std::size_t got = plain.read(buffer)) {
    text.append(reinterpret_cast<const char*>(buffer.data()), got);
  }
  EXPECT_EQ(plain.read(buffer), 0U);
  return text;
}

std::string gzip(std::string_view text) {
  z_stream zlib{};
  EXPECT_EQ(deflateInit2(&zlib, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
  std::string out(deflateBound(&zlib, text.size()) + 64, '\0');
  zlib.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  zlib.avail_in = static_cast<uInt>(text.size());
  zlib.next_out = reinterpret_cast<Bytef*>(out.data());
  zlib.avail_out = static_cast<uInt>(out.size());
  EXPECT_EQ(deflate(&zlib, Z_FINISH), Z_STREAM_END);
  out.resize(zlib.total_out);
  deflateEnd(&zlib);
  return out;
}

// Neither all alike nor without any pattern, and larger than one frame.
std::string sample(std::size_t size) {
  std::string text;
  std::uint32_t state = 1;
  while (text.size() < size) {
    state = state * 1664525 + 1013904223;
    text += "row " + std::to_string(state >> 12U) + "\n";
  }
  text.resize(size);
  return text;
}

RC_GTEST_PROP(Zstd, GivesBackWhatItGot, (const std::string& text)) {
  const auto write = *rc::gen::inRange<std::size_t>(1, 100);
  const auto read = *rc::gen::inRange<std::size_t>(1, 100);
  RC_ASSERT(decompress<ZstdSource>(zstd(text, 1, 0, write), read) == text);
}

TEST(Zstd, ThreadsDoNotChangeTheBytes) {
  const std::string text = sample(20'000'000);
  const std::string two = zstd(text, 1, 2, 300'000);
  EXPECT_EQ(two, zstd(text, 1, 1, 70'000));
  EXPECT_EQ(two, zstd(text, 1, 0));
  EXPECT_LT(two.size(), text.size() / 2);
  EXPECT_EQ(decompress<ZstdSource>(two), text);
}

TEST(Zstd, ReadsFrameAfterFrame) {
  EXPECT_EQ(decompress<ZstdSource>(zstd("one ") + zstd("") + zstd("two")), "one two");
}

TEST(Zstd, FindsDamage) {
  const std::string good = zstd(sample(300'000));
  EXPECT_THROW(decompress<ZstdSource>(""), Error);
  EXPECT_THROW(decompress<ZstdSource>("no frame at all"), Error);
  EXPECT_THROW(decompress<ZstdSource>(good + "rest"), Error);
  for (const std::size_t length : {1UL, 10UL, good.size() / 2, good.size() - 1}) {
    EXPECT_THROW(decompress<ZstdSource>(good.substr(0, length)), Error) << length;
  }
  std::string bad = good;
  bad[bad.size() - 1] ^= 1;  // the checksum
  EXPECT_THROW(decompress<ZstdSource>(bad), Error);
}

TEST(Gzip, ReadsMemberAfterMember) {
  const std::string text = sample(1'000'000);
  EXPECT_EQ(decompress<GzipSource>(gzip(text)), text);
  EXPECT_EQ(decompress<GzipSource>(gzip("one ") + gzip("") + gzip("two"), 1), "one two");
}

TEST(Gzip, FindsDamage) {
  const std::string good = gzip(sample(300'000));
  EXPECT_THROW(decompress<GzipSource>(""), Error);
  EXPECT_THROW(decompress<GzipSource>("no gzip at all"), Error);
  EXPECT_THROW(decompress<GzipSource>(good + "rest"), Error);
  for (const std::size_t length : {1UL, 10UL, good.size() / 2, good.size() - 1}) {
    EXPECT_THROW(decompress<GzipSource>(good.substr(0, length)), Error) << length;
  }
  std::string bad = good;
  bad[bad.size() - 5] ^= 1;  // the checksum
  EXPECT_THROW(decompress<GzipSource>(bad), Error);
}

}  // namespace
}  // namespace dksnap::image
