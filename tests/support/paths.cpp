#include "support/paths.hpp"

#include <cstdlib>

namespace dksnap::test {

std::filesystem::path source_path(const std::string& relative) {
  return std::filesystem::path(DKSNAP_SOURCE_DIR) / relative;
}

std::string dksnap_program() {
  return environment("DKSNAP_TEST_PROGRAM").value_or(DKSNAP_BINARY_DIR "/dksnap");
}

std::optional<std::string> environment(const char* name) {
  const char* value = std::getenv(name);
  if (value == nullptr || *value == '\0') return std::nullopt;
  return value;
}

}  // namespace dksnap::test
