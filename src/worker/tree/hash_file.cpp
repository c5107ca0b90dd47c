#include "worker/tree/hash_file.hpp"

#include <algorithm>
#include <cerrno>
#include <unistd.h>
#include <vector>

#include "base/digest.hpp"
#include "base/error.hpp"
#include "base/text.hpp"
#include "worker/copy/copy_contents.hpp"

namespace dksnap::worker {
namespace {

Error changed(const std::string& path) {
  return {ErrorCode::failed, "cannot pack " + printable(path), "it changed while it was read",
          "nothing else may write to the copy"};
}

bool is_as_expected(const FileInfo& info, const FileInfo& expected) {
  return info.is_file() && info.size == expected.size && info.mtime_ns == expected.mtime_ns;
}

void write_zeros(Sink& to, std::uint64_t count) {
  static const std::vector<std::byte> kZeros(kCopyBuffer);
  while (count > 0) {
    const auto piece = static_cast<std::size_t>(std::min<std::uint64_t>(count, kZeros.size()));
    to.write(std::span(kZeros).first(piece));
    count -= piece;
  }
}

void write_data(int fd, std::uint64_t offset, std::uint64_t size, Sink& to,
                const std::string& path) {
  static thread_local std::vector<std::byte> buffer(kCopyBuffer);
  while (size > 0) {
    const auto piece = static_cast<std::size_t>(std::min<std::uint64_t>(size, buffer.size()));
    const ssize_t count = ::pread(fd, buffer.data(), piece, static_cast<off_t>(offset));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) throw system_error("cannot read " + printable(path));
    if (count == 0) throw changed(path);
    const auto got = static_cast<std::size_t>(count);
    to.write(std::span<const std::byte>(buffer).first(got));
    offset += got;
    size -= got;
  }
}

}  // namespace

std::string read_and_hash(int directory, const std::string& name, const std::string& path,
                          const FileInfo& expected, Sink& to) {
  const Fd fd = open_to_read(directory, name, path);
  if (!fd) throw changed(path);
  const FileInfo info = stat_fd(fd.get(), path);
  if (!is_as_expected(info, expected)) throw changed(path);
  HashingSink hash(to);
  std::uint64_t at = 0;
  for_each_extent(fd.get(), info, [&](std::uint64_t offset, std::uint64_t size) {
    write_zeros(hash, offset - at);
    write_data(fd.get(), offset, size, hash, path);
    at = offset + size;
  });
  write_zeros(hash, info.size - at);
  if (!is_as_expected(stat_fd(fd.get(), path), expected)) throw changed(path);
  return to_hex(hash.finish());
}

}  // namespace dksnap::worker
