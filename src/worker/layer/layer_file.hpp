// The file that a layer is written to, with its digests.
#pragma once

#include <memory>
#include <string>

#include "base/stream.hpp"
#include "worker/protocol/protocol.hpp"

namespace dksnap::worker {

// A layer's tar goes in; raw or compressed ("none", "zstd") it is written to the file. Hashing and
// compressing run in threads of their own.
class LayerFile final : public Sink {
 public:
  LayerFile(const std::string& path, const std::string& compression);
  ~LayerFile() override;
  using Sink::write;
  void write(std::span<const std::byte> bytes) override;
  // Fills in the digests and sizes.
  void finish(PackResult& result);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace dksnap::worker
