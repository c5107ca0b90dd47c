// The Reporters of the command line.
#pragma once

#include <memory>

#include "cli/global_options.hpp"
#include "cli/render/style.hpp"
#include "snapshot/reporter.hpp"

namespace dksnap::cli {

// By --progress and --quiet. All of them write to standard error: `tty` a live line for each step,
// `plain` a line at a step's end and, for long ones, one every ten seconds; `json` an object for
// each event; `none` nothing.
std::unique_ptr<snapshot::Reporter> make_reporter(const GlobalOptions& options, Style style);

}  // namespace dksnap::cli
