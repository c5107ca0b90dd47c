// One entry of any type; regular files: mirror_file.cpp.
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "base/error.hpp"
#include "base/text.hpp"
#include "worker/copy/mirror.hpp"
#include "worker/copy/target.hpp"

namespace dksnap::worker {

void Mirror::mirror_entry(Entry& entry, bool whole) {
  Directory& in = *entry.in;
  const auto info = stat_at(in.source.get(), entry.source_name, entry.path);
  if (!info) {
    incomplete_ = true;
    return;
  }
  entry.info = *info;
  const bool is_root = in.tree == nullptr || entry.path == in.tree->target;
  if (!is_root && is_other_mount(context_.layout, *in.tree, entry.path, *info, in.info)) {
    const bool missing = !stat_at(in.target.get(), entry.target_name, entry.path);
    if (info->is_directory() && missing) {
      if (::mkdirat(in.target.get(), entry.target_name.c_str(), 0755) != 0) {
        throw system_error("cannot write the copy of " + printable(entry.path));
      }
      in.touched = true;
    }
    return;
  }
  result_.listing.add(entry.path, *info);
  const std::optional<FileInfo> target = clear_way(entry);
  if (info->is_socket()) {
    ++result_.sockets;
  } else if (info->is_directory()) {
    mirror_directory(entry, target, whole);
  } else {
    ++result_.files;
    if (info->is_file())
      mirror_file(entry, target);
    else
      mirror_other(entry, target);
  }
}

// What is in the entry's place, if it can become what the source has; anything else is removed.
std::optional<FileInfo> Mirror::clear_way(const Entry& entry) {
  Directory& in = *entry.in;
  auto target = stat_at(in.target.get(), entry.target_name, entry.path);
  if (!target || (target->same_type(entry.info) && !entry.info.is_socket())) return target;
  if (!entry.info.is_directory() && context_.layout.leads_to_tree(entry.path)) {
    throw Error(ErrorCode::failed, "cannot copy " + printable(entry.path),
                "it is no directory, but something else that is captured lies below it");
  }
  result_.removed += remove_entry(in.target.get(), entry.target_name, entry.path, {});
  in.touched = true;
  return std::nullopt;
}

void Mirror::mirror_directory(const Entry& entry, std::optional<FileInfo> target, bool whole) {
  Directory& in = *entry.in;
  const bool is_new = !target;
  if (is_new) {
    if (::mkdirat(in.target.get(), entry.target_name.c_str(), 0700) != 0) {
      throw system_error("cannot write the copy of " + printable(entry.path));
    }
    in.touched = true;
    target = FileInfo();
  }
  auto directory = std::make_shared<Directory>();
  directory->tree = in.tree;
  directory->path = entry.path;
  directory->info = entry.info;
  directory->source = open_directory_at(in.source.get(), entry.source_name, entry.path);
  directory->target = open_directory_at(in.target.get(), entry.target_name, entry.path);
  if (!directory->source || !directory->target) {
    incomplete_ = true;
    return;
  }
  // A new one's default ACL would be handed on to what is made in it, but everything that is made
  // gets exactly its own attributes.
  if (is_new) {
    const Xattrs xattrs = read_xattrs(in.source.get(), entry.source_name, entry.path);
    write_metadata(in.target.get(), entry.target_name, entry.path, entry.info, nullptr, &xattrs);
    directory->touched = true;
  } else {
    write_same_metadata(entry, entry.info, *target);
  }
  if (whole)
    mirror_children(directory);
  else if (is_new)
    finish_directory_later(*directory);
}

// For what is in place already. Looking at xattrs costs as much as all the rest, and whoever
// changes them changes ctime.
void Mirror::write_same_metadata(const Entry& entry, const FileInfo& wanted, const FileInfo& have) {
  Directory& in = *entry.in;
  Xattrs xattrs;
  const bool look =
      kind_ == PassKind::first || context_.trusted.is_recent(wanted) || !context_.job.live;
  if (look) xattrs = read_xattrs(in.source.get(), entry.source_name, entry.path);
  write_metadata(in.target.get(), entry.target_name, entry.path, wanted, &have,
                 look ? &xattrs : nullptr);
}

void Mirror::mirror_other(const Entry& entry, const std::optional<FileInfo>& target) {
  Directory& in = *entry.in;
  std::string link;
  if (entry.info.is_symlink()) {
    link = read_link_at(in.source.get(), entry.source_name, entry.path);
  }
  const bool same =
      target && (!entry.info.is_symlink() ||
                 read_link_at(in.target.get(), entry.target_name, entry.path) == link);
  if (same) {
    write_same_metadata(entry, entry.info, *target);
    return;
  }
  Beside made(in.target.get(), entry.path, [&](const char* name) {
    if (entry.info.is_symlink()) return ::symlinkat(link.c_str(), in.target.get(), name);
    return ::mknodat(in.target.get(), name, (entry.info.mode & S_IFMT) | 0600,
                     makedev(entry.info.device_major, entry.info.device_minor));
  });
  const Xattrs xattrs = read_xattrs(in.source.get(), entry.source_name, entry.path);
  write_metadata(in.target.get(), made.name(), entry.path, entry.info, nullptr, &xattrs);
  made.rename_to(entry.target_name);
  in.touched = true;
}

}  // namespace dksnap::worker
