#include "snapshot/identity.hpp"

#include <algorithm>
#include <charconv>
#include <map>

#include "snapshot/bin_name.hpp"
#include "snapshot/labels.hpp"

namespace dksnap::snapshot {
namespace {

enum class Verdict { snapshot, built, unclear, none };

Verdict judge(const Claim& claim) {
  const Snapshot& snapshot = claim.snapshot;
  if (snapshot.legacy) return Verdict::snapshot;
  const bool at_its_time = claim.facts.created == snapshot.created;
  if (snapshot.chain.empty()) return at_its_time ? Verdict::snapshot : Verdict::unclear;
  if (at_its_time && claim.facts.is_chain(snapshot.chain)) return Verdict::snapshot;
  return claim.facts.has_chain(snapshot.chain) ? Verdict::built : Verdict::none;
}

// `lower` is a snapshot; the labels of `upper` do not tell, but its layers do.
bool lies_on(const Claim& upper, Verdict verdict, const Claim& lower) {
  const auto& chain = lower.facts.chain_ids;
  if (&upper == &lower || chain.empty() || !upper.facts.has_chain(chain.back())) return false;
  return verdict != Verdict::snapshot || upper.facts.chain_ids.size() > chain.size();
}

BuiltImage built_image(Claim& claim, const std::string& built_on) {
  return {claim.snapshot.image_id,
          std::move(claim.snapshot.names),
          claim.facts.created.value_or(TimePoint{}),
          built_on,
          claim.snapshot.source,
          claim.snapshot.base};
}

void add_to_bin(Identified& identified, const Claim& claim) {
  for (const std::string& reference : claim.bin_names) {
    const auto name = parse_bin_name(reference);
    if (!name || name->id != claim.snapshot.id) continue;
    const TimePoint now = std::chrono::system_clock::now();
    identified.bin.push_back({claim.snapshot, reference, std::min(name->removed, now)});
  }
}

}  // namespace

Identified identify(std::vector<Claim> claims) {
  std::vector<Verdict> verdicts;
  // By what one that was built on it has inherited.
  std::multimap<std::string, std::size_t> snapshots;
  const auto key = [](const Snapshot& snapshot) {
    return snapshot.legacy ? to_rfc3339(snapshot.created) + " " + snapshot.title : snapshot.id;
  };
  for (std::size_t i = 0; i < claims.size(); ++i) {
    verdicts.push_back(judge(claims[i]));
    if (verdicts[i] == Verdict::snapshot) snapshots.emplace(key(claims[i].snapshot), i);
  }
  Identified identified;
  std::vector<std::string> built_on(claims.size());
  for (std::size_t i = 0; i < claims.size(); ++i) {
    const Snapshot& snapshot = claims[i].snapshot;
    if (verdicts[i] == Verdict::built) built_on[i] = snapshot.id;
    if (!snapshot.chain.empty()) continue;
    const auto [first, last] = snapshots.equal_range(key(snapshot));
    const auto below = std::find_if(first, last, [&](const auto& one) {
      return lies_on(claims[i], verdicts[i], claims[one.second]);
    });
    if (below != last) built_on[i] = claims[below->second].snapshot.id;
  }
  for (std::size_t i = 0; i < claims.size(); ++i) {
    Claim& claim = claims[i];
    const bool only_in_bin = claim.snapshot.names.empty() && !claim.bin_names.empty();
    if (!built_on[i].empty()) {
      if (!only_in_bin) identified.built.push_back(built_image(claim, built_on[i]));
    } else if (verdicts[i] == Verdict::snapshot) {
      add_to_bin(identified, claim);
      if (!only_in_bin) identified.snapshots.push_back(std::move(claim.snapshot));
    } else {
      identified.left_out.push_back(
          {claim.snapshot.reference(),
           verdicts[i] == Verdict::none
               ? "its layers are not those of the snapshot whose labels it has"
               : "it was not created when the snapshot was whose labels it has"});
    }
  }
  return identified;
}

}  // namespace dksnap::snapshot
