// A file of ours that is written front to back in small pieces.
#pragma once

#include <string>

#include "base/fd.hpp"

namespace dksnap::worker {

class OutputFile final : public Sink {
 public:
  // Replaces what is there.
  explicit OutputFile(const std::string& path);
  using Sink::write;
  void write(std::span<const std::byte> bytes) override;
  // Must be called: what was not written yet is lost otherwise.
  void finish();

 private:
  void flush();

  FdSink file_;
  std::string pending_;
};

}  // namespace dksnap::worker
