// Builds the command line and calls it.
#include <string>
#include <vector>

#include "cli/app.hpp"

int main(int argc, char** argv) {
  return dksnap::cli::run(std::vector<std::string>(argv + 1, argv + argc));
}
