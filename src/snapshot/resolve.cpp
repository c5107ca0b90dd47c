// What users call a snapshot (REF).
#include <algorithm>
#include <charconv>

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/text.hpp"
#include "image/reference.hpp"
#include "snapshot/catalog.hpp"
#include "snapshot/forms.hpp"

namespace dksnap::snapshot {
namespace {

using Candidates = std::vector<const Snapshot*>;

constexpr std::size_t kShortestPrefix = 4;
// What `docker images` prints of an image's id.
constexpr std::size_t kShortestImagePrefix = 12;
constexpr std::size_t kNearTitles = 3;

std::string describe(const Snapshot& snapshot) {
  return fmt::format("{} \"{}\" of {}", snapshot.short_id(), printable(snapshot.title),
                     snapshot.source.empty() ? "?" : snapshot.source);
}

Error ambiguous(std::string_view reference, const Candidates& candidates) {
  std::vector<std::string> lines;
  for (const Snapshot* candidate : candidates) {
    const bool same_id = std::count_if(candidates.begin(), candidates.end(), [&](const auto* one) {
                           return one->id == candidate->id;
                         }) > 1;
    lines.push_back(describe(*candidate) +
                    (same_id ? fmt::format(" (image {})", candidate->image_id) : ""));
  }
  return {ErrorCode::not_found,
          fmt::format("\"{}\" names {} snapshots", printable(reference), candidates.size()),
          join(lines, ", "), "use the whole id of the one you mean, or its image's id"};
}

// "base~3" → "base", 3. Nothing to cut: 0.
std::size_t cut_ancestor(std::string_view& reference) {
  const std::size_t tilde = reference.rfind('~');
  if (tilde == std::string_view::npos || tilde == 0) return 0;
  const std::string_view digits = reference.substr(tilde + 1);
  std::size_t count = 1;
  if (!digits.empty()) {
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), count);
    if (error != std::errc{} || end != digits.data() + digits.size()) return 0;
  }
  reference = reference.substr(0, tilde);
  return count;
}

// Fits what docker would take for the image: an id or the beginning of one, or a name.
class ImageName {
 public:
  explicit ImageName(std::string_view text) : parsed_(image::parse_tagged_reference(text)) {
    constexpr std::string_view kAlgorithm = "sha256:";
    std::string_view digits = text;
    if (digits.starts_with(kAlgorithm)) digits.remove_prefix(kAlgorithm.size());
    if (digits.size() >= kShortestImagePrefix && is_hex(digits))
      id_start_ = std::string(kAlgorithm) + std::string(digits);
    exact_ = std::string(text);
  }

  template <typename Image>
  bool fits(const Image& one) const {
    return one.image_id == exact_ || (!id_start_.empty() && one.image_id.starts_with(id_start_)) ||
           std::any_of(one.names.begin(), one.names.end(), [&](const auto& n) { return is(n); });
  }
  bool fits_digest(const Snapshot& snapshot) const {
    const auto& digests = snapshot.repo_digests;
    return parsed_ && !parsed_->digest.empty() &&
           std::any_of(digests.begin(), digests.end(), [&](const std::string& text) {
             const auto other = image::parse_reference(text);
             return other && other->familiar_name() == parsed_->familiar_name() &&
                    other->digest == parsed_->digest;
           });
  }

 private:
  bool is(const std::string& name) const {
    if (name == exact_) return true;
    if (!parsed_ || !parsed_->digest.empty()) return false;
    const auto other = image::parse_tagged_reference(name);
    return other && other->full() == parsed_->full();
  }

  std::optional<image::Reference> parsed_;
  std::string exact_;
  std::string id_start_;
};

// For "did you mean".
std::vector<std::string> near_titles(const std::vector<Snapshot>& snapshots,
                                     const std::string& lower) {
  const std::size_t farthest = std::max<std::size_t>(2, lower.size() / 3);
  std::vector<std::pair<std::size_t, std::string>> near;
  for (const Snapshot& snapshot : snapshots) {
    const std::size_t size = snapshot.title.size();
    if (std::max(size, lower.size()) - std::min(size, lower.size()) > farthest) continue;
    const std::size_t distance = edit_distance(lower, to_lower(snapshot.title));
    if (distance <= farthest) near.emplace_back(distance, "\"" + printable(snapshot.title) + "\"");
  }
  std::sort(near.begin(), near.end());
  std::vector<std::string> offers;
  for (std::size_t i = 0; i < near.size() && i < kNearTitles; ++i) offers.push_back(near[i].second);
  return offers;
}

}  // namespace

