#include "capture/engine_abilities.hpp"

#include <charconv>

namespace dksnap::capture {
namespace {

// moby 23.0 is the first whose layer decompression knows zstd.
constexpr int kFirstZstdMajor = 23;
constexpr int kFirstShortArchiveMajor = 25;

int major_version(const std::string& version) {
  int major = 0;
  std::from_chars(version.data(), version.data() + version.size(), major);
  return major;
}

}  // namespace

std::string layer_compression(const docker::EngineInfo& engine) {
  const bool reads_zstd = engine.store == docker::Store::containerd ||
                          major_version(engine.server_version) >= kFirstZstdMajor;
  return reads_zstd ? "zstd" : "none";
}

bool takes_short_archive(const docker::EngineInfo& engine) {
  return engine.store == docker::Store::classic ||
         major_version(engine.server_version) >= kFirstShortArchiveMajor;
}

}  // namespace dksnap::capture
