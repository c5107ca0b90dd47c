// Options that every command takes.
#pragma once

#include <string>

#include "cli/arguments.hpp"
#include "docker/endpoint/endpoint.hpp"

namespace dksnap::cli {

struct GlobalOptions {
  docker::EndpointOptions endpoint;
  bool quiet = false;
  int verbose = 0;
  bool json = false;
  std::string color = "auto";     // auto, always, never
  std::string progress = "auto";  // auto, tty, plain, json, none
  bool no_input = false;
  bool yes = false;
  bool dry_run = false;
  int wait = 60;    // seconds, of commands that wait for a container and are not told otherwise
  int timeout = 0;  // seconds for the whole command; 0: no limit
};

void declare_global_options(Arguments& arguments, GlobalOptions& options);

}  // namespace dksnap::cli
