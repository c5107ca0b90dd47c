// Everything dksnap prints as JSON. Keys are only ever added; docs/scripting.md lists them.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "boot/boot.hpp"
#include "capture/create.hpp"
#include "snapshot/identity.hpp"
#include "snapshot/overview.hpp"
#include "snapshot/snapshot.hpp"
#include "swap/foreign.hpp"
#include "swap/swap.hpp"

namespace dksnap::cli {

// Each is one object on one line.
std::string json_snapshot(const snapshot::Snapshot& snapshot);
// Has the keys of a snapshot, but no id of its own.
std::string json_built(const snapshot::BuiltImage& image);
std::string json_create(const capture::CreateResult& result);
std::string json_boot(const snapshot::Snapshot& snapshot, const boot::BootResult& result);
std::string json_container(const snapshot::ContainerOverview& container);
std::string json_removed(const snapshot::Snapshot& snapshot, const std::string& bin_reference);
// Of replace, and of undo where it brought a container back.
std::string json_swap(const swap::JournalEntry& entry, const swap::SwapResult& result);
// Of what can be undone, was undone, or was pruned.
std::string json_entry(const swap::JournalEntry& entry);
// The same of somebody else's.
std::string json_foreign(const swap::ForeignSwap& foreign);
std::string json_error(const Error& error);

struct DoctorFinding {
  std::string check;  // "engine"
  bool ok = true;
  std::string text;
  std::string hint;  // what to do; empty if ok
};
std::string json_finding(const DoctorFinding& finding);
std::string json_version(const std::string& version);

// Events of --progress json. `took`: only for a step that ended.
std::string json_step(const std::string& type, const std::string& text,
                      std::optional<std::chrono::nanoseconds> took);
std::string json_progress(const std::string& text, std::uint64_t bytes, std::uint64_t total);

}  // namespace dksnap::cli
