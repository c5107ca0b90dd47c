// The steps of taking a snapshot, in their order. Each takes what those before it made, and lies in
// the file of its name.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "capture/create.hpp"
#include "capture/plan.hpp"
#include "capture/unfinished_image.hpp"
#include "scratch/scratch.hpp"

namespace dksnap::capture {

// The database of a running source has written out what it holds back.
struct Flushed {
  std::optional<TimePoint> moment;              // the data are of this one, not of the freeze's
  std::optional<databases::Download> download;  // they are not on its disk
  std::vector<std::string> missing;             // what is not in its files, as words
};
// It does not save what a copy would start from: a dump is another answer than what was asked for.
class NotSaved : public Error {
  using Error::Error;
};
// Throws NotSaved (database_refused, or credentials) where it does not and is not safe without,
// unless what it has written before is enough.
Flushed flush(snapshot::Context& context, const SourceContainer& source,
              const CreateRequest& request);
// What it prints instead is in the scratch, in place of what the copy has there.
void download(snapshot::Context& context, const SourceContainer& source,
              const databases::Download& wanted, scratch::Scratch& scratch);

// A throw-away container of the parent, or of the stage image, with the source's mounts. On any
// thread.
std::unique_ptr<scratch::Scratch> make_scratch(snapshot::Context& context, const Plan& plan);

// What the source held at one instant is in the scratch.
struct Copied {
  TimePoint created{};                 // that instant
  std::chrono::nanoseconds frozen{0};  // how long the source stood still for it
  std::uint64_t bytes = 0;
  std::uint64_t sockets = 0;  // left out
};
Copied copy(snapshot::Context& context, const Plan& plan, scratch::Scratch& scratch);

// What its server holds, as that tells it, and what loads it again. Throws `failed` where there is
// nothing that dumps it.
databases::Dump plan_dump(docker::Engine& engine, const SourceContainer& source,
                          const databases::Credentials& credentials);
Contents dumped_contents(const SourceContainer& source, const databases::Dump& dump);
// The dump is in the scratch. Throws credentials where the server asks for others, and
// database_refused where it does not tell all.
Copied dump(snapshot::Context& context, const Plan& plan, scratch::Scratch& scratch);

// The database's own server has recovered the copy and shut down cleanly.
struct Settled {
  bool done = false;                 // not for kinds that need none
  bool was_clean = false;            // there was nothing to recover
  std::string version;               // of that server
  std::vector<std::string> emptied;  // what it has not any more, as words
};
// `as_it_is`: a copy that the server refuses stays as it is, and is no error.
Settled settle(snapshot::Context& context, const Plan& plan, bool as_it_is,
               scratch::Scratch& scratch);

// What differs from the parent is one layer in the scratch.
using Packed = worker::PackResult;
Packed pack(snapshot::Context& context, scratch::Scratch& scratch);

// What its labels say of the snapshot. Without the image's id, which only the engine knows.
snapshot::Snapshot describe(const Plan& plan, const Copied& copied, const Settled& settled,
                            const Packed& packed);

// The layer is an image on the engine, which has been looked at and has not got its name yet.
struct Loaded {
  std::unique_ptr<UnfinishedImage> image;
  std::string id;
};
// Reads the layer out of the scratch, which is gone afterwards.
Loaded load(snapshot::Context& context, const Plan& plan, const snapshot::Snapshot& snapshot,
            const Packed& packed, std::unique_ptr<scratch::Scratch> scratch);

}  // namespace dksnap::capture
