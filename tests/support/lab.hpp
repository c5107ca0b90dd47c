// The images and engines of tests/lab, from C++. Everything is made once and kept; what fails
// throws Error with the script's own words. DKSNAP_TEST_ENGINES=WORD: each engine is one more of
// its name ("memory.WORD").
#pragma once

#include <string>
#include <vector>

#include "support/run.hpp"

namespace dksnap::test {

// Makes sure that the image ("postgres:15") is on an engine ("": the machine's own) and returns its
// reference. The first time may take minutes.
std::string lab_image(const std::string& name, const std::string& host = "");

// Starts the engine ("containerd", "overlay2") unless it runs; the DOCKER_HOST to use.
std::string lab_engine(const std::string& name);

// The file of its network namespace, for nsenter: there 127.0.0.1 has its published ports.
std::string lab_network(const std::string& name);

// Runs a program with DOCKER_HOST of an engine, inside its network, so that published ports are
// reached on localhost. "": the machine's own engine.
RunResult run_on_engine(const std::string& name, std::vector<std::string> argv,
                        RunOptions options = {});

}  // namespace dksnap::test
