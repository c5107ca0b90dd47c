// What a program in a container prints, read while it runs.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <thread>

#include "base/pipe.hpp"
#include "base/stream.hpp"
#include "docker/engine.hpp"

namespace dksnap::databases {

// Started at once. Destroyed before its end, it reads no further; a program that prints then ends
// by itself.
class ProgramOutput final : public Source {
 public:
  // `input`: what it reads.
  ProgramOutput(docker::Engine& engine, std::string container, docker::ExecSpec program,
                std::string input = {});
  ~ProgramOutput() override;
  // Throws database_refused at the end where the program did not end with 0, with what it said
  // last.
  std::size_t read(std::span<std::byte> into) override;

 private:
  BytePipe pipe_;
  std::jthread runs_;
};

}  // namespace dksnap::databases
