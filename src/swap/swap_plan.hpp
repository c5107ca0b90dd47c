// What replace and undo plan in the same way.
#pragma once

#include <string>
#include <vector>

#include "swap/data_places.hpp"
#include "swap/replace.hpp"

namespace dksnap::swap {

// Looks at the container, and at whether anything may be put in its place at all.
capture::SourceContainer inspect_replaceable(snapshot::Context& context, const std::string& ref,
                                             std::string_view kind);

// Of a container that takes another one's place: which entry's it is, and whose.
docker::StringMap swap_labels(const JournalEntry& entry);

// It is stopped, and what it has not written is in no copy of its files. Throws `failed` then.
void refuse_loss(snapshot::Context& context, const capture::SourceContainer& source,
                 const std::string& way_out);

// The journal's entry, and the old container's side of it.
void begin_plan(SwapPlan& plan, const std::string& verb, const docker::EngineInfo& engine);

// Decides on the safety snapshot of what the places, and a container that cannot stay, hold; and
// writes the line about it. The places must be known.
void plan_safety(snapshot::Context& context, SwapPlan& plan, bool wanted,
                 const docker::EngineInfo& engine);

// The same where nothing has the container's name: the places of one that comes back may have been
// written since, and nothing that stands in the way holds them. `worker_image`: any that the engine
// has.
void plan_safety_of_places(SwapPlan& plan, const std::string& worker_image,
                           const docker::EngineInfo& engine);

// The new container's arguments: the old one's. `mounts`: what becomes of them.
void plan_new_container(snapshot::Context& context, SwapPlan& plan,
                        const snapshot::Snapshot& snapshot, const MountChoice& mounts,
                        const docker::EngineInfo& engine);

// The same on the same image: of what it holds only its places change.
void plan_same_container(snapshot::Context& context, SwapPlan& plan,
                         const docker::EngineInfo& engine);

// The last thing of a plan: notes what it rests on.
void finish_plan(snapshot::Context& context, SwapPlan& plan);

// Throws in_use where another running container has one of the places mounted.
void refuse_shared_places(snapshot::Context& context, const SwapPlan& plan);
// Throws no_space where the engine's disk is here, and has no room for the safety snapshot.
void refuse_full_disk(snapshot::Context& context, const SwapPlan& plan,
                      const docker::EngineInfo& engine, std::uint64_t data_bytes);

// Those that use its network as theirs ("--network container:db"): they lose it with the old one.
std::vector<std::string> sharers_of_network(snapshot::Context& context,
                                            const capture::SourceContainer& source);

// "seed data (b90e4d17), 2 days old"
std::string describe_snapshot(const snapshot::Snapshot& snapshot);
// The engine chooses the host's, anew for each container.
bool has_random_port(const docker::PortBinding& port);
// "its name, port 5432, network shop_default, 6 variables, 1 mount, compose service shop/db"
std::string describe_kept(const capture::SourceContainer& source);
// Looks into the places, in a container of its own: what will be written and saved is known then.
// The places and their data must be known. Throws no_space where that has no room.
void look_into_places(snapshot::Context& context, SwapPlan& plan);
// How long clients will wait, as an estimate for people.
std::string describe_stand_still(const SwapPlan& plan);

}  // namespace dksnap::swap
