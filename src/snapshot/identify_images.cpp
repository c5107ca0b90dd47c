#include <algorithm>
#include <map>
#include <set>
#include <variant>

#include "base/error.hpp"
#include "snapshot/identity.hpp"
#include "snapshot/labels.hpp"

namespace dksnap::snapshot {
namespace {

struct ListedImage {
  docker::ImageSummary summary;
  std::vector<std::string> bin_names;
};

void add_to(std::vector<std::string>& all, const std::vector<std::string>& more) {
  for (const std::string& one : more) {
    if (std::find(all.begin(), all.end(), one) == all.end()) all.push_back(one);
  }
}

// Each image once: the containerd store lists it once for each of its names. Without what a running
// dksnap is at, and its helpers.
std::vector<ListedImage> list_candidates(docker::Engine& engine) {
  std::vector<ListedImage> images;
  std::map<std::string, std::size_t> places;
  for (docker::ImageSummary& summary : engine.list_images({label::kTitle, {}})) {
    if (summary.labels.contains(label::kRole)) continue;
    const auto [place, is_new] = places.emplace(summary.id, images.size());
    if (is_new) {
      images.push_back({std::move(summary), {}});
      continue;
    }
    add_to(images[place->second].summary.tags, summary.tags);
    add_to(images[place->second].summary.repo_digests, summary.repo_digests);
  }
  for (ListedImage& image : images) {
    std::erase_if(image.summary.tags, [&](const std::string& name) {
      if (name.starts_with(kBinRepository)) image.bin_names.push_back(name);
      return name.starts_with(kBinRepository);
    });
  }
  const std::string unfinished_start = std::string(kUnfinishedRepository) + ":";
  std::erase_if(images, [&](ListedImage& image) {
    const auto unfinished = std::erase_if(image.summary.tags, [&](const std::string& name) {
      return name.starts_with(unfinished_start);
    });
    return unfinished > 0 && image.summary.tags.empty() && image.bin_names.empty();
  });
  return images;
}

ImageFacts look_at(docker::Engine& engine, FactsCache& cache, const std::string& image_id) {
  if (auto known = cache.find(image_id)) return std::move(*known);
  ImageFacts facts = facts_of(engine.inspect_image(image_id));
  cache.keep(image_id, facts);
  return facts;
}

}  // namespace

Identified identify_images(docker::Engine& engine, FactsCache& cache) {
  std::vector<Claim> claims;
  std::vector<LeftOutImage> left_out;
  std::set<std::string> ids;
  for (ListedImage& image : list_candidates(engine)) {
    docker::ImageSummary& summary = image.summary;
    const std::string reference = summary.tags.empty() ? summary.id : summary.tags.front();
    auto read = from_labels(summary.labels, summary.id, std::move(summary.tags));
    if (const Unfit* unfit = std::get_if<Unfit>(&read)) {
      left_out.push_back({reference, unfit->why});
      continue;
    }
    Claim claim{std::get<Snapshot>(std::move(read)), {}, std::move(image.bin_names)};
    claim.snapshot.repo_digests = std::move(summary.repo_digests);
    ids.insert(summary.id);
    try {
      claim.facts = look_at(engine, cache, summary.id);
    } catch (const Error& error) {
      if (error.code() == ErrorCode::not_found) continue;  // removed meanwhile
      if (error.code() != ErrorCode::failed) throw;
      left_out.push_back({reference, error.what()});
      continue;
    }
    claims.push_back(std::move(claim));
  }
  cache.keep_only(ids);
  Identified identified = identify(std::move(claims));
  identified.left_out.insert(identified.left_out.begin(), left_out.begin(), left_out.end());
  return identified;
}

}  // namespace dksnap::snapshot
