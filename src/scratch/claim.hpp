// What only one dksnap at a time may do on an engine, whoever else works with it, from whatever
// machine: only the engine is common to all of them, and it moves names without a word.
#pragma once

#include <string>
#include <vector>

#include "snapshot/context.hpp"

namespace dksnap::scratch {

// Held as long as the object lives: an empty volume whose labels say whose it is. The engine makes
// it once, and shows everybody else that one.
class Claim {
 public:
  // `what`: of its kind, for people, "db"; `doing`: "replaces it". Throws in_use where a dksnap
  // that may live has it. That of a dead one is taken over.
  Claim(snapshot::Context& context, const std::string& what, const std::string& doing);
  // What cannot be removed the next run removes, as after SIGKILL.
  ~Claim() { release(); }
  Claim(const Claim&) = delete;
  Claim& operator=(const Claim&) = delete;

 private:
  void release() noexcept;

  snapshot::Context& context_;
  std::string volume_;
  std::string mark_;  // two of one process are two
};

// Those on an engine whose dksnap may live: volumes and whose they are. One that was killed where
// it cannot be seen from here (in a container, on another machine) keeps its claim until somebody
// removes the volume.
struct HeldClaim {
  std::string volume;
  std::string by;
};
std::vector<HeldClaim> held_claims(docker::Engine& engine);

// To put another container in the place of that name, or take that back.
Claim claim_container(snapshot::Context& context, const std::string& name);
// To give an image that name.
Claim claim_image_name(snapshot::Context& context, const std::string& name);

}  // namespace dksnap::scratch
