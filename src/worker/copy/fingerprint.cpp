#include "worker/copy/fingerprint.hpp"

#include <bit>

namespace dksnap::worker {
namespace {

// Odd constants with well spread bits; nothing rests on their values.
constexpr std::uint64_t kFirst = 0x9e3779b97f4a7c15;
constexpr std::uint64_t kSecondFactor = 0xbf58476d1ce4e5b9;
constexpr std::uint64_t kThird = 0x94d049bb133111eb;

std::uint64_t mix(std::uint64_t hash, std::uint64_t word) {
  hash ^= word * kSecondFactor;
  hash = std::rotl(hash, 29) * kFirst;
  return hash ^ (hash >> 32);
}

}  // namespace

std::uint64_t hash_entry(std::string_view path, const FileInfo& info, std::uint64_t seed) {
  std::uint64_t hash = seed * kThird;
  std::uint64_t word = 0;
  int shift = 0;
  for (const char c : path) {
    word |= std::uint64_t{static_cast<unsigned char>(c)} << shift;
    shift += 8;
    if (shift == 64) {
      hash = mix(hash, word);
      word = 0;
      shift = 0;
    }
  }
  hash = mix(hash, word);
  hash = mix(hash, path.size());
  hash = mix(hash, info.mode);
  hash = mix(hash, info.size);
  hash = mix(hash, info.device);
  hash = mix(hash, info.inode);
  hash = mix(hash, static_cast<std::uint64_t>(info.mtime_ns));
  hash = mix(hash, static_cast<std::uint64_t>(info.ctime_ns));
  hash = (hash ^ (hash >> 31)) * kThird;
  return hash ^ (hash >> 29);
}

}  // namespace dksnap::worker
