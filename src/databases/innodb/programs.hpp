// Where an image keeps the programs of the MySQL family, and as whom they must run.
#pragma once

#include <string>

#include "databases/database.hpp"
#include "databases/innodb/product.hpp"

namespace dksnap::databases::innodb {

struct ServerProgram {
  std::string path;     // what to run
  std::string version;  // as it says itself: "11.8.9"
  std::string owner;    // "uid:gid" of the data
};
// Looks at the image behind `scratch`: what the source's server was first, then PATH, then the
// places that distributions use. Throws database_refused where there is no server that runs.
ServerProgram find_program(Shell& scratch, const Product& product, const Recognition& recognition);

}  // namespace dksnap::databases::innodb
