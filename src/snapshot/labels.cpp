#include "snapshot/labels.hpp"

#include <array>

namespace dksnap::snapshot {
namespace {

constexpr std::array kTable{
    LabelInfo{label::kTitle, "the title, as the user gave it"},
    LabelInfo{label::kCreated, "RFC 3339 time of the freeze"},
    LabelInfo{label::kFormat, "version of this format: 1"},
    LabelInfo{label::kId, "the snapshot's id, 16 hex digits"},
    LabelInfo{label::kParent, "id of the snapshot that it grew from"},
    LabelInfo{label::kBase, "reference of the image below the first snapshot of the line"},
    LabelInfo{label::kBaseId, "that image's id on the engine that took the snapshot"},
    LabelInfo{label::kChain,
              "OCI ChainID of all the image's layers: what is built on it has others"},
    LabelInfo{label::kKind,
              "kind of the database: postgres, mysql, mariadb, mongo, redis, valkey, files, ..."},
    LabelInfo{label::kRecipe, "true: the kind is a recipe; without that a copy is served as files"},
    LabelInfo{label::kServerVersion, "version of the database server"},
    LabelInfo{label::kCapture, "how the data was taken: copy or dump"},
    LabelInfo{label::kSettled, "true: the database was recovered and cleanly shut down"},
    LabelInfo{label::kPaths, "JSON array of the captured directories"},
    LabelInfo{label::kSource, "name of the container"},
    LabelInfo{label::kSourceId, "id of the container"},
    LabelInfo{
        label::kRun,
        "JSON object: ports, networks, volumes, the names of left out secrets, the hostname where "
        "the kind is bound to it, and the size of `/dev/shm` in bytes (0: the usual one)"},
    LabelInfo{label::kLeftOut, "JSON array: what was not captured, and why"},
    LabelInfo{label::kArch, "architecture of the image"},
    LabelInfo{label::kLibc, "C library of the image: glibc, musl or unknown"},
    LabelInfo{label::kAddedBytes, "bytes of the layer that the snapshot adds, uncompressed"},
    LabelInfo{label::kDataBytes, "bytes of all captured files"},
    LabelInfo{label::kNote, "free text"},
    LabelInfo{label::kPinned, "true: prune leaves it alone"},
    LabelInfo{label::kPurpose, "safety: made by replace or undo itself; latest passes over it"},
    LabelInfo{label::kRole,
              "on what dksnap made for itself: scratch, hand-over, claim, stage, saved or copies"},
    LabelInfo{label::kOwner, "on scratches and their volumes: process and host that made it"},
    LabelInfo{label::kBoot, "on booted copies: id of the snapshot"},
    LabelInfo{label::kSwap,
              "on containers that took another one's place: id of the journal's entry"},
    LabelInfo{label::kMadeBy, "on scratches and on the same: user and host, for people"},
    LabelInfo{label::kLegacyDumpPath, "written by the original dksnap only"},
    LabelInfo{label::kLegacyEntrypoint, "written by the original dksnap only"},
};

}  // namespace

std::span<const LabelInfo> label_table() {
  return kTable;
}

}  // namespace dksnap::snapshot
