#include <algorithm>
#include <array>
#include <optional>
#include <utility>
#include <vector>

#include "base/text.hpp"
#include "image/tar.hpp"
#include "image/tar_header.hpp"
#include "image/tar_pax.hpp"

namespace dksnap::image {
namespace {

constexpr std::size_t kSkipBuffer = 64 * 1024;

void skip(Source& from, std::uint64_t count) {
  if (count == 0) return;
  std::vector<std::byte> buffer(
      static_cast<std::size_t>(std::min<std::uint64_t>(count, kSkipBuffer)));
  LimitedSource limited(from, count);
  while (limited.read(buffer) != 0) {
  }
}

// False where the archive ends before the block's first byte.
bool read_block(Source& from, TarHeader& header) {
  const std::span<std::byte> bytes = header.bytes();
  const std::size_t first = from.read(bytes);
  if (first == 0) return false;
  read_exactly(from, bytes.subspan(first));
  return true;
}

std::uint64_t size_of(const TarHeader& header) {
  const std::int64_t size = header.number(kTarSize);
  if (size < 0) throw tar_damaged("a size is negative");
  return static_cast<std::uint64_t>(size);
}

// The content of a header that describes the next entry.
std::string read_record(Source& from, const TarHeader& header) {
  const std::uint64_t size = size_of(header);
  if (size > kLargestTarRecord) throw tar_damaged("a header is larger than 1 MiB");
  std::string text(static_cast<std::size_t>(size), '\0');
  read_exactly(from, std::as_writable_bytes(std::span(text)));
  skip(from, tar_padding(size));
  return text;
}

std::string up_to_nul(std::string text) {
  text.resize(std::min(text.size(), text.find('\0')));
  return text;
}

// Without what makes a path absolute or says the same twice: "/a", "./a", "a/" are "a".
std::string normalise(std::string path, const char* what) {
  if (path.empty()) throw tar_damaged(std::string(what) + " has no name");
  if (path.find('\0') != std::string::npos) throw tar_damaged("a name holds a NUL byte");
  while (!path.empty() && path.back() == '/') path.pop_back();
  std::size_t start = 0;
  while (start < path.size()) {
    if (path[start] == '/') {
      start += 1;
    } else if (path.compare(start, 2, "./") == 0) {
      start += 2;
    } else {
      break;
    }
  }
  path.erase(0, start);
  return path.empty() ? "." : path;
}

TarType type_of(const TarHeader& header) {
  switch (const char letter = header.type()) {
    case '\0':
    case '0':
    case '7':  // "contiguous": a file, says POSIX, where nothing better is known
      return TarType::file;
    case '1':
    case '2':
    case '3':
    case '4':
    case '5':
    case '6':
      return static_cast<TarType>(letter);
    case 'S':
      throw tar_damaged("it holds a sparse file, which is not supported");
    default:
      throw tar_damaged("it holds an entry of the unknown type \"" +
                        printable(std::string(1, letter)) + "\"");
  }
}

std::uint64_t owner_of(const TarHeader& header, TarField field) {
  // Negative ones are written by nobody who means it.
  return static_cast<std::uint64_t>(std::max<std::int64_t>(header.number(field), 0));
}

std::uint32_t device_number(const TarHeader& header, TarField field) {
  const std::int64_t number = header.number(field);
  if (number < 0 || number > static_cast<std::int64_t>(kOctal7)) {
    throw tar_damaged("a device number is too large");
  }
  return static_cast<std::uint32_t>(number);
}

void read_header(const TarHeader& header, TarEntry& entry) {
  entry = {};
  entry.type = type_of(header);
  entry.path = header.text(kTarName);
  if (header.is_posix()) {
    const std::string prefix = header.text(kTarPrefix);
    if (!prefix.empty()) entry.path = prefix + "/" + entry.path;
  }
  entry.link_target = header.text(kTarLink);
  entry.size = size_of(header);
  entry.mode = static_cast<std::uint32_t>(header.number(kTarMode)) & 07777U;
  entry.uid = owner_of(header, kTarUid);
  entry.gid = owner_of(header, kTarGid);
  entry.mtime_ns = tar_seconds_to_ns(header.number(kTarMtime));
  const bool device = entry.type == TarType::char_device || entry.type == TarType::block_device;
  if (device && (header.is_posix() || header.is_gnu())) {
    entry.device_major = device_number(header, kTarDeviceMajor);
    entry.device_minor = device_number(header, kTarDeviceMinor);
  }
}

void apply_records(const PaxRecords& records, TarEntry& entry) {
  for (const auto& [key, value] : records) {
    if (key.starts_with("GNU.sparse.")) {
      throw tar_damaged("it holds a sparse file, which is not supported");
    }
    if (key.starts_with(kPaxXattr)) {
      entry.xattrs[key.substr(kPaxXattr.size())] = value;
    } else if (value.empty()) {
      continue;  // POSIX: as if there were no such record
    } else if (key == "path") {
      entry.path = value;
    } else if (key == "linkpath") {
      entry.link_target = value;
    } else if (key == "size") {
      entry.size = parse_pax_number(value);
    } else if (key == "uid") {
      entry.uid = parse_pax_number(value);
    } else if (key == "gid") {
      entry.gid = parse_pax_number(value);
    } else if (key == "mtime") {
      entry.mtime_ns = parse_pax_time(value);
    }
  }
}

// What the format allows in several ways, in the one way that TarEntry promises.
void settle(TarEntry& entry) {
  // Archives older than type '5' mark a directory by a slash.
  if (entry.type == TarType::file && entry.path.ends_with('/')) {
    if (entry.size != 0) throw tar_damaged("a directory has content");
    entry.type = TarType::directory;
  }
  entry.path = normalise(std::move(entry.path), "an entry");
  if (entry.type == TarType::hard_link) {
    entry.link_target = normalise(std::move(entry.link_target), "a hard link's target");
  } else if (entry.type == TarType::symlink) {
    if (entry.link_target.empty() || entry.link_target.find('\0') != std::string::npos) {
      throw tar_damaged("a symbolic link has no valid target");
    }
  } else {
    entry.link_target.clear();
  }
  // Others may carry a size, of the linked file say, but no content follows.
  if (entry.type != TarType::file) entry.size = 0;
}

}  // namespace

TarReader::~TarReader() = default;

bool TarReader::next(TarEntry& entry) {
  if (ended_) return false;
  if (content_ != nullptr) {
    skip(*content_, content_->left());
    skip(from_, std::exchange(padding_, 0));
    content_.reset();
  }
  PaxRecords local;
  std::optional<std::string> long_path;
  std::optional<std::string> long_link;
  for (;;) {
    TarHeader header;
    if (!read_block(from_, header)) throw tar_damaged("it ends before its end marker");
    if (header.is_zero()) {
      if (!local.empty() || long_path || long_link) throw tar_damaged("its last entry is missing");
      // The marker is two blocks, but one is all that some programs write.
      if (read_block(from_, header) && !header.is_zero()) {
        throw tar_damaged("there is something behind its end marker");
      }
      ended_ = true;
      return false;
    }
    if (!header.checksum_fits()) throw tar_damaged("a header's checksum is wrong");
    const char type = header.type();
    if (type == 'x') {
      local = parse_pax(read_record(from_, header));
    } else if (type == 'g') {
      merge_global(parse_pax(read_record(from_, header)));
    } else if (type == 'L') {
      long_path = up_to_nul(read_record(from_, header));
    } else if (type == 'K') {
      long_link = up_to_nul(read_record(from_, header));
    } else {
      read_header(header, entry);
      if (long_path) entry.path = *long_path;
      if (long_link) entry.link_target = *long_link;
      apply_records(global_, entry);
      apply_records(local, entry);
      settle(entry);
      content_ = std::make_unique<LimitedSource>(from_, entry.size);
      padding_ = tar_padding(entry.size);
      return true;
    }
  }
}

void TarReader::merge_global(const std::map<std::string, std::string>& records) {
  std::size_t size = 0;
  for (const auto& [key, value] : records) global_[key] = value;
  for (const auto& [key, value] : global_) size += key.size() + value.size();
  if (size > kLargestTarRecord) throw tar_damaged("its global headers are larger than 1 MiB");
}

Source& TarReader::content() {
  if (content_ == nullptr) content_ = std::make_unique<LimitedSource>(from_, 0);
  return *content_;
}

}  // namespace dksnap::image