const Snapshot& Catalog::resolve(std::string_view reference, std::string_view container) const {
  std::string_view rest = reference;
  const bool is_title = std::any_of(all().begin(), all().end(),
                                    [&](const Snapshot& one) { return one.title == reference; });
  const std::size_t steps = is_title ? 0 : cut_ancestor(rest);
  const Snapshot* snapshot = &resolve_simple(rest, container);
  for (std::size_t i = 0; i < steps; ++i) {
    const Snapshot* parent = parent_of(*snapshot);
    if (parent == nullptr) {
      throw Error(ErrorCode::not_found, fmt::format("no snapshot \"{}\"", printable(reference)),
                  describe(*snapshot) +
                      (snapshot->parent.empty() ? " has no parent" : " had a parent that is gone"),
                  "see `dksnap ls` for the tree");
    }
    if (is_ambiguous(*parent)) return resolve_simple(parent->id, {});
    snapshot = parent;
  }
  return *snapshot;
}

const Snapshot& Catalog::resolve_simple(std::string_view reference,
                                        std::string_view container) const {
  static constexpr std::string_view kLatest = "latest";
  const std::string lower = to_lower(reference);
  Candidates found;
  const auto collect = [&](auto&& fits) {
    for (const Snapshot& snapshot : all()) {
      if (fits(snapshot) && std::find(found.begin(), found.end(), &snapshot) == found.end())
        found.push_back(&snapshot);
    }
    return !found.empty();
  };
  // Titles are unique for a container only.
  const auto prefer_container = [&] {
    const auto is_its = [&](const Snapshot* one) { return one->source == container; };
    if (!container.empty() && std::any_of(found.begin(), found.end(), is_its))
      std::erase_if(found, [&](const Snapshot* one) { return !is_its(one); });
  };
  const auto pick = [&]() -> const Snapshot& {
    if (found.size() > 1) throw ambiguous(reference, found);
    return *found.front();
  };

  if (is_id(lower) && collect([&](const Snapshot& s) { return s.id == lower; })) return pick();
  // A title or a name may be made to look like the id that another one is known by.
  const auto pick_unless_printed_id = [&]() -> const Snapshot& {
    collect([&](const Snapshot& s) { return s.short_id() == lower; });
    return pick();
  };
  if (collect([&](const Snapshot& s) { return s.title == reference; })) {
    prefer_container();
    return pick_unless_printed_id();
  }
  const ImageName name(reference);
  if (collect([&](const Snapshot& s) { return name.fits(s) || name.fits_digest(s); }))
    return pick_unless_printed_id();
  for (const BuiltImage& image : built()) {
    if (!name.fits(image)) continue;
    throw Error(ErrorCode::not_found, fmt::format("{} is no snapshot", printable(reference)),
                fmt::format("it is an image that was built on the snapshot {}",
                            image.built_on.substr(0, kPrintedIdDigits)),
                "`docker run` it, or name that snapshot");
  }
  if (lower.size() >= kShortestPrefix && is_hex(lower) &&
      collect([&](const Snapshot& s) { return s.id.starts_with(lower); })) {
    return pick();
  }
  if (collect([&](const Snapshot& s) { return to_lower(s.title) == lower; })) {
    prefer_container();
    return pick();
  }
  if (reference == kLatest || reference.starts_with("latest:")) {
    const std::string_view of =
        reference == kLatest ? std::string_view() : reference.substr(kLatest.size() + 1);
    for (const Snapshot& snapshot : all()) {  // newest first
      if (snapshot.purpose.empty() && (of.empty() || snapshot.source == of)) return snapshot;
    }
  }
  const std::vector<std::string> offers = near_titles(all(), lower);
  throw Error(
      ErrorCode::not_found, fmt::format("no snapshot \"{}\"", printable(reference)),
      all().empty() ? "this engine has no snapshots" : "no id, title or image name fits",
      offers.empty() ? "`dksnap ls` lists them" : "did you mean " + join(offers, " or ") + "?");
}

}  // namespace dksnap::snapshot
