// What dksnap and its worker say to each other: a job file, and JSON lines.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace dksnap::worker {

// Places inside a scratch. Everything of ours is below one directory that no capture includes.
inline constexpr const char* kDirectory = "/.dksnap";
// Where a container that thaws another has the machine's control groups.
inline constexpr const char* kControlGroups = "/.dksnap/groups";
inline constexpr const char* kForGood = "for-good";
inline constexpr const char* kWorkerPath = "/.dksnap/worker";
inline constexpr const char* kJobPath = "/.dksnap/job";
inline constexpr const char* kManifestPath = "/.dksnap/manifest";  // the parent's, from its image
inline constexpr const char* kLayerPath = "/.dksnap/layer";        // what pack wrote
inline constexpr const char* kNewManifestPath = "/.dksnap/manifest.new";
inline constexpr const char* kBaselinePath = "/.dksnap/baseline";  // state before sync
inline constexpr const char* kMappedPath = "/.dksnap/mapped";      // paths that were mapped
inline constexpr const char* kSourceDirectory =
    "/.dksnap/source";  // mounts of the source's volumes
inline constexpr const char* kStagingDirectory = "/.dksnap/staging";  // files of a stopped source
// A running source's own root: no path, but what its reader hands over.
inline constexpr const char* kSourceRoot = "the source's root";
// The volume that a reader and its scratch share, and the socket in it.
inline constexpr const char* kHandOverDirectory = "/.dksnap/hand-over";
inline constexpr const char* kHandOverSocket = "/.dksnap/hand-over/socket";
// hand-over ID, and one of these: whether the container has a PID namespace of its own.
inline constexpr const char* kOwnNamespace = "own";
inline constexpr const char* kSharedNamespace = "shared";
// Mounts that are written to, each at this and its destination. Not below kDirectory, which no walk
// goes into.
inline constexpr const char* kTargetDirectory = "/.dksnap-target";

// A directory that is captured whole.
struct TreeSpec {
  // Where it is read: a path, resolved inside `root` as if that were '/' (kSourceRoot), or plain if
  // `root` is empty ("/.dksnap/source/0").
  std::string source;
  std::string root;
  // Where it belongs: the path in the container, and in the snapshot.
  std::string target;
};

// A directory of segments of PostgreSQL's write-ahead log that holds spare ones
// (copy/spare_log.hpp). No directory: nothing of the kind is left out.
struct SpareLog {
  std::string directory;     // in the target
  std::string first_needed;  // the last 16 digits of the segment's name that recovery begins with
  std::uint64_t segment_bytes = 0;
};

// What sync and pack work on. Paths are bytes; the JSON form escapes them (escape_path).
struct Job {
  std::vector<TreeSpec> trees;
  // Single paths of the root file system that differ from the image, read below `root_source`
  // (kSourceRoot or kStagingDirectory). Each is made to be as it is there: copied or removed. A
  // directory stands for itself, not for what is in it. Paths under a tree's target are ignored.
  std::string root_source;
  std::vector<std::string> root_paths;
  // live, with kSourceRoot: how long before this job was handed over the root's changes were
  // listed. What is newer joins the paths, seen while the source stands still. 0: nothing does.
  std::int64_t root_listed_ns_ago = 0;
  // Paths in trees, as they are in the target, that count as not being in the source.
  std::vector<std::string> left_out;
  SpareLog spare_log;
  // Where something else is mounted in the source that is no tree: where files are read in the
  // source's own view, nothing at or below these is looked at. An empty directory stands for one
  // that lies in a tree; what the target has in a single path's place stays.
  std::vector<std::string> other_mounts;
  // The source runs: copy, wait for "go", copy again what changed. Else one copy.
  bool live = false;
  // A reader hands over kSourceRoot, and what the source's processes have mapped (live only).
  bool has_reader = false;
  // Where mappings cannot be read: copy every file again while frozen.
  bool distrust_times_without_mappings = false;
  // Compare contents, not size and time.
  bool checksum = false;
  // The image is a snapshot: kManifestPath is the parent's manifest; its single paths join ours.
  bool has_parent = false;
  // The trees are read from the snapshot that the scratch runs, and written to a container's mounts
  // (kTargetDirectory): nothing is packed, so nothing is noted for that, and a file is made beside
  // its place however large it is. With `has_parent` the manifest tells which times not to trust.
  bool restore = false;
  // The trees are read from a container's mounts, and written to a volume of ours (in
  // kTargetDirectory): nothing is packed or noted. With `live` the container runs at the first copy
  // and has ended at the second, and what that writes is on the disk when the command ends.
  bool save = false;
  // pack: "none" or "zstd".
  std::string compression = "none";
};

