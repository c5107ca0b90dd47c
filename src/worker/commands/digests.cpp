#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <optional>
#include <sys/stat.h>
#include <unistd.h>
#include <vector>

#include "base/digest.hpp"
#include "base/error.hpp"
#include "base/paths.hpp"
#include "base/text.hpp"
#include "worker/commands/commands.hpp"
#include "worker/manifest/manifest_file.hpp"
#include "worker/tree/hash_file.hpp"

namespace dksnap::worker {
namespace {

// What the manifest in the image says of files that nobody has touched since. Paths must be asked
// for in manifest order.
class KnownDigests {
 public:
  explicit KnownDigests(const Place& place) {
    struct stat own {};
    if (::stat(place.at(kWorkerPath).c_str(), &own) != 0) return;
    // Put there when the container was made: what has changed since has a later ctime, whatever
    // its mtime was set to.
    made_ns_ = own.st_ctim.tv_sec * 1'000'000'000LL + own.st_ctim.tv_nsec;
    struct stat manifest {};
    if (::stat(place.at(kManifestPath).c_str(), &manifest) == 0)
      cursor_.emplace(place.at(kManifestPath), ManifestForm::zstd);
  }
  // Empty: it has to be read.
  std::string find(const std::string& path, const FileInfo& info) {
    if (!cursor_ || info.ctime_ns >= made_ns_) return {};
    const ManifestEntry* const entry = cursor_->find(path);
    const bool is_it = entry != nullptr && entry->type == FileType::file && !entry->mapped &&
                       entry->size == info.size && entry->mtime_ns == info.mtime_ns;
    return is_it ? entry->sha256 : std::string();
  }

 private:
  std::optional<ManifestCursor> cursor_;
  std::int64_t made_ns_ = 0;
};

std::string digest_of_range(int directory, const std::string& name, const ByteRange& range) {
  const Fd fd = open_to_read(directory, name, range.path);
  if (!fd) return {};
  NullSink nowhere;
  HashingSink hash(nowhere);
  std::vector<std::byte> buffer(64UL * 1024);
  std::uint64_t at = range.from;
  for (std::uint64_t left = range.length; left > 0;) {
    const auto piece = static_cast<std::size_t>(std::min<std::uint64_t>(left, buffer.size()));
    const ssize_t count = ::pread(fd.get(), buffer.data(), piece, static_cast<off_t>(at));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) throw system_error("cannot read " + printable(range.path));
    if (count == 0) return {};
    const auto got = static_cast<std::size_t>(count);
    hash.write(std::span<const std::byte>(buffer).first(got));
    at += got;
    left -= got;
  }
  return to_hex(hash.finish());
}

}  // namespace

std::vector<std::string> digests_of(const Place& place, const std::vector<ByteRange>& wanted) {
  std::vector<std::string> resolved;
  std::vector<std::size_t> order;
  for (const ByteRange& one : wanted) {
    order.push_back(resolved.size());
    resolved.push_back(
        join_path(resolve_below(place.fd(), parent_path(one.path)), base_name(one.path)));
  }
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return compare_paths(resolved[a], resolved[b]) < 0;
  });
  KnownDigests known(place);
  std::vector<std::string> digests(wanted.size());
  for (const std::size_t i : order) {
    const std::string& path = resolved[i];
    const std::string name(base_name(path));
    const Fd directory = open_directory_below(place.fd(), parent_path(path));
    const auto info = directory ? stat_at(directory.get(), name, path) : std::nullopt;
    if (!info || !info->is_file()) continue;
    if (!wanted[i].is_whole()) {
      digests[i] = digest_of_range(directory.get(), name, wanted[i]);
      continue;
    }
    digests[i] = known.find(path, *info);
    NullSink nowhere;
    if (digests[i].empty()) digests[i] = read_and_hash(directory.get(), name, path, *info, nowhere);
  }
  return digests;
}

}  // namespace dksnap::worker
