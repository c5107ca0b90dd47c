// Everything dksnap prints as JSON. Keys are only ever added; docs/scripting.md lists them.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "boot/boot.hpp"
#include "capture/create.hpp"
#include "cli/render/printer.hpp"
#include "snapshot/identity.hpp"
#include "snapshot/overview.hpp"
#include "snapshot/snapshot.hpp"
#include "swap/foreign.hpp"
#include "swap/swap.hpp"

namespace dksnap::cli {

// Each is one object on one line.
PrintedLine json_snapshot(const snapshot::Snapshot& snapshot);
// Has the keys of a snapshot, but no id of its own.
PrintedLine json_built(const snapshot::BuiltImage& image);
PrintedLine json_create(const capture::CreateResult& result);
PrintedLine json_boot(const snapshot::Snapshot& snapshot, const boot::BootResult& result);
PrintedLine json_container(const snapshot::ContainerOverview& container);
PrintedLine json_removed(const snapshot::Snapshot& snapshot, const std::string& bin_reference);
// Of replace, and of undo where it brought a container back.
PrintedLine json_swap(const swap::JournalEntry& entry, const swap::SwapResult& result);
// Of what can be undone, was undone, or was pruned.
PrintedLine json_entry(const swap::JournalEntry& entry);
// The same of somebody else's.
PrintedLine json_foreign(const swap::ForeignSwap& foreign);
PrintedLine json_error(const Error& error);

struct DoctorFinding {
  std::string check;  // "engine"
  bool ok = true;
  std::string text;
  std::string hint;  // what to do; empty if ok
};
PrintedLine json_finding(const DoctorFinding& finding);
PrintedLine json_version(const std::string& version);

// Events of --progress json. `took`: only for a step that ended.
PrintedLine json_step(const std::string& type, const std::string& text,
                      std::optional<std::chrono::nanoseconds> took);
PrintedLine json_progress(const std::string& text, std::uint64_t bytes, std::uint64_t total);

}  // namespace dksnap::cli
