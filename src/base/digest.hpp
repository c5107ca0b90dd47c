// SHA-256, in the form images use it.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "base/stream.hpp"

namespace dksnap {

using Sha256Bytes = std::array<std::uint8_t, 32>;

// Computes one SHA-256. Not thread-safe.
class Sha256 {
 public:
  Sha256();
  ~Sha256();
  Sha256(Sha256&&) noexcept;
  Sha256& operator=(Sha256&&) noexcept;
  void update(std::span<const std::byte> bytes);
  // The digest of all that was given; the object must not be used after.
  Sha256Bytes finish();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

std::string to_hex(std::span<const std::uint8_t> bytes);
// "sha256:" and 64 hex digits, as OCI writes a digest.
std::string to_digest(const Sha256Bytes& bytes);
std::string sha256_digest(std::string_view text);

// Passes bytes on, counts and hashes them. `to` must outlive it.
class HashingSink final : public Sink {
 public:
  explicit HashingSink(Sink& to) : to_(to) {}
  using Sink::write;
  void write(std::span<const std::byte> bytes) override;
  std::uint64_t count() const { return count_; }
  Sha256Bytes finish() { return hash_.finish(); }

 private:
  Sink& to_;
  Sha256 hash_;
  std::uint64_t count_ = 0;
};

}  // namespace dksnap
