// What libFuzzer calls.
#include <cstdio>
#include <cstdlib>

#include "targets.hpp"

namespace dksnap::fuzz {

void require(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "not true: %s\n", what);
  std::abort();
}

}  // namespace dksnap::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  return dksnap::fuzz::DKSNAP_FUZZ_TARGET(data, size);
}
