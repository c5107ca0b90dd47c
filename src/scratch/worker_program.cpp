#include "scratch/worker_program.hpp"

// From worker_program.S; the names are the assembler's.
extern "C" const std::byte dksnap_worker_begin[];  // NOLINT(readability-identifier-naming)
extern "C" const std::byte dksnap_worker_end[];    // NOLINT(readability-identifier-naming)

namespace dksnap::scratch {

std::span<const std::byte> worker_program() {
  return {dksnap_worker_begin, dksnap_worker_end};
}

std::string_view worker_architecture() {
#if defined(__x86_64__)
  return "amd64";
#elif defined(__aarch64__)
  return "arm64";
#else
#error "name this architecture as images do"
#endif
}

}  // namespace dksnap::scratch
