// Entries of a layer in manifest order, with the directories above them.
#pragma once

#include <string>
#include <vector>

#include "image/tar.hpp"
#include "worker/manifest/manifest.hpp"
#include "worker/tree/place.hpp"

namespace dksnap::worker {

// An engine makes directories that a layer does not name with modes of its own, so whatever is
// added brings all directories above it, as they are in the target.
class LayerEntries {
 public:
  LayerEntries(const Place& place, Sink& to) : place_(place), tar_(to) {}

  // All but regular files with contents of their own.
  void add(const ManifestEntry& entry);
  // A regular file: its header. Write its entry.size bytes to contents() next.
  void add_file(const ManifestEntry& entry);
  Sink& contents() { return contents_; }
  void add_removal(const std::string& path);
  // Our directory with the manifest in it, and the end.
  void finish(std::uint64_t manifest_size, Source& manifest);

 private:
  class Contents final : public Sink {
   public:
    explicit Contents(image::TarWriter& tar) : tar_(tar) {}
    void write(std::span<const std::byte> bytes) override { tar_.write(bytes); }

   private:
    image::TarWriter& tar_;
  };
  void add_above(const std::string& path);

  const Place& place_;
  image::TarWriter tar_;
  Contents contents_{tar_};
  std::vector<std::string>
      open_;  // directories that are in the layer, from the top to the last one
};

}  // namespace dksnap::worker
