// How a database's server runs.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace dksnap::databases {

// Learned once, when its container is recognised: from the running process first, from the
// container's configuration and the server's own files otherwise. Paths are the container's.
struct Server {
  // The program and its arguments, as the process has them, and what it takes from its environment
  // as further ones; of one that does not run, as it was started last, or would be. Empty: not
  // known.
  std::vector<std::string> command;
  // Small files outside of its data that it reads its settings from.
  std::vector<std::string> configuration;
  // Those and others that its settings are in, or should be, and which cannot be read: what they
  // say, passwords too, is not known.
  std::vector<std::string> unread;
  // Files that its settings are in and that hold passwords or their hashes.
  std::vector<std::string> with_passwords;
  // Files with private keys that its settings name, and what goes with them, outside of its data;
  // once it is known what a copy has, those that it lacks.
  std::vector<std::string> keys;
  bool has_script_above = false;  // which gets the signals that the container is sent
  std::uint16_t port = 0;         // it listens on; 0: none
  std::string socket_directory;   // the first of them; empty: where the programs look by themselves
  std::string socket;             // of kinds that name the file itself; empty: the same
  std::string administrator;      // a user who may do everything, as it seems
  // What its arguments and configuration files say, where its kind goes by it later: by name, in
  // their order. Passwords may be among it: for questions to the server alone.
  std::vector<std::pair<std::string, std::string>> settings;
};

}  // namespace dksnap::databases
