// The plan of a pack: what becomes of every path, written to a file so that memory stays constant.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>

#include "base/stream.hpp"
#include "worker/manifest/manifest.hpp"
#include "worker/protocol/talk.hpp"
#include "worker/tree/layout.hpp"
#include "worker/tree/place.hpp"

namespace dksnap::worker {

enum class PlanAction : char {
  keep = '=',    // as in the image below: only in the manifest
  pack = '+',    // in the layer
  remove = '-',  // a whiteout
};

struct PlanLine {
  PlanAction action = PlanAction::keep;
  ManifestEntry entry;  // of a whiteout only the path
};

// Names of one file. They are packed together or not at all, since a layer's hard link must find
// its file in the same layer.
struct LinkGroup {
  bool packed = false;
  std::string sha256;  // known once the first name was dealt with
};
// By the first path in manifest order.
using LinkGroups = std::unordered_map<std::string, LinkGroup>;

// Compares the target with the baseline and the parent's manifest and writes the plan to `to`, in
// manifest order. Reads contents only where everything else equals the parent's entry.
LinkGroups make_plan(const Place& place, const Layout& layout, const Job& job, Sink& to);

class PlanReader {
 public:
  explicit PlanReader(const std::string& path);
  ~PlanReader();
  bool next(PlanLine& line);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace dksnap::worker
