#include "base/digest.hpp"

// The low-level functions are deprecated in OpenSSL 3, not gone. They are used because the worker
// links statically and must stay small: EVP would pull the whole provider machinery into it.
#define OPENSSL_SUPPRESS_DEPRECATED
#include <openssl/sha.h>

namespace dksnap {

struct Sha256::State {
  SHA256_CTX context;
};

Sha256::Sha256() : state_(std::make_unique<State>()) {
  SHA256_Init(&state_->context);
}
Sha256::~Sha256() = default;
Sha256::Sha256(Sha256&&) noexcept = default;
Sha256& Sha256::operator=(Sha256&&) noexcept = default;

void Sha256::update(std::span<const std::byte> bytes) {
  SHA256_Update(&state_->context, bytes.data(), bytes.size());
}

Sha256Bytes Sha256::finish() {
  Sha256Bytes digest;
  SHA256_Final(digest.data(), &state_->context);
  return digest;
}

std::string to_hex(std::span<const std::uint8_t> bytes) {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string text;
  text.reserve(bytes.size() * 2);
  for (const std::uint8_t byte : bytes) {
    text += kDigits[byte >> 4];
    text += kDigits[byte & 15];
  }
  return text;
}

std::string to_digest(const Sha256Bytes& bytes) {
  return "sha256:" + to_hex(bytes);
}

std::string sha256_digest(std::string_view text) {
  Sha256 hash;
  hash.update(std::as_bytes(std::span(text.data(), text.size())));
  return to_digest(hash.finish());
}

void HashingSink::write(std::span<const std::byte> bytes) {
  hash_.update(bytes);
  count_ += bytes.size();
  to_.write(bytes);
}

}  // namespace dksnap
