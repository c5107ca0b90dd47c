// What mongodump says first in an archive.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/stream.hpp"

namespace dksnap::databases::mongo {

struct ArchivedCollection {
  std::string database;
  std::string name;
  std::string metadata;  // extended JSON: its options and indexes
  std::uint64_t bytes = 0;
  std::string type;  // "collection", "view", "timeseries"
};

struct Prelude {
  std::string server_version;
  std::vector<ArchivedCollection> collections;
};

// Of the archive that `from` begins with; reads no further (mongo-tools, common/archive: a magic
// number, a header, a document each collection, and a mark; all of them BSON). Throws `failed`
// where it is none.
Prelude read_prelude(Source& from);

}  // namespace dksnap::databases::mongo
