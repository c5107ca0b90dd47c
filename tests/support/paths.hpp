// Where things are, for tests.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

namespace dksnap::test {

// A path from the top of the repository on.
std::filesystem::path source_path(const std::string& relative);

// The program under test: $DKSNAP_TEST_PROGRAM (an installed one), else the one of this build.
std::string dksnap_program();

// A variable of the environment that is set and not empty.
std::optional<std::string> environment(const char* name);

}  // namespace dksnap::test
