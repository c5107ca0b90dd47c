// The fuzz targets. Each takes any bytes, returns 0, and ends the process where something is wrong;
// an Error is an answer, not something wrong.
#pragma once

#include <cstddef>
#include <cstdint>

namespace dksnap::fuzz {

int fuzz_answers(const std::uint8_t* data, std::size_t size);
int fuzz_descriptors(const std::uint8_t* data, std::size_t size);
int fuzz_journal(const std::uint8_t* data, std::size_t size);
int fuzz_labels(const std::uint8_t* data, std::size_t size);
int fuzz_manifest(const std::uint8_t* data, std::size_t size);
int fuzz_reference(const std::uint8_t* data, std::size_t size);
int fuzz_rows(const std::uint8_t* data, std::size_t size);
int fuzz_tar(const std::uint8_t* data, std::size_t size);

struct Target {
  const char* name;  // of the folder in corpus/
  int (*run)(const std::uint8_t* data, std::size_t size);
};

inline constexpr Target kTargets[] = {
    {"answers", fuzz_answers},   {"descriptors", fuzz_descriptors},
    {"journal", fuzz_journal},   {"labels", fuzz_labels},
    {"manifest", fuzz_manifest}, {"reference", fuzz_reference},
    {"rows", fuzz_rows},         {"tar", fuzz_tar},
};

// Ends the process where `holds` is false, in every kind of build.
void require(bool holds, const char* what);

}  // namespace dksnap::fuzz
