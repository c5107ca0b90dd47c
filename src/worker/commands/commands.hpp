// What the worker can do: one function a command.
#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "worker/protocol/protocol.hpp"
#include "worker/protocol/talk.hpp"
#include "worker/tree/place.hpp"

namespace dksnap::worker {

// Copies the source into the target. A live source is copied once while it runs; then Ready is
// said, the word to go on is waited for, and what changed is copied again. What of the root file
// system came after its changes were listed joins the job's paths.
SyncResult run_sync(Place& place, Job& job, Talk& talk);

// Writes what changed since the baseline as a layer to kLayerPath.
PackResult run_pack(const Place& place, const Job& job, Talk& talk);
// Once it is packed: the copies of what is in the layer are of no use to anybody, and what of them
// is not on the disk yet need never be.
void run_drop(const Place& place);

// Writes the manifest (zstd) of the job's trees and paths, or of `paths` with all that is in them,
// to kNewManifestPath. Everything is read.
ScanResult run_scan(const Place& place, const Job& job, const std::vector<std::string>& paths,
                    Talk& talk);

// Removes paths, each with all that is in it. Throws Error, before anything is removed, if one is
// outside of the job's trees and paths; one that is not there is no error. Says how many in
// `removed`.
SyncResult run_remove(const Place& place, const Job& job, const std::vector<std::string>& paths);

// Writes a file with the owner of its directory and mode 0600, beside what is there and then in its
// place. Says how many bytes in `copied_bytes`.
SyncResult write_file(const Place& place, const std::string& path, Source& content);

// "uid:gid" of a path, symlinks not followed.
std::string owner_of(const Place& place, const std::string& path);
// A small file, which is no symlink.
std::string text_of(const Place& place, const std::string& path);
// The paths of what is in a directory, sorted.
std::vector<std::string> paths_in(const Place& place, const std::string& path);
// The paths below a directory, symlinks not followed, whose name ends so.
std::vector<std::string> paths_ending(const Place& place, const std::string& directory,
                                      const std::string& end);
// Of those, the ones that stand beside a file of the same name without that end which holds
// something.
std::vector<std::string> paths_beside_full(const Place& place, const std::string& directory,
                                           const std::string& end);

// Bytes of a file, or all of it.
struct ByteRange {
  static constexpr std::uint64_t kAll = std::numeric_limits<std::uint64_t>::max();
  std::string path;
  std::uint64_t from = 0;
  std::uint64_t length = kAll;
  bool is_whole() const { return length == kAll; }
};
// The SHA-256 of each, in hex; empty of what is no file or has not so many bytes. A file that
// nobody has touched since its container was made is not read: the image's manifest tells.
std::vector<std::string> digests_of(const Place& place, const std::vector<ByteRange>& wanted);

// All files of the target but what is mounted on it and what is ours, in manifest order: a line
// each of cells with tabs between them, each behind a "=", with letters behind a backslash where
// they are no plain ones. Cells: path, type, size, mode, owner, what it holds ("sha256:…", or where
// a link leads). Everything is read the first time, and kept for the next.
void print_files(const Place& place, Sink& to);

// Gives a user who has no name in /etc/passwd one there; `ids`: "uid:gid". What was there is kept
// for unname_user(), which brings it back; without a name_user() before, that does nothing.
void name_user(const Place& place, const std::string& ids);
void unname_user(const Place& place);

// Thaws the container of that id by its control group, below kControlGroups: for a moment, or for
// good.
void thaw(const Place& place, const std::string& id, bool for_good);

// Returns when all that was written to the file system of `path` is on its disk.
void flush_disk_of(const Place& place, const std::string& path);

// Runs a program to its end or its limit; nothing that it has started is left then. Throws Error
// where it cannot even be tried.
ProgramEnd run_program(const Program& program);
// Runs a server until its standard output says `text`, asks it by SIGTERM to end, and waits for
// that; what it says is passed on. Its exit status, or 128 and its signal; 1 where it ended well
// before it had said that; 126, 127: it cannot be run, is not there.
int run_until(const std::string& text, const std::vector<std::string>& argv);

// Runs the programs that standard input names, one after the other, until it ends: an exec costs a
// tenth of a second (runc), a line to this nothing.
void run_serve(Talk& talk);

// The main process of a reader: gives a scratch the root of container `id` and what its processes
// have mapped, through kHandOverSocket, until the scratch has heard enough or standard input ends.
// `own_namespace`: find_init().
void run_hand_over(const Place& place, const std::string& id, bool own_namespace);

// The main process of a scratch: stays until standard input ends or SIGTERM comes, and reaps.
void run_wait();

}  // namespace dksnap::worker
