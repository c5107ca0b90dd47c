// Outcomes of pairs of snapshots, which never change.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "compare/outcome.hpp"

namespace dksnap::compare {

// Files of mode 0600, at most 200, of which the oldest go first. Whatever is wrong with one, it is
// as if it were not there.
class Cache {
 public:
  // "$XDG_CACHE_HOME/dksnap"; they are in "diff" below it. Nothing is kept where others may write
  // there.
  explicit Cache(const std::filesystem::path& directory);

  // Nothing where an end is a container, or the outcome has not been kept.
  std::optional<Outcome> find(const CompareRequest& request) const;
  // Of ends that are both images, and an outcome in which all was compared.
  void keep(const CompareRequest& request, const Outcome& outcome) const;

 private:
  std::optional<std::filesystem::path> place_of(const CompareRequest& request) const;
  std::optional<std::filesystem::path> directory_;
};

}  // namespace dksnap::compare
