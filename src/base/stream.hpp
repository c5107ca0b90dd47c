// Byte streams. Whatever can be large moves through a Source or a Sink, never through a string.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace dksnap {

inline constexpr std::uint64_t kNoLimit = std::numeric_limits<std::uint64_t>::max();
// Large enough that system calls do not count, small enough for a handful of them to be nothing.
inline constexpr std::size_t kCopyBuffer = 256 * 1024;

// Gives bytes. One reader at a time; not thread-safe.
class Source {
 public:
  virtual ~Source() = default;
  // Reads at least one byte into `into` (not empty) and returns the count; 0 is the end, and stays
  // so. Throws Error when the bytes cannot be had.
  virtual std::size_t read(std::span<std::byte> into) = 0;
};

// Takes bytes. One writer at a time; not thread-safe.
class Sink {
 public:
  virtual ~Sink() = default;
  // Takes all of `bytes` or throws Error.
  virtual void write(std::span<const std::byte> bytes) = 0;
  void write(std::string_view text) { write(std::as_bytes(std::span(text.data(), text.size()))); }
};

// Moves bytes until the source ends or `limit` is reached; returns how many.
std::uint64_t copy(Source& from, Sink& to, std::uint64_t limit = kNoLimit);
// Fills all of `into`, or throws Error if the source ends before.
void read_exactly(Source& from, std::span<std::byte> into);
// For small things only: throws Error if the source holds more than `limit` bytes.
std::string read_all(Source& from, std::size_t limit);

class StringSource final : public Source {
 public:
  explicit StringSource(std::string text) : text_(std::move(text)) {}
  std::size_t read(std::span<std::byte> into) override;

 private:
  std::string text_;
  std::size_t at_ = 0;
};

class StringSink final : public Sink {
 public:
  using Sink::write;
  void write(std::span<const std::byte> bytes) override;
  const std::string& text() const { return text_; }
  std::string take() { return std::move(text_); }

 private:
  std::string text_;
};

// Keeps the last `limit` bytes: what is shown of a program's output when it failed.
class TailSink final : public Sink {
 public:
  explicit TailSink(std::size_t limit) : limit_(limit) {}
  using Sink::write;
  void write(std::span<const std::byte> bytes) override;
  const std::string& text() const { return text_; }

 private:
  std::size_t limit_;
  std::string text_;
};

class NullSink final : public Sink {
 public:
  using Sink::write;
  void write(std::span<const std::byte>) override {}
};

// Calls `on_line` for each line, without its end; call finish() for a last line without one. A
// line longer than 1 MiB is an Error.
class LineSink final : public Sink {
 public:
  explicit LineSink(std::function<void(std::string_view)> on_line) : on_line_(std::move(on_line)) {}
  using Sink::write;
  void write(std::span<const std::byte> bytes) override;
  void finish();

 private:
  std::function<void(std::string_view)> on_line_;
  std::string pending_;
};

// The next `size` bytes of another source, which must outlive it. If that one ends before, reading
// throws: a stream that was cut is never taken for a short one.
class LimitedSource final : public Source {
 public:
  LimitedSource(Source& from, std::uint64_t size) : from_(from), left_(size) {}
  std::size_t read(std::span<std::byte> into) override;
  std::uint64_t left() const { return left_; }

 private:
  Source& from_;
  std::uint64_t left_;
};

// One source after the other.
class ChainSource final : public Source {
 public:
  explicit ChainSource(std::vector<std::unique_ptr<Source>> parts) : parts_(std::move(parts)) {}
  std::size_t read(std::span<std::byte> into) override;

 private:
  std::vector<std::unique_ptr<Source>> parts_;
  std::size_t at_ = 0;
};

// Passes bytes on and counts them; `on_bytes` (may be empty) gets the new total.
class CountingSource final : public Source {
 public:
  explicit CountingSource(Source& from, std::function<void(std::uint64_t)> on_bytes = {})
      : from_(from), on_bytes_(std::move(on_bytes)) {}
  std::size_t read(std::span<std::byte> into) override;
  std::uint64_t count() const { return count_; }

 private:
  Source& from_;
  std::function<void(std::uint64_t)> on_bytes_;
  std::uint64_t count_ = 0;
};

}  // namespace dksnap
