#include "worker/copy/copy_contents.hpp"

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <future>
#include <linux/fs.h>
#include <span>
#include <sys/ioctl.h>
#include <unistd.h>
#include <vector>

#include "base/error.hpp"
#include "base/text.hpp"

namespace dksnap::worker {
namespace {

constexpr std::uint64_t kBlock = 512;  // st_blocks counts these
// One call's worth: progress moves and a stop is heard between two.
constexpr std::uint64_t kPiece = 8 * 1024 * 1024;
constexpr std::size_t kBuffer = 512 * 1024;
// Databases change their files in pages of this size or less.
constexpr std::size_t kPage = 8 * 1024;
constexpr std::uint64_t kWorthTwoThreads = 32 * 1024 * 1024;

// Once a way was refused it is not tried for every file again.
std::atomic<bool> clone_works{true};
std::atomic<bool> kernel_copy_works{true};

std::span<std::byte> thread_buffer(int which) {
  thread_local std::vector<std::byte> buffers[2];
  if (buffers[which].empty()) buffers[which].resize(kBuffer);
  return buffers[which];
}

std::size_t read_at(int fd, std::span<std::byte> into, std::uint64_t offset,
                    const std::string& path) {
  for (;;) {
    const ssize_t count = ::pread(fd, into.data(), into.size(), static_cast<off_t>(offset));
    if (count >= 0) return static_cast<std::size_t>(count);
    if (errno != EINTR) throw system_error("cannot read " + printable(path));
  }
}

void write_at(int fd, std::span<const std::byte> bytes, std::uint64_t offset,
              const std::string& path) {
  while (!bytes.empty()) {
    const ssize_t count = ::pwrite(fd, bytes.data(), bytes.size(), static_cast<off_t>(offset));
    if (count < 0) {
      if (errno == EINTR) continue;
      throw system_error("cannot write the copy of " + printable(path));
    }
    bytes = bytes.subspan(static_cast<std::size_t>(count));
    offset += static_cast<std::uint64_t>(count);
  }
}

// As much as fits; less than asked for only at the end of the file.
std::size_t fill(int fd, std::span<std::byte> into, std::uint64_t offset, const std::string& path) {
  std::size_t got = 0;
  while (got < into.size()) {
    const std::size_t count = read_at(fd, into.subspan(got), offset + got, path);
    if (count == 0) break;
    got += count;
  }
  return got;
}

// Makes the bytes from `at` to `end` alike. Returns how many were written.
std::uint64_t update_range(int from, int to, std::uint64_t at, std::uint64_t end,
                           const std::string& path) {
  const auto wanted = thread_buffer(0);
  const auto present = thread_buffer(1);
  std::uint64_t written = 0;
  while (at < end) {
    const auto want = static_cast<std::size_t>(std::min<std::uint64_t>(kBuffer, end - at));
    const std::size_t got = fill(from, wanted.first(want), at, path);
    const std::size_t has = fill(to, present.first(got), at, path);
    for (std::size_t start = 0; start < got; start += kPage) {
      const std::size_t size = std::min(kPage, got - start);
      const bool same = start + size <= has &&
                        std::memcmp(wanted.data() + start, present.data() + start, size) == 0;
      if (same) continue;
      write_at(to, wanted.subspan(start, size), at + start, path);
      written += size;
    }
    if (got < want) break;
    at += got;
  }
  return written;
}

// 0: this way does not work (here), or the file ends.
std::uint64_t copy_in_kernel(int from, int to, std::uint64_t offset, std::uint64_t size,
                             const std::string& path) {
  if (!kernel_copy_works) return 0;
  auto in = static_cast<off64_t>(offset);
  auto out = in;
  for (;;) {
    const ssize_t count = ::copy_file_range(from, &in, to, &out, size, 0);
    if (count >= 0) return static_cast<std::uint64_t>(count);
    switch (errno) {
      case EINTR:
        continue;
      case EXDEV:
      case ENOSYS:
      case EINVAL:
      case EOPNOTSUPP:
      case EPERM:
      case ETXTBSY:
        kernel_copy_works = false;
        return 0;
      default:
        throw system_error("cannot copy " + printable(path));
    }
  }
}

// False if the file ends before.
bool copy_range(int from, int to, std::uint64_t offset, std::uint64_t size, const std::string& path,
                const std::function<void(std::uint64_t)>& on_bytes) {
  while (size > 0) {
    const std::uint64_t piece = std::min(size, kPiece);
    std::uint64_t copied = copy_in_kernel(from, to, offset, piece, path);
    if (copied == 0) {
      const auto buffer = thread_buffer(0).first(std::min<std::size_t>(piece, kBuffer));
      copied = read_at(from, buffer, offset, path);
      if (copied == 0) return false;
      write_at(to, buffer.first(copied), offset, path);
    }
    offset += copied;
    size -= copied;
    on_bytes(copied);
  }
  return true;
}

}  // namespace

void for_each_extent(int fd, const FileInfo& info,
                     const std::function<void(std::uint64_t, std::uint64_t)>& on_data) {
  const bool sparse = info.blocks * kBlock < info.size;
  std::uint64_t at = 0;
  while (at < info.size) {
    std::uint64_t start = at;
    std::uint64_t end = info.size;
    if (sparse) {
      const off_t data = ::lseek(fd, static_cast<off_t>(at), SEEK_DATA);
      if (data < 0 && errno == ENXIO) return;  // only a hole is left
      if (data >= 0) {
        start = static_cast<std::uint64_t>(data);
        const off_t hole = ::lseek(fd, data, SEEK_HOLE);
        if (hole > data) end = std::min(end, static_cast<std::uint64_t>(hole));
      }
    }
    if (start >= info.size) return;
    on_data(start, end - start);
    at = end;
  }
}

void copy_contents(int from, int to, const FileInfo& info, const std::string& path,
                   const std::function<void(std::uint64_t)>& on_bytes) {
  if (info.size == 0) return;
  if (clone_works) {
    if (::ioctl(to, FICLONE, from) == 0) {
      on_bytes(info.size);
      return;
    }
    clone_works = false;
  }
  bool complete = true;
  for_each_extent(from, info, [&](std::uint64_t offset, std::uint64_t size) {
    complete = complete && copy_range(from, to, offset, size, path, on_bytes);
  });
  const bool sparse = info.blocks * kBlock < info.size;
  // A hole at the end is written by nobody.
  if (sparse && complete && ::ftruncate(to, static_cast<off_t>(info.size)) != 0) {
    throw system_error("cannot write the copy of " + printable(path));
  }
}

std::uint64_t update_contents(int from, int to, const FileInfo& info, const std::string& path) {
  if (::ftruncate(to, static_cast<off_t>(info.size)) != 0) {
    throw system_error("cannot write the copy of " + printable(path));
  }
  if (info.size < kWorthTwoThreads) return update_range(from, to, 0, info.size, path);
  const std::uint64_t middle = info.size / 2 / kBuffer * kBuffer;
  auto second = std::async(std::launch::async,
                           [&] { return update_range(from, to, middle, info.size, path); });
  const std::uint64_t first = update_range(from, to, 0, middle, path);
  return first + second.get();
}

bool same_contents(int a, int b, std::uint64_t size, const std::string& path) {
  const auto left = thread_buffer(0);
  const auto right = thread_buffer(1);
  for (std::uint64_t at = 0;; at += kBuffer) {
    const std::size_t got = fill(a, left, at, path);
    if (got != fill(b, right, at, path)) return false;
    if (std::memcmp(left.data(), right.data(), got) != 0) return false;
    if (got < kBuffer) return at + got == size;
  }
}

}  // namespace dksnap::worker
