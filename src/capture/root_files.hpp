// The root file system of a source that does not run, or that runs a snapshot.
#pragma once

#include <optional>
#include <string>

#include "capture/contents.hpp"
#include "image/tar.hpp"
#include "scratch/scratch.hpp"

namespace dksnap::capture {

// A directory of a container by itself, as a tar has it; nothing where there is none.
std::optional<image::TarEntry> directory_entry(docker::Engine& engine, const std::string& id,
                                               const std::string& path);

// Brings the changed files of a stopped container into the scratch's staging directory, through the
// engine's archive calls (times cut to seconds, no extended attributes: that is what the engine
// gives). `has_parent`: the scratch runs the parent, whose manifest names more paths that have to
// be there: what is not is deleted in the copy.
void put_root_files(docker::Engine& engine, const SourceContainer& source, const Contents& contents,
                    bool has_parent, scratch::Scratch& scratch);

// A container that runs a snapshot and is captured whole, on the base: its image's own changes to
// the root file system count as changed too. Adds the paths that the image's manifest names.
void add_inherited_root_paths(docker::Engine& engine, const SourceContainer& source,
                              Contents& contents);

}  // namespace dksnap::capture
