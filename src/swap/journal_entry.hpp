// What was done, or is under way, as values and as text.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.hpp"
#include "docker/types.hpp"

namespace dksnap::swap {

enum class Stage {
  started,      // nothing that the user had was touched
  stopping,     // the old container may be stopped or have another name
  overwriting,  // the data in its mounts may be changed
  done,
  undone,    // kept for what belongs to it until its time is over
  starting,  // the data in its mounts is written; the new container is being put in place
  keeping,   // the new one answers; what the old one holds besides is made a snapshot of
};

// Whether what is in the mounts may be another state than before.
inline bool may_have_written(Stage stage) {
  return stage == Stage::overwriting || stage == Stage::starting || stage == Stage::keeping;
}

// A mount whose content a swap brings to another state.
struct DataPlace {
  std::string type;         // "volume", "bind"
  std::string source;       // volume's name, or host path
  std::string destination;  // in the container
};

// The image that a container is made from (twin.hpp).
struct Twin {
  std::string name;                   // empty: the image that its request names is there
  std::string layers;                 // whose they are: id or name of a snapshot's image
  std::string config;                 // of the container's own image, JSON as an inspect tells it
  std::vector<std::string> captured;  // directories that are no volumes of it
};

// One of the two containers of a swap.
struct SwapSide {
  std::string id;       // empty: the swap makes it
  std::string name;     // while it is not the container: parked, or not yet in place
  std::string restart;  // its policy while it is the container
  // When it was last started, as the engine tells it; empty: unknown. Another one: somebody has
  // started it since, and it is not only ours any more.
  std::string started_at;
  bool running = true;
  // It may stay, stopped, and has its data then. Where not (--rm, data on a tmpfs, Compose's), it
  // comes back from `spec`, whose image is the twin of the safety snapshot, or that itself.
  bool lasting = true;
  bool volatile_data = false;  // gone as soon as it stops (tmpfs)
  docker::RawContainerSpec spec;
  Twin twin;  // the image that it is made of, where that has to be made first
};

struct Swap {
  SwapSide out;  // without an id: nothing had the container's name
  SwapSide in;
  std::vector<DataPlace> places;
  std::string kind;         // of the database
  std::string safety;       // id of the snapshot of what was there; empty: none
  std::string safety_name;  // its image
  // A volume of ours with what the places held, each in the directory of its number; empty: none,
  // and the safety snapshot has it (as all had in older entries).
  std::string saved;
  std::string data;   // id of the snapshot that came in; empty: unknown
  bool keep = false;  // not removed when its time is over
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
  std::string owner;   // scratch/owner.hpp
  std::string container;
  TimePoint when{};
  // When its dksnap was last at it, by this machine's clock: its file's time.
  TimePoint touched{};
  Stage stage = Stage::started;
  std::optional<Swap> swap;
  std::vector<RemovedSnapshot> removed;
};

// All but the stage and the id, which its file tells.
std::string to_json(const JournalEntry& entry);
// Nothing where the text is none, or holds anything that this program would not have written: names
// that are none, paths that lead elsewhere, more or deeper than there can be. `id`: its file's
// name.
std::optional<JournalEntry> parse_journal_entry(const std::string& id, const std::string& text);

// 8 hex digits.
bool is_entry_id(std::string_view text);

}  // namespace dksnap::swap
