// Image references, as Docker reads them.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace dksnap::image {

// "postgres:15" → domain docker.io, path library/postgres, tag 15.
struct Reference {
  std::string domain;  // "docker.io", "localhost:5000"
  std::string path;    // "library/postgres"
  std::string tag;     // empty: none given
  std::string digest;  // "sha256:…"; empty: none given

  std::string full() const;           // "docker.io/library/postgres:15"
  std::string familiar() const;       // "postgres:15"
  std::string familiar_name() const;  // "postgres"
};

// Follows github.com/distribution/reference (ParseNormalizedNamed): nothing where it is not valid.
std::optional<Reference> parse_reference(std::string_view text);
// The same, "latest" put in where neither tag nor digest was given.
std::optional<Reference> parse_tagged_reference(std::string_view text);

}  // namespace dksnap::image