std::string to_json(const Job& job);
Job parse_job(std::string_view json);

// dksnap → worker, serve: one JSON object a line on standard input. Each is run to its end, or to
// its limit, and answered with a ProgramEnd; what it has started ends with it. Strings are bytes.
struct Program {
  std::vector<std::string> argv;
  std::string user;              // "uid:gid"; empty: the worker's own
  std::vector<std::string> env;  // added to the container's
  std::string input;
  std::uint64_t limit_seconds = 0;  // 0: none
  // Ended earlier when nothing of it has used the processor for so long; 0: not looked at.
  std::uint64_t idle_seconds = 0;
};

std::string to_json(const Program& program);
Program parse_program(std::string_view json);

// Worker → dksnap, one JSON object a line on standard output.
struct Progress {
  std::uint64_t bytes = 0;
  std::uint64_t files = 0;
};
// sync: the reader has not come yet. Said again and again, until dksnap or time ends the waiting.
struct Waiting {};
// sync, live: the first copy is done, waiting for "go" on standard input.
struct Ready {
  std::uint64_t bytes = 0;
  std::uint64_t files = 0;
};
struct SyncResult {
  std::uint64_t files = 0;         // seen
  std::uint64_t copied_files = 0;  // both copies
  std::uint64_t copied_bytes = 0;
  std::uint64_t removed = 0;
  std::uint64_t frozen_files = 0;  // copied while frozen
  std::uint64_t frozen_bytes = 0;
  std::uint64_t passes = 0;   // while frozen
  std::uint64_t sockets = 0;  // left out
  bool mappings_read = true;
};
struct PackResult {
  std::string diff_id;
  std::string blob_digest;
  std::uint64_t blob_size = 0;
  std::uint64_t layer_bytes = 0;  // uncompressed
  std::uint64_t changed = 0;      // files in the layer
  std::uint64_t deleted = 0;      // whiteouts
  std::uint64_t files = 0;        // in the manifest
  std::uint64_t total_bytes = 0;  // of all files in the manifest
  std::uint64_t free_bytes = 0;   // left in the scratch's file system, the layer being there
};
struct ScanResult {
  std::uint64_t files = 0;
  std::uint64_t bytes = 0;
};
// room: what sync would do now.
struct PlannedCopy {
  std::uint64_t files = 0;  // that it would write
  std::uint64_t bytes = 0;  // the same
  std::uint64_t seen = 0;   // files in all
  std::uint64_t held = 0;   // bytes that the mounts hold which it would write to
};
// The last line of a command that failed. `code` is an ErrorCode's name.
struct Failure {
  std::string code;
  std::string message;
  std::string why;
  std::string hint = {};
};
// serve: a program has ended. Bytes, as it wrote them.
struct ProgramEnd {
  // 124: it was ended at its limit, which `err` says last; 126, 127: it cannot be run, is not
  // there; 128 + signal.
  int exit_code = 0;
  std::string out;  // the last 128 KiB
  std::string err;  // the last 8 KiB
};
using Message = std::variant<Progress, Waiting, Ready, SyncResult, PackResult, ScanResult,
                             PlannedCopy, Failure, ProgramEnd>;

std::string to_json(const Message& message);
Message parse_message(std::string_view line);  // Error where it is none

}  // namespace dksnap::worker
