// Labels are what anybody wrote into an image. They are read here, into values that cannot be
// nonsense, or not at all.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "base/time.hpp"
#include "docker/types.hpp"

namespace dksnap::snapshot {

// JSON of at most a megabyte and a few levels, else nothing: measured before a value is built,
// since copying a deep one recurses.
std::optional<nlohmann::json> parse_bounded_json(std::string_view text);

// Each reads one label and throws Error where it is not of its form, with the label's name in it. A
// label that is missing is the empty value. `labels` must outlive it.
class LabelReader {
 public:
  explicit LabelReader(const docker::StringMap& labels) : labels_(labels) {}

  bool has(const char* name) const { return labels_.contains(name); }
  std::string text(const char* name, std::size_t most_bytes) const;
  // Of letters, digits and `also`: names, versions.
  std::string word(const char* name, std::string_view also = "-") const;
  std::string id(const char* name) const;
  std::string digest(const char* name) const;
  // An image's name or id.
  std::string image(const char* name) const;
  std::uint64_t bytes(const char* name) const;
  bool flag(const char* name) const;
  TimePoint time(const char* name) const;
  nlohmann::json json(const char* name) const;

 private:
  std::string_view get(const char* name) const;
  const docker::StringMap& labels_;
};

}  // namespace dksnap::snapshot
