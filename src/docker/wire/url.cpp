#include "docker/wire/url.hpp"

#include "base/error.hpp"

namespace dksnap::docker {
namespace {

constexpr std::string_view kUnreserved =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";

int base64_value(char c) {
  if (c >= 'A' && c <= 'Z') return c - 'A';
  if (c >= 'a' && c <= 'z') return c - 'a' + 26;
  if (c >= '0' && c <= '9') return c - '0' + 52;
  if (c == '+' || c == '-') return 62;
  if (c == '/' || c == '_') return 63;
  return -1;
}

}  // namespace

std::string escape(std::string_view text, std::string_view keep) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    if (kUnreserved.find(c) != std::string_view::npos || keep.find(c) != std::string_view::npos) {
      out += c;
    } else {
      const auto byte = static_cast<unsigned char>(c);
      out += {'%', kDigits[byte >> 4U], kDigits[byte & 15U]};
    }
  }
  return out;
}

Target& Target::query(std::string_view key, std::string_view value) {
  text_ += has_query_ ? '&' : '?';
  has_query_ = true;
  text_ += escape(key) + "=" + escape(value);
  return *this;
}

Target container_target(std::string_view id, std::string_view rest) {
  if (id.empty()) throw Error(ErrorCode::not_found, "the name of the container is empty");
  return Target("/containers/" + escape(id) + std::string(rest));
}

Target volume_target(std::string_view name) {
  if (name.empty()) throw Error(ErrorCode::not_found, "the name of the volume is empty");
  return Target("/volumes/" + escape(name));
}

Target network_target(std::string_view name, std::string_view rest) {
  if (name.empty()) throw Error(ErrorCode::not_found, "the name of the network is empty");
  return Target("/networks/" + escape(name) + std::string(rest));
}

Target image_target(std::string_view reference, std::string_view rest) {
  if (reference.empty()) throw Error(ErrorCode::not_found, "the name of the image is empty");
  return Target("/images/" + escape(reference, "/:@") + std::string(rest));
}

std::string decode_base64(std::string_view text) {
  while (!text.empty() && text.back() == '=') text.remove_suffix(1);
  std::string out;
  unsigned bits = 0;
  int count = 0;
  for (const char c : text) {
    const int value = base64_value(c);
    if (value < 0) throw Error(ErrorCode::failed, "the engine's answer is not base64");
    bits = (bits << 6U | static_cast<unsigned>(value)) & 0xFFFFFFU;
    count += 6;
    if (count >= 8) {
      count -= 8;
      out += static_cast<char>(bits >> static_cast<unsigned>(count) & 0xFFU);
    }
  }
  return out;
}

}  // namespace dksnap::docker
