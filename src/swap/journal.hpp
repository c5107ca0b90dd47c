// What was done that can be undone, and what is under way: one file for each in the state
// directory. It is written before anything is touched; only its stage changes afterwards, in place,
// so that a full disk cannot keep it from being told.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "base/time.hpp"
#include "docker/engine.hpp"

namespace dksnap::swap {

enum class Stage {
  started,      // nothing that the user had was touched
  stopping,     // the old container may be stopped or have another name
  overwriting,  // the data in its mounts may be changed
  done,
  undone,  // kept for what belongs to it until its time is over
};

// A mount whose content a swap brings to another state.
struct DataPlace {
  std::string type;         // "volume", "bind"
  std::string source;       // volume's name, or host path
  std::string destination;  // in the container
};

// One of the two containers of a swap.
struct SwapSide {
  std::string id;       // empty: the swap makes it
  std::string name;     // while it is not the container: parked, or not yet in place
  std::string restart;  // its policy while it is the container
  bool running = true;
  // It may stay, stopped, and has its data then. Where not (--rm, data on a tmpfs, Compose's), it
  // comes back from `spec`, which names the safety snapshot's image.
  bool lasting = true;
  bool volatile_data = false;  // gone as soon as it stops (tmpfs)
  docker::RawContainerSpec spec;
};

struct Swap {
  SwapSide out;
  SwapSide in;
  std::vector<DataPlace> places;
  std::string kind;         // of the database
  std::string safety;       // id of the snapshot of what was there; empty: none
  std::string safety_name;  // its image
  std::string data;         // id of the snapshot that came in; empty: unknown
  bool keep = false;        // not removed when its time is over
};

struct RemovedSnapshot {
  std::string id;
  std::string title;
  std::string bin_reference;
  std::vector<std::string> names;
};

// Whether nothing is left to do.
inline bool is_over(Stage stage) {
  return stage == Stage::done || stage == Stage::undone;
}

struct JournalEntry {
  std::string id;      // 8 hex digits
  std::string verb;    // "replace", "undo", "rm"
  std::string title;   // what it was about, for people
  std::string engine;  // its id
  std::string owner;   // owner.hpp
  std::string container;
  TimePoint when{};
  Stage stage = Stage::started;
  std::optional<Swap> swap;
  std::vector<RemovedSnapshot> removed;
};

// All but the stage, as the journal and the label of a container hold it.
std::string to_json(const JournalEntry& entry);
// Nothing where the text is none.
std::optional<JournalEntry> parse_journal_entry(const std::string& text);

// A new one, with an id of its own, of this process and now.
JournalEntry new_entry(const std::string& verb, const std::string& engine,
                       const std::string& container);

class Journal {
 public:
  explicit Journal(const std::filesystem::path& state_dir) : directory_(state_dir / "journal") {}

  // Throws in_use where another one of the same container is not done; `failed` or no_space where
  // it cannot be written: then nothing may be touched.
  void begin(const JournalEntry& entry) const;
  void set_stage(const std::string& id, Stage stage) const;
  bool has(const std::string& id) const { return std::filesystem::exists(path(id)); }
  void forget(const std::string& id) const;
  // Of this engine, newest first.
  std::vector<JournalEntry> entries(const std::string& engine) const;
  // The same; asks the engine who it is only where there are any.
  std::vector<JournalEntry> entries(docker::Engine& engine) const;

 private:
  std::filesystem::path path(const std::string& id) const { return directory_ / id; }
  std::filesystem::path directory_;
};

}  // namespace dksnap::swap
