// Which images are snapshots. Labels can be anybody's: an image that was built on a snapshot has
// them too, and so may one that was made to deceive.
#pragma once

#include <string>
#include <vector>

#include "docker/engine.hpp"
#include "snapshot/image_facts.hpp"
#include "snapshot/snapshot.hpp"

namespace dksnap::snapshot {

// An image whose lowest layers are a snapshot's, and whose labels are inherited from it.
struct BuiltImage {
  std::string image_id;
  std::vector<std::string> names;
  TimePoint created{};   // the image itself, not the snapshot
  std::string built_on;  // the snapshot's id
  std::string source;    // name of the container that the snapshot was taken from
  std::string base;      // the snapshot's

  const std::string& reference() const { return names.empty() ? image_id : names.front(); }
};

// An image with labels of a snapshot that is none.
struct LeftOutImage {
  std::string reference;
  std::string why;
};

// What lies in the bin: removed less than three days ago.
struct BinEntry {
  Snapshot snapshot;
  std::string reference;  // in the bin
  TimePoint removed{};
};

// What the images of an engine are.
struct Identified {
  std::vector<Snapshot> snapshots;
  std::vector<BuiltImage> built;
  std::vector<LeftOutImage> left_out;
  std::vector<BinEntry> bin;
};

// An image as its labels describe it, and as it is.
struct Claim {
  Snapshot snapshot;
  ImageFacts facts;
  std::vector<std::string> bin_names;
};

// A snapshot is the image whose layers its label names and which was created at the time that its
// label names; without the label of the layers (made before there was one) the time alone. The
// original's are what they are: their id is the image's.
Identified identify(std::vector<Claim> claims);

// Asks the engine for its list of images, and for those alone that are not in the cache. One that
// cannot be looked at is left out.
Identified identify_images(docker::Engine& engine, FactsCache& cache);

}  // namespace dksnap::snapshot
