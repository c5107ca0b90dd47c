// What `dksnap diff` does, once its command line is read.
#pragma once

#include <string>
#include <vector>

#include "cli/render/diff_text.hpp"
#include "cli/session.hpp"
#include "compare/comparison.hpp"

namespace dksnap::cli {

struct DiffOptions {
  std::string from;
  std::string to;
  compare::CompareRequest request;
  std::vector<std::string> keys;
  DiffLook look;
  std::string limit = "20";
  std::string most_bytes;
  std::string most_seconds;
  std::string format = "table";
  bool with_drops = false;
  bool exit_code = false;
};

// The exit status. Outcomes of two images are kept in the cache directory.
int run_diff(Session& session, DiffOptions& options);

}  // namespace dksnap::cli
