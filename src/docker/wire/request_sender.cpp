#include "docker/wire/request_sender.hpp"

#include <array>
#include <cstring>
#include <vector>

#include <fmt/format.h>

namespace dksnap::docker {
namespace {

// Progress that an engine writes before it has read all of a body must be taken from it, or both
// sides wait for ever. The calls that get such answers get short ones.
constexpr std::size_t kMostEarly = 1024 * 1024;

constexpr std::size_t kChunk = 128 * 1024;
constexpr std::size_t kChunkHead = 10;  // eight hex digits and a line's end

}  // namespace

void RequestSender::send(const std::string& host, const Request& request) {
  std::string head = request.method + " " + request.target + " HTTP/1.1\r\nHost: " + host +
                     "\r\nUser-Agent: dksnap\r\n";
  head += request.upgrade ? "Connection: Upgrade\r\nUpgrade: tcp\r\n" : "Connection: close\r\n";
  if (!request.content_type.empty()) head += "Content-Type: " + request.content_type + "\r\n";
  if (request.stream != nullptr) {
    head += "Transfer-Encoding: chunked\r\n";
  } else if (!request.content_type.empty() || request.method == "POST") {
    head += "Content-Length: " + std::to_string(request.body.size()) + "\r\n";
  }
  head += "\r\n";
  if (!push(head + request.body) || request.stream == nullptr) return;
  push_stream(*request.stream);
}

void RequestSender::push_stream(Source& stream) {
  std::vector<std::byte> buffer(kChunkHead + kChunk + 2);
  for (;;) {
    const std::size_t count = stream.read(std::span(buffer).subspan(kChunkHead, kChunk));
    if (count == 0) break;
    const std::string size = fmt::format("{:08x}\r\n", count);
    std::memcpy(buffer.data(), size.data(), kChunkHead);
    std::memcpy(buffer.data() + kChunkHead + count, "\r\n", 2);
    if (!push(std::span<const std::byte>(buffer).first(kChunkHead + count + 2))) return;
  }
  push(std::string_view("0\r\n\r\n"));
}

bool RequestSender::push(std::span<const std::byte> bytes) {
  while (!bytes.empty()) {
    try {
      read_early();
      if (early_end_ || refused()) return false;
      if (const auto count = channel_.try_write(bytes)) {
        bytes = bytes.subspan(*count);
        continue;
      }
    } catch (const Error&) {
      failure_ = std::current_exception();
      return false;
    }
    channel_.wait({.read = early_.size() < kMostEarly, .write = true});
  }
  return true;
}

void RequestSender::read_early() {
  std::array<std::byte, 4096> buffer;
  while (!early_end_ && early_.size() < kMostEarly) {
    const auto count = channel_.try_read(buffer);
    if (!count) return;
    early_end_ = *count == 0;
    early_.append(reinterpret_cast<const char*>(buffer.data()), *count);
  }
}

// "HTTP/1.1 500": the first digit of the status decides.
bool RequestSender::refused() const {
  return early_.size() > 9 && early_[9] >= '3';
}

void RequestSender::rethrow_failure() const {
  if (failure_) std::rethrow_exception(failure_);
}

}  // namespace dksnap::docker
