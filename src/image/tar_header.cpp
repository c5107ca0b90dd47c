#include "image/tar_header.hpp"

#include <algorithm>
#include <limits>

#include "base/text.hpp"

namespace dksnap::image {
namespace {

constexpr std::string_view kPosixMagic("ustar\0", 6);
constexpr std::string_view kOurMagic("ustar\00000", 8);
constexpr std::string_view kGnuMagic("ustar  \0", 8);

// GNU: the first bit marks base-256, the others are a big-endian two's complement number.
std::int64_t base256(std::string_view digits) {
  const bool negative = (static_cast<unsigned char>(digits[0]) & 0x40U) != 0;
  const unsigned char fill = negative ? 0xff : 0;
  std::uint64_t value = negative ? ~std::uint64_t{0} : 0;
  for (std::size_t i = 0; i < digits.size(); ++i) {
    auto byte = static_cast<unsigned char>(digits[i]);
    if (i == 0) byte = static_cast<unsigned char>((byte & 0x7fU) | (fill & 0x80U));
    if (digits.size() - i > 8 && byte != fill) throw tar_damaged("a number is too large");
    value = (value << 8U) | byte;
  }
  const auto number = static_cast<std::int64_t>(value);
  if ((number < 0) != negative) throw tar_damaged("a number is too large");
  return number;
}

}  // namespace

Error tar_damaged(std::string why) {
  return {ErrorCode::failed, "cannot read a tar archive", std::move(why),
          "run the command again; if it fails again, the archive is damaged"};
}

bool TarHeader::is_zero() const {
  return std::all_of(block_.begin(), block_.end(), [](char c) { return c == 0; });
}

std::uint64_t TarHeader::sum() const {
  std::uint64_t sum = 0;
  for (std::size_t i = 0; i < block_.size(); ++i) {
    const bool own = i >= kTarChecksum.at && i < kTarChecksum.at + kTarChecksum.size;
    sum += own ? ' ' : static_cast<unsigned char>(block_[i]);
  }
  return sum;
}

bool TarHeader::checksum_fits() const {
  const std::int64_t wanted = number(kTarChecksum);
  const auto as_unsigned = static_cast<std::int64_t>(sum());
  if (wanted == as_unsigned) return true;
  std::int64_t as_signed = as_unsigned;
  for (std::size_t i = 0; i < block_.size(); ++i) {
    const bool own = i >= kTarChecksum.at && i < kTarChecksum.at + kTarChecksum.size;
    if (!own && (static_cast<unsigned char>(block_[i]) & 0x80U) != 0) as_signed -= 256;
  }
  return wanted == as_signed;
}

bool TarHeader::is_posix() const {
  return std::string_view(block_.data() + kTarMagic.at, kPosixMagic.size()) == kPosixMagic;
}

bool TarHeader::is_gnu() const {
  return std::string_view(block_.data() + kTarMagic.at, kGnuMagic.size()) == kGnuMagic;
}

std::string TarHeader::text(TarField field) const {
  const std::string_view all(block_.data() + field.at, field.size);
  return std::string(all.substr(0, all.find('\0')));
}

std::int64_t TarHeader::number(TarField field) const {
  std::string_view digits(block_.data() + field.at, field.size);
  if ((static_cast<unsigned char>(digits[0]) & 0x80U) != 0) return base256(digits);
  const auto blank = [](char c) { return c == ' ' || c == 0; };
  while (!digits.empty() && blank(digits.front())) digits.remove_prefix(1);
  while (!digits.empty() && blank(digits.back())) digits.remove_suffix(1);
  // Some writers end a number early and leave what was in the field before.
  digits = digits.substr(0, std::min(digits.find('\0'), digits.find(' ')));
  std::int64_t value = 0;
  for (const char digit : digits) {
    if (digit < '0' || digit > '7') {
      throw tar_damaged("\"" + printable(digits) + "\" stands where a number should");
    }
    value = value * 8 + (digit - '0');  // 12 digits at most: no overflow
  }
  return value;
}

void TarHeader::set_text(TarField field, std::string_view text) {
  std::fill_n(block_.begin() + static_cast<std::ptrdiff_t>(field.at), field.size, '\0');
  text.substr(0, field.size).copy(block_.data() + field.at, field.size);
}

void TarHeader::set_number(TarField field, std::uint64_t value) {
  // Digits with leading zeros and a NUL.
  for (std::size_t i = field.size - 1; i-- > 0;) {
    block_[field.at + i] = static_cast<char>('0' + (value & 7U));
    value >>= 3U;
  }
}

void TarHeader::seal() {
  kOurMagic.copy(block_.data() + kTarMagic.at, kOurMagic.size());
  // Six digits, NUL, space: how it has always been written.
  set_number({kTarChecksum.at, 7}, sum());
  block_[kTarChecksum.at + 7] = ' ';
}

}  // namespace dksnap::image
