// The 512 bytes in front of every tar entry. Inside the room only.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "base/error.hpp"

namespace dksnap::image {

inline constexpr std::size_t kTarBlock = 512;
// What one pax header or GNU long name may hold. Linux limits a path to 4 KiB and all extended
// attributes of a file to 64 KiB each; more than this is damage.
inline constexpr std::size_t kLargestTarRecord = 1024 * 1024;
// The largest numbers that octal fields hold (POSIX pax, "ustar Interchange Format").
inline constexpr std::uint64_t kOctal7 = 07777777;
inline constexpr std::uint64_t kOctal11 = 077777777777;

struct TarField {
  std::size_t at;
  std::size_t size;
};

inline constexpr TarField kTarName{0, 100};
inline constexpr TarField kTarMode{100, 8};
inline constexpr TarField kTarUid{108, 8};
inline constexpr TarField kTarGid{116, 8};
inline constexpr TarField kTarSize{124, 12};
inline constexpr TarField kTarMtime{136, 12};
inline constexpr TarField kTarChecksum{148, 8};
inline constexpr TarField kTarType{156, 1};
inline constexpr TarField kTarLink{157, 100};
inline constexpr TarField kTarMagic{257, 8};  // with the version
inline constexpr TarField kTarDeviceMajor{329, 8};
inline constexpr TarField kTarDeviceMinor{337, 8};
inline constexpr TarField kTarPrefix{345, 155};

class TarHeader {
 public:
  std::span<std::byte> bytes() { return std::as_writable_bytes(std::span(block_)); }
  std::span<const std::byte> bytes() const { return std::as_bytes(std::span(block_)); }

  bool is_zero() const;
  // Signed sums too: some old programs added up chars.
  bool checksum_fits() const;
  bool is_posix() const;  // has a prefix field
  bool is_gnu() const;    // has something else there
  char type() const { return block_[kTarType.at]; }
  // Up to the first NUL.
  std::string text(TarField field) const;
  // Octal, or GNU's base-256. Throws Error for anything else and for what 64 bits cannot hold.
  std::int64_t number(TarField field) const;

  void set_text(TarField field, std::string_view text);  // cut to the field
  void set_number(TarField field, std::uint64_t value);  // must fit in octal
  void set_type(char type) { block_[kTarType.at] = type; }
  // Magic and checksum: the last thing to be set.
  void seal();

 private:
  std::uint64_t sum() const;
  std::array<char, kTarBlock> block_{};
};

// Bytes that follow `size` bytes of content up to the next block.
constexpr std::size_t tar_padding(std::uint64_t size) {
  return static_cast<std::size_t>((kTarBlock - size % kTarBlock) % kTarBlock);
}

Error tar_damaged(std::string why);

}  // namespace dksnap::image
