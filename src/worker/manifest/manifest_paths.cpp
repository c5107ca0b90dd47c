#include <algorithm>

#include "base/error.hpp"
#include "base/text.hpp"
#include "worker/manifest/manifest.hpp"

namespace dksnap::worker {
namespace {

constexpr std::string_view kDigits = "0123456789ABCDEF";

bool is_escaped(unsigned char byte) {
  return byte == '%' || byte <= 0x20 || byte >= 0x7f;
}

// 0 for '/', which no name can hold a smaller byte than: NUL is in no path.
int rank(char byte) {
  return byte == '/' ? 0 : static_cast<unsigned char>(byte);
}

}  // namespace

int compare_paths(std::string_view a, std::string_view b) {
  const std::size_t common = std::min(a.size(), b.size());
  for (std::size_t i = 0; i < common; ++i) {
    if (a[i] != b[i]) return rank(a[i]) - rank(b[i]);
  }
  if (a.size() == b.size()) return 0;
  return a.size() < b.size() ? -1 : 1;
}

std::string escape_path(std::string_view bytes) {
  std::string text;
  text.reserve(bytes.size());
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    if (is_escaped(byte)) {
      text += '%';
      text += kDigits[byte >> 4];
      text += kDigits[byte & 15];
    } else {
      text += c;
    }
  }
  return text;
}

std::string unescape_path(std::string_view text) {
  const auto refuse = [&]() {
    return Error(ErrorCode::failed, "an escaped path is damaged", printable(text.substr(0, 200)));
  };
  std::string bytes;
  bytes.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      if (is_escaped(static_cast<unsigned char>(text[i]))) throw refuse();
      bytes += text[i];
      continue;
    }
    if (text.size() - i < 3) throw refuse();
    const std::size_t high = kDigits.find(text[i + 1]);
    const std::size_t low = kDigits.find(text[i + 2]);
    if (high == std::string_view::npos || low == std::string_view::npos) throw refuse();
    bytes += static_cast<char>(high * 16 + low);
    i += 2;
  }
  return bytes;
}

}  // namespace dksnap::worker
