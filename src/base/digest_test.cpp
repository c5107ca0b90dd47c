#include "base/digest.hpp"

#include <string>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace dksnap {
namespace {

// Examples of FIPS 180-4.
constexpr std::string_view kEmpty =
    "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
constexpr std::string_view kAbc =
    "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
constexpr std::string_view kTwoBlocks =
    "sha256:248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1";
constexpr std::string_view kMillion =
    "sha256:cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0";

std::span<const std::byte> bytes_of(std::string_view text) {
  return std::as_bytes(std::span(text.data(), text.size()));
}

TEST(Sha256, AgreesWithTheStandard) {
  EXPECT_EQ(sha256_digest(""), kEmpty);
  EXPECT_EQ(sha256_digest("abc"), kAbc);
  EXPECT_EQ(sha256_digest("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"), kTwoBlocks);
  EXPECT_EQ(sha256_digest(std::string(1000000, 'a')), kMillion);
}

RC_GTEST_PROP(Sha256, DoesNotCareHowBytesArrive, (const std::string& a, const std::string& b)) {
  Sha256 hash;
  hash.update(bytes_of(a));
  hash.update(bytes_of(b));
  RC_ASSERT(to_digest(hash.finish()) == sha256_digest(a + b));
}

TEST(Hex, IsLowerCaseWithLeadingZeros) {
  const std::uint8_t bytes[] = {0x00, 0x0a, 0xff};
  EXPECT_EQ(to_hex(bytes), "000aff");
}

TEST(HashingSink, PassesOnCountsAndHashes) {
  StringSink to;
  HashingSink sink(to);
  sink.write("a");
  sink.write("bc");
  EXPECT_EQ(to.text(), "abc");
  EXPECT_EQ(sink.count(), 3U);
  EXPECT_EQ(to_digest(sink.finish()), kAbc);
}

}  // namespace
}  // namespace dksnap
