// A connection to the engine as a pair of byte streams, whatever it runs over.
#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <string>

#include "base/error.hpp"
#include "base/fd.hpp"

namespace dksnap::docker {

using Deadline = std::optional<std::chrono::steady_clock::time_point>;

// A stop token as a descriptor that poll(2) can wait for. Readable for ever once it was triggered.
class Stopper {
 public:
  explicit Stopper(std::stop_token stop);
  ~Stopper();
  Stopper(const Stopper&) = delete;
  Stopper& operator=(const Stopper&) = delete;
  int fd() const { return event_.get(); }
  // Throws `interrupted` if the token was triggered.
  void check() const;

 private:
  struct Callback;
  std::stop_token stop_;
  Fd event_;
  std::unique_ptr<Callback> callback_;
};

// Not thread-safe: one thread reads and writes it, and waits for both at once with wait(). Every
// failure is an Error `engine_unreachable`; a triggered stop token is `interrupted`.
class Channel {
 public:
  explicit Channel(std::shared_ptr<const Stopper> stopper) : stopper_(std::move(stopper)) {}
  virtual ~Channel() = default;
  Channel(const Channel&) = delete;
  Channel& operator=(const Channel&) = delete;

  // At once: how many bytes; 0: the other side will send no more; nothing: it would have to wait.
  virtual std::optional<std::size_t> try_read(std::span<std::byte> into) = 0;
  // At once: how many were taken; nothing: it would have to wait.
  virtual std::optional<std::size_t> try_write(std::span<const std::byte> bytes) = 0;
  // The other side sees the end of our bytes; we can still read.
  virtual void finish_writing() = 0;

  struct Interest {
    bool read = false;
    bool write = false;
    int other_fd = -1;  // somebody else's descriptor, for reading
    Deadline deadline = {};
  };
  // Waits until one of these can go on (false: until the deadline).
  bool wait(const Interest& interest);

  // The same, waiting as long as it takes.
  std::size_t read(std::span<std::byte> into);
  void write(std::span<const std::byte> bytes);

  // "the connection to the engine broke", with what is known of the reason.
  Error broken(const std::string& why) const;
  void set_hint(std::string hint) { hint_ = std::move(hint); }

 protected:
  struct Poll {
    int fd;
    short events;
  };
  // What to poll for to go on with reading or writing.
  virtual Poll read_poll() const = 0;
  virtual Poll write_poll() const = 0;

 private:
  std::shared_ptr<const Stopper> stopper_;
  std::string hint_;
};

}  // namespace dksnap::docker
