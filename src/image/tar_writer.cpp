#include <algorithm>
#include <array>

#include "base/error.hpp"
#include "base/text.hpp"
#include "base/time.hpp"
#include "image/tar.hpp"
#include "image/tar_header.hpp"
#include "image/tar_pax.hpp"

namespace dksnap::image {
namespace {

constexpr std::string_view kPaxName = "PaxHeader";

Error cannot_write(const std::string& path, std::string why) {
  return {ErrorCode::failed, "cannot put \"" + printable(path) + "\" into an archive",
          std::move(why)};
}

void check_entry(const TarEntry& entry) {
  const std::string& path = entry.path;
  if (path.empty() || path.front() == '/' || path.back() == '/') {
    throw cannot_write(path, "its path is not a relative one");
  }
  if (path.find('\0') != std::string::npos || entry.link_target.find('\0') != std::string::npos) {
    throw cannot_write(path, "its path or its target holds a NUL byte");
  }
  const bool link = entry.type == TarType::hard_link || entry.type == TarType::symlink;
  if (link == entry.link_target.empty()) {
    throw cannot_write(path, link ? "the link has no target" : "it has a target but is no link");
  }
  if (entry.size != 0 && entry.type != TarType::file) {
    throw cannot_write(path, "only files have content");
  }
  if (entry.device_major > kOctal7 || entry.device_minor > kOctal7) {
    throw cannot_write(path, "its device number is too large for an archive");
  }
}

// Where a long path may be cut into ustar's prefix and name; npos where it may not.
std::size_t find_split(std::string_view path) {
  if (path.size() > kTarPrefix.size + 1 + kTarName.size) return std::string_view::npos;
  // As late as the prefix allows. A slash at the very end is the directory's and no place to cut.
  const std::size_t latest = std::min(kTarPrefix.size, path.size() - 2);
  const std::size_t slash = path.rfind('/', latest);
  if (slash == std::string_view::npos || slash == 0) return std::string_view::npos;
  return path.size() - slash - 1 <= kTarName.size ? slash : std::string_view::npos;
}

void set_path(TarHeader& header, PaxRecords& records, std::string_view path) {
  if (path.size() > kTarName.size) {
    const std::size_t split = find_split(path);
    if (split != std::string_view::npos) {
      header.set_text(kTarPrefix, path.substr(0, split));
      path.remove_prefix(split + 1);
    } else {
      records["path"] = path;
    }
  }
  header.set_text(kTarName, path);
}

// The number, or 0 and a pax record where octal cannot hold it.
void set_number(TarHeader& header, PaxRecords& records, TarField field, std::uint64_t value,
                const char* key) {
  const std::uint64_t largest = field.size == 12 ? kOctal11 : kOctal7;
  if (value > largest) records[key] = std::to_string(value);
  header.set_number(field, value > largest ? 0 : value);
}

void set_mtime(TarHeader& header, PaxRecords& records, std::int64_t ns) {
  const bool fits = ns >= 0 && static_cast<std::uint64_t>(ns / kNanosecondsPerSecond) <= kOctal11;
  if (!fits || ns % kNanosecondsPerSecond != 0) records["mtime"] = format_pax_time(ns);
  header.set_number(kTarMtime, fits ? static_cast<std::uint64_t>(ns / kNanosecondsPerSecond) : 0);
}

void set_xattrs(PaxRecords& records, const TarEntry& entry) {
  for (const auto& [name, value] : entry.xattrs) {
    // A record's key ends at its first '='.
    if (name.empty() || name.find('=') != std::string::npos ||
        name.find('\0') != std::string::npos) {
      throw cannot_write(
          entry.path, "tar has no way to write the extended attribute \"" + printable(name) + "\"");
    }
    records[std::string(kPaxXattr) + name] = value;
  }
}

// Pax values are UTF-8 unless this record says otherwise; bsdtar and Python then leave them alone.
void set_charset(PaxRecords& records) {
  for (const char* key : {"path", "linkpath"}) {
    const auto record = records.find(key);
    if (record == records.end()) continue;
    const std::string& value = record->second;
    if (std::any_of(value.begin(), value.end(), [](unsigned char c) { return c >= 0x80; })) {
      records["hdrcharset"] = "BINARY";
      return;
    }
  }
}

}  // namespace

void TarWriter::add(const TarEntry& entry) {
  if (left_ != 0) {
    throw Error(ErrorCode::failed, "cannot write an archive",
                "a file in it is shorter than was said before");
  }
  check_entry(entry);
  TarHeader header;
  PaxRecords records;
  const bool directory = entry.type == TarType::directory;
  set_path(header, records, directory ? entry.path + "/" : entry.path);
  if (entry.link_target.size() > kTarLink.size) records["linkpath"] = entry.link_target;
  header.set_text(kTarLink, entry.link_target);
  header.set_type(static_cast<char>(entry.type));
  header.set_number(kTarMode, entry.mode & 07777U);
  set_number(header, records, kTarUid, entry.uid, "uid");
  set_number(header, records, kTarGid, entry.gid, "gid");
  set_number(header, records, kTarSize, entry.size, "size");
  set_mtime(header, records, entry.mtime_ns);
  header.set_number(kTarDeviceMajor, entry.device_major);
  header.set_number(kTarDeviceMinor, entry.device_minor);
  set_xattrs(records, entry);
  set_charset(records);
  header.seal();

  if (!records.empty()) {
    const std::string text = format_pax(records);
    if (text.size() > kLargestTarRecord) {
      throw cannot_write(entry.path, "its extended attributes are larger than 1 MiB");
    }
    TarHeader pax;
    pax.set_text(kTarName, kPaxName);
    pax.set_type('x');
    pax.set_number(kTarMode, 0644);
    for (const TarField field : {kTarUid, kTarGid, kTarMtime, kTarDeviceMajor, kTarDeviceMinor}) {
      pax.set_number(field, 0);
    }
    pax.set_number(kTarSize, text.size());
    pax.seal();
    to_.write(pax.bytes());
    to_.write(text);
    written_ += kTarBlock + text.size();
    pad();
  }
  to_.write(header.bytes());
  written_ += kTarBlock;
  left_ = entry.size;
}

void TarWriter::write(std::span<const std::byte> bytes) {
  if (bytes.size() > left_) {
    throw Error(ErrorCode::failed, "cannot write an archive",
                "a file in it is longer than was said before");
  }
  to_.write(bytes);
  left_ -= bytes.size();
  written_ += bytes.size();
  if (left_ == 0) pad();
}

void TarWriter::add_file(const std::string& path, std::string_view content, std::uint32_t mode) {
  TarEntry entry;
  entry.path = path;
  entry.size = content.size();
  entry.mode = mode;
  add(entry);
  write(std::as_bytes(std::span(content.data(), content.size())));
}

void TarWriter::finish() {
  if (left_ != 0) {
    throw Error(ErrorCode::failed, "cannot write an archive",
                "the last file in it is shorter than was said before");
  }
  const std::array<std::byte, 2 * kTarBlock> end{};
  to_.write(end);
  written_ += end.size();
}

void TarWriter::pad() {
  const std::array<std::byte, kTarBlock> zeros{};
  const std::size_t count = tar_padding(written_);
  if (count != 0) to_.write(std::span(zeros).first(count));
  written_ += count;
}

}  // namespace dksnap::image
