#include "base/stream.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

#include "base/error.hpp"

namespace dksnap {
namespace {

constexpr std::size_t kLongestLine = 1024 * 1024;

Error ended_early() {
  return {ErrorCode::failed, "a stream ended before its end",
          "the other side closed the connection or wrote too little", "run the command again"};
}

}  // namespace

std::uint64_t copy(Source& from, Sink& to, std::uint64_t limit) {
  std::vector<std::byte> buffer(
      static_cast<std::size_t>(std::min<std::uint64_t>(kCopyBuffer, limit)));
  std::uint64_t total = 0;
  while (total < limit) {
    const auto want =
        static_cast<std::size_t>(std::min<std::uint64_t>(buffer.size(), limit - total));
    const std::size_t got = from.read(std::span(buffer).first(want));
    if (got == 0) break;
    to.write(std::span<const std::byte>(buffer).first(got));
    total += got;
  }
  return total;
}

void read_exactly(Source& from, std::span<std::byte> into) {
  while (!into.empty()) {
    const std::size_t got = from.read(into);
    if (got == 0) throw ended_early();
    into = into.subspan(got);
  }
}

std::string read_all(Source& from, std::size_t limit) {
  std::string text;
  std::vector<std::byte> buffer(16 * 1024);
  while (const std::size_t got = from.read(buffer)) {
    if (text.size() + got > limit) {
      throw Error(ErrorCode::failed, "an answer is larger than expected",
                  "more than " + std::to_string(limit) + " bytes");
    }
    text.append(reinterpret_cast<const char*>(buffer.data()), got);
  }
  return text;
}

std::size_t StringSource::read(std::span<std::byte> into) {
  const std::size_t count = std::min(into.size(), text_.size() - at_);
  std::memcpy(into.data(), text_.data() + at_, count);
  at_ += count;
  return count;
}

void StringSink::write(std::span<const std::byte> bytes) {
  text_.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
}

void TailSink::write(std::span<const std::byte> bytes) {
  text_.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  if (text_.size() > limit_) text_.erase(0, text_.size() - limit_);
}

void LineSink::write(std::span<const std::byte> bytes) {
  std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    pending_.append(text.substr(0, end));
    if (pending_.size() > kLongestLine) {
      throw Error(ErrorCode::failed, "a line of output is too long", "more than 1 MiB");
    }
    if (end == std::string_view::npos) return;
    text.remove_prefix(end + 1);
    const std::string line = std::exchange(pending_, {});
    on_line_(line);
  }
}

void LineSink::finish() {
  if (pending_.empty()) return;
  const std::string line = std::exchange(pending_, {});
  on_line_(line);
}

std::size_t LimitedSource::read(std::span<std::byte> into) {
  if (left_ == 0) return 0;
  const auto want = static_cast<std::size_t>(std::min<std::uint64_t>(into.size(), left_));
  const std::size_t got = from_.read(into.first(want));
  if (got == 0) throw ended_early();
  left_ -= got;
  return got;
}

std::size_t ChainSource::read(std::span<std::byte> into) {
  while (at_ < parts_.size()) {
    if (const std::size_t got = parts_[at_]->read(into)) return got;
    ++at_;
  }
  return 0;
}

std::size_t CountingSource::read(std::span<std::byte> into) {
  const std::size_t got = from_.read(into);
  count_ += got;
  if (got != 0 && on_bytes_) on_bytes_(count_);
  return got;
}

}  // namespace dksnap
