// The labels that make an image a snapshot. docs/format.md describes them for other programs; a
// test holds that document against this table.
#pragma once

#include <span>
#include <string_view>

namespace dksnap::snapshot {

namespace label {
// Written by the original dksnap too, so that old and new snapshots list alike.
inline constexpr const char* kTitle = "dksnap.title";
inline constexpr const char* kCreated = "dksnap.created";

inline constexpr const char* kFormat = "dksnap.format";
inline constexpr const char* kId = "dksnap.id";
inline constexpr const char* kParent = "dksnap.parent";
inline constexpr const char* kBase = "dksnap.base";
inline constexpr const char* kBaseId = "dksnap.base-id";
inline constexpr const char* kChain = "dksnap.chain";
inline constexpr const char* kKind = "dksnap.kind";
inline constexpr const char* kRecipe = "dksnap.recipe";
inline constexpr const char* kServerVersion = "dksnap.server-version";
inline constexpr const char* kCapture = "dksnap.capture";
inline constexpr const char* kSettled = "dksnap.settled";
inline constexpr const char* kPaths = "dksnap.paths";
inline constexpr const char* kSource = "dksnap.source";
inline constexpr const char* kSourceId = "dksnap.source-id";
inline constexpr const char* kRun = "dksnap.run";
inline constexpr const char* kLeftOut = "dksnap.left-out";
inline constexpr const char* kArch = "dksnap.arch";
inline constexpr const char* kLibc = "dksnap.libc";
inline constexpr const char* kAddedBytes = "dksnap.added-bytes";
inline constexpr const char* kDataBytes = "dksnap.data-bytes";
inline constexpr const char* kNote = "dksnap.note";
inline constexpr const char* kPinned = "dksnap.pinned";
inline constexpr const char* kPurpose = "dksnap.purpose";

// On containers.
inline constexpr const char* kRole = "dksnap.role";
inline constexpr const char* kOwner = "dksnap.owner";
inline constexpr const char* kBoot = "dksnap.boot";
inline constexpr const char* kSwap = "dksnap.swap";
inline constexpr const char* kMadeBy = "dksnap.made-by";

// Only the original wrote these.
inline constexpr const char* kLegacyDumpPath = "dksnap.dump-path";
inline constexpr const char* kLegacyEntrypoint = "dksnap.base-entrypoint";
}  // namespace label

// Of whatever meaning, also one of a later version.
inline bool is_dksnaps_label(std::string_view name) {
  return name.starts_with("dksnap.");
}

inline constexpr const char* kFormatVersion = "1";
inline constexpr const char* kPurposeSafety = "safety";
inline constexpr const char* kRoleScratch = "scratch";
inline constexpr const char* kRoleHandOver = "hand-over";
inline constexpr const char* kRoleClaim = "claim";
inline constexpr const char* kRoleStage = "stage";
inline constexpr const char* kRoleSaved = "saved";
// What the names of scratches begin with.
inline constexpr const char* kScratchName = "dksnap-scratch-";
// And those of our volumes.
inline constexpr const char* kHandOverName = "dksnap-hand-over-";
inline constexpr const char* kClaimName = "dksnap-claim-";

// Repositories of our own images.
inline constexpr const char* kSnapshotRepository = "dksnap/";   // dksnap/<container>:<slug>
inline constexpr const char* kStageRepository = "dksnap/base";  // the stage images, hidden
// Images of containers that were replaced (swap/twin.hpp); no label tells them.
inline constexpr const char* kTwinRepository = "dksnap-twin/";
inline constexpr const char* kBinRepository = "dksnap-bin/";  // removed snapshots, 3 days
// Images that a running dksnap is at: snapshots before they are checked, and helpers. The tag says
// whose it is (owner.hpp).
inline constexpr const char* kUnfinishedRepository = "dksnap-unfinished";

struct LabelInfo {
  const char* name;
  const char* meaning;
};
// Every label, for documents and tests.
std::span<const LabelInfo> label_table();

}  // namespace dksnap::snapshot
