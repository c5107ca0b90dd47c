// Where an image keeps PostgreSQL's programs, and as whom they must run.
#pragma once

#include <string>
#include <string_view>

#include "databases/database.hpp"

namespace dksnap::databases::postgres {

class Programs {
 public:
  // Looks at the image behind `container`: PATH first, then the places distributions use. Throws
  // database_refused where there is no server.
  Programs(Shell& container, const Recognition& recognition);
  // What to run for "postgres", "psql", …
  std::string path(std::string_view program) const { return prefix_ + std::string(program); }
  // "uid:gid" of the data directory; the server refuses to run as anyone else, or as root.
  const std::string& owner() const { return owner_; }
  // What `postgres --version` printed.
  const std::string& version_text() const { return version_text_; }

 private:
  std::string prefix_;
  std::string owner_;
  std::string version_text_;
};

}  // namespace dksnap::databases::postgres
