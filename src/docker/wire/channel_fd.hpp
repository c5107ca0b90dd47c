// Channels over descriptors: a socket, or a program's pipes.
#pragma once

#include <memory>

#include "base/process.hpp"
#include "docker/wire/channel.hpp"

namespace dksnap::docker {

// A connected stream socket; made non-blocking.
class SocketChannel final : public Channel {
 public:
  SocketChannel(std::shared_ptr<const Stopper> stopper, Fd socket);
  std::optional<std::size_t> try_read(std::span<std::byte> into) override;
  std::optional<std::size_t> try_write(std::span<const std::byte> bytes) override;
  void finish_writing() override;

 protected:
  Poll read_poll() const override;
  Poll write_poll() const override;

 private:
  Fd socket_;
};

// A running program's standard input and output. The program ends with the channel.
class ProgramChannel final : public Channel {
 public:
  ProgramChannel(std::shared_ptr<const Stopper> stopper, std::unique_ptr<ChildProcess> program);
  std::optional<std::size_t> try_read(std::span<std::byte> into) override;
  std::optional<std::size_t> try_write(std::span<const std::byte> bytes) override;
  void finish_writing() override { program_->input().reset(); }

 protected:
  Poll read_poll() const override;
  Poll write_poll() const override;

 private:
  std::unique_ptr<ChildProcess> program_;
};

void make_non_blocking(int fd);

}  // namespace dksnap::docker
