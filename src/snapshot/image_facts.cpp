#include "snapshot/image_facts.hpp"

#include <algorithm>
#include <charconv>
#include <fcntl.h>

#include <fmt/format.h>

#include "base/digest.hpp"
#include "base/error.hpp"
#include "base/fd.hpp"
#include "base/text.hpp"
#include "image/chain_id.hpp"
#include "snapshot/forms.hpp"
#include "snapshot/private_directory.hpp"

namespace dksnap::snapshot {
namespace {

namespace fs = std::filesystem;

constexpr const char* kHeading = "dksnap-image 1";
constexpr const char* kNever = "never";
// No store holds an image of more layers than 127, and a line is 72 bytes.
constexpr std::size_t kLargestFacts = 16384;

std::string hex_of(const std::string& digest) {
  return digest.substr(digest.find(':') + 1);
}

std::string write_facts(const ImageFacts& facts) {
  std::string text = fmt::format(
      "{}\n{}\n", kHeading,
      facts.created ? std::to_string(facts.created->time_since_epoch().count()) : kNever);
  for (const std::string& chain_id : facts.chain_ids) text += chain_id + "\n";
  // What was cut short has another number here, or none.
  return text + fmt::format("end {}\n", facts.chain_ids.size());
}

std::optional<ImageFacts> parse_facts(const std::string& text) {
  const std::vector<std::string> lines = split(text, '\n');
  if (lines.size() < 4 || lines.front() != kHeading || !lines.back().empty()) return std::nullopt;
  ImageFacts facts;
  if (const std::string& created = lines[1]; created != kNever) {
    TimePoint::rep count = 0;
    const auto [end, error] =
        std::from_chars(created.data(), created.data() + created.size(), count);
    if (error != std::errc{} || end != created.data() + created.size()) return std::nullopt;
    facts.created = TimePoint(TimePoint::duration(count));
  }
  facts.chain_ids.assign(lines.begin() + 2, lines.end() - 2);
  const bool whole = lines[lines.size() - 2] == fmt::format("end {}", facts.chain_ids.size());
  if (!whole || !std::all_of(facts.chain_ids.begin(), facts.chain_ids.end(), is_digest))
    return std::nullopt;
  return facts;
}

}  // namespace

bool ImageFacts::has_chain(const std::string& chain) const {
  return std::find(chain_ids.begin(), chain_ids.end(), chain) != chain_ids.end();
}

ImageFacts facts_of(const docker::Image& image) {
  return {parse_rfc3339(image.created), image::chain_ids(image.diff_ids)};
}

FactsCache::FactsCache(const fs::path& state_dir, const std::string& engine)
    : directory_(private_directory(
          state_dir, fs::path("images") / hex_of(sha256_digest(engine)).substr(0, kIdDigits))) {}

fs::path FactsCache::path_of(const std::string& image_id) const {
  return *directory_ / hex_of(image_id);
}

std::optional<ImageFacts> FactsCache::find(const std::string& image_id) const {
  if (!directory_ || !is_digest(image_id)) return std::nullopt;
  const std::string path = path_of(image_id).string();
  Fd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
  if (!fd) return std::nullopt;
  try {
    FdSource file(std::move(fd), path);
    return parse_facts(read_all(file, kLargestFacts));
  } catch (const Error&) {
    return std::nullopt;  // too large, or no file
  }
}

void FactsCache::keep(const std::string& image_id, const ImageFacts& facts) {
  if (!directory_ || !is_digest(image_id)) return;
  added_ = write_private_file(path_of(image_id), write_facts(facts)) || added_;
}

void FactsCache::keep_only(const std::set<std::string>& image_ids) const {
  if (!directory_ || !added_) return;
  std::set<std::string> kept;
  for (const std::string& image_id : image_ids) kept.insert(hex_of(image_id));
  std::error_code error;
  for (const auto& file : fs::directory_iterator(*directory_, error)) {
    // A file that another dksnap is just writing has a longer name.
    const std::string name = file.path().filename().string();
    if (name.size() <= kDigestHexDigits && !kept.contains(name)) fs::remove(file.path(), error);
  }
}

}  // namespace dksnap::snapshot
