// What the worker can do: one function a command.
#pragma once

#include <string>
#include <vector>

#include "worker/protocol/protocol.hpp"
#include "worker/protocol/talk.hpp"
#include "worker/tree/place.hpp"

namespace dksnap::worker {

// Copies the source into the target. A live source is copied once while it runs; then Ready is
// said, the word to go on is waited for, and what changed is copied again.
SyncResult run_sync(Place& place, const Job& job, Talk& talk);

// Writes what changed since the baseline as a layer to kLayerPath.
PackResult run_pack(const Place& place, const Job& job, Talk& talk);

// Writes the manifest (zstd) of the job's trees and paths, or of `paths` with all that is in them,
// to kNewManifestPath. Everything is read.
ScanResult run_scan(const Place& place, const Job& job, const std::vector<std::string>& paths,
                    Talk& talk);

// Removes paths, each with all that is in it. Throws Error, before anything is removed, if one is
// outside of the job's trees and paths; one that is not there is no error. Says how many in
// `removed`.
SyncResult run_remove(const Place& place, const Job& job, const std::vector<std::string>& paths);

// "uid:gid" of a path, symlinks not followed.
std::string owner_of(const Place& place, const std::string& path);
// The paths of what is in a directory, sorted.
std::vector<std::string> paths_in(const Place& place, const std::string& path);
// Returns when all that was written to the file system of `path` is on its disk.
void flush_disk_of(const Place& place, const std::string& path);

// Runs a program to its end or its limit; nothing that it has started is left then. Throws Error
// where it cannot even be tried.
ProgramEnd run_program(const Program& program);
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
