// One pass that makes the target what the source is.
#pragma once

#include <atomic>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "worker/copy/copy_pool.hpp"
#include "worker/copy/fingerprint.hpp"
#include "worker/copy/mappings.hpp"
#include "worker/copy/source.hpp"
#include "worker/copy/trust.hpp"
#include "worker/protocol/talk.hpp"

namespace dksnap::worker {

// What the passes of one sync share.
struct MirrorContext {
  const Place& place;
  const Layout& layout;
  const Job& job;
  const Mappings& mappings;
  TrustedReads& trusted;
  ProgressMeter& meter;
  CopyPool& pool;
};

struct MirrorResult {
  Fingerprint listing;      // of the source as this pass saw it
  bool incomplete = false;  // something vanished while it was looked at
  std::uint64_t files = 0;  // seen; no directories
  std::uint64_t copied_files = 0;
  std::uint64_t copied_bytes = 0;
  std::uint64_t removed = 0;
  std::uint64_t sockets = 0;
};

enum class PassKind {
  first,       // the source runs
  frozen,      // nothing may be missed
  frozen_all,  // the same, and no time is trusted: contents of every file are compared
};

class Mirror {
 public:
  // `flagged`: gets the paths, escaped, one a line, whose times the next snapshot must not trust.
  Mirror(const MirrorContext& context, PassKind kind, Sink& flagged);
  ~Mirror() { context_.pool.abandon(); }
  Mirror(const Mirror&) = delete;
  Mirror& operator=(const Mirror&) = delete;
  MirrorResult run();

 private:
  // A directory that is open on both sides. Tasks keep it.
  struct Directory {
    const Tree* tree = nullptr;  // null for single paths
    Fd source;
    Fd target;
    std::string path;
    FileInfo info;  // what its times are to be in the end
    bool touched = false;
  };
  using DirectoryPointer = std::shared_ptr<Directory>;
  struct Entry {
    DirectoryPointer in;
    std::string source_name;
    std::string target_name;
    std::string path;
    FileInfo info;
  };
  struct Link {
    std::string path;
    std::string first;
  };

  void mirror_tree(const Tree& tree);
  void mirror_single(int root, const std::string& path);
  DirectoryPointer open_parent(const Tree* tree, int source_root, const std::string& path);
  void mirror_children(const DirectoryPointer& directory);
  void remove_extras(Directory& directory, const std::vector<std::string>& names);
  void mirror_entry(Entry& entry, bool whole);
  std::optional<FileInfo> clear_way(const Entry& entry);
  void mirror_directory(const Entry& entry, std::optional<FileInfo> target, bool whole);
  void mirror_file(Entry& entry, const std::optional<FileInfo>& target);
  void mirror_other(const Entry& entry, const std::optional<FileInfo>& target);
  bool is_linked_before(const Entry& entry);
  bool is_wrongly_linked(const Entry& entry, const FileInfo& target);
  bool must_compare(const Entry& entry) const;
  void flag(const Entry& entry);
  void copy_file(const Entry& entry, bool compare);
  bool keep_if_same(const Entry& entry, int from, const FileInfo& info);
  void flush_saved(int to, const Entry& entry) const;
  bool update_in_place(const Entry& entry, int from, const FileInfo& info);
  void write_same_metadata(const Entry& entry, const FileInfo& wanted, const FileInfo& have);
  void make_links();
  void make_link(const Link& link);
  void remove(Directory& in, const std::string& name, const std::string& path);
  void finish_directories();
  void finish_directory_later(const Directory& directory);

  const MirrorContext& context_;
  PassKind kind_;
  Sink& flagged_;
  std::int64_t start_ns_;
  MirrorResult result_;
  std::atomic<bool> incomplete_{false};
  std::atomic<std::uint64_t> copied_files_{0};
  std::atomic<std::uint64_t> copied_bytes_{0};
  // Of the tree that is walked: source inode → first path; target inode → source inode.
  std::unordered_map<std::uint64_t, std::string> first_paths_;
  std::unordered_map<std::uint64_t, std::uint64_t> claimed_;
  std::vector<Link> links_;
  // Directories whose times have to be put right in the end; the first that was said of one counts.
  std::unordered_map<std::string, FileInfo> unfinished_;
};

}  // namespace dksnap::worker
