// What was done that can be undone, and what is under way: one file for each in the state
// directory. It is written before anything is touched; only its stage changes afterwards, in place,
// so that a full disk cannot keep it from being told.
#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "base/fd.hpp"
#include "docker/engine.hpp"
#include "swap/journal_entry.hpp"

namespace dksnap::swap {

// A new one, with an id of its own, of this process and now.
JournalEntry new_entry(const std::string& verb, const std::string& engine,
                       const std::string& container);

struct JournalContents {
  std::vector<JournalEntry> entries;  // of one engine, newest first
  // Files that are no entries, each with the reason. They are left alone, and cost only themselves.
  std::vector<std::string> damaged;
  // Why none of it is believed: somebody else may have written there.
  std::optional<Error> refused;
};

class Journal {
 public:
  explicit Journal(const std::filesystem::path& state_dir) : directory_(state_dir / "journal") {}

  // `look_again` is called first, while nobody else can begin anything; what it throws ends it.
  // Throws in_use where another one of the same container is not done; `failed` or no_space where
  // it cannot be written, or is not to be trusted: then nothing may be touched.
  // `instead_of`: an entry that is not done, and that this one takes over; empty: none.
  void begin(const JournalEntry& entry, const std::function<void()>& look_again = {},
             const std::string& instead_of = {}) const;
  // As begin() does it: nobody else begins anything until `action` has returned.
  void while_locked(const std::function<void()>& action) const;
  void set_stage(const std::string& id, Stage stage) const;
  bool has(const std::string& id) const;
  // Nothing where another process has it: at most one takes an entry back.
  std::optional<Fd> claim(const std::string& id) const;
  // False where there is none, or it cannot be removed.
  bool forget(const std::string& id) const;

  JournalContents read(const std::string& engine) const;
  // The same; asks the engine who it is only where there is something.
  JournalContents read(docker::Engine& engine) const;
  std::vector<JournalEntry> entries(docker::Engine& engine) const { return read(engine).entries; }

 private:
  std::filesystem::path path(const std::string& id) const;
  void write(const JournalEntry& entry) const;
  std::filesystem::path directory_;
};

}  // namespace dksnap::swap
