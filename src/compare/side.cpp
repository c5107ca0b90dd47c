#include "compare/side.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/text.hpp"
#include "capture/take.hpp"
#include "databases/registry.hpp"
#include "snapshot/facts.hpp"
#include "snapshot/labels.hpp"

namespace dksnap::compare {
namespace {

// The kind of the snapshot, by the image that it is: the scratch has its files.
databases::Recognised recognise(snapshot::Context& context, const snapshot::Snapshot& snapshot,
                                const docker::Image& image, const std::string& scratch) {
  docker::Container like;
  like.id = scratch;
  like.config = image.config;
  like.image_id = image.id;
  const databases::ContainerFacts facts = snapshot::gather_facts(context.engine, like);
  for (databases::Recognised& one : databases::recognise(facts)) {
    if (one.database->name() != snapshot.kind) continue;
    one.recognition.server = one.database->server(facts, one.recognition);
    return std::move(one);
  }
  throw Error(ErrorCode::failed, fmt::format("cannot compare \"{}\"", printable(snapshot.title)),
              fmt::format("its image does not look like one of {}", snapshot.kind),
              "`dksnap show` tells what is known of it");
}

}  // namespace

Side::Side(snapshot::Context& context, const End& end) : context_(context) {
  if (end.is_live())
    open_container(end);
  else
    open_snapshot(*end.snapshot);
}

void Side::open_snapshot(const snapshot::Snapshot& snapshot) {
  name_ = fmt::format("\"{}\"", printable(snapshot.title));
  moment_ = snapshot.created;
  if (snapshot.capture == "dump") {
    throw Error(ErrorCode::failed, "cannot compare " + name_,
                "it is a dump, which no server has loaded yet",
                fmt::format("boot it and compare the copy: `dksnap boot {}`, then @NAME",
                            snapshot.short_id()));
  }
  const docker::Image image = context_.engine.inspect_image(snapshot.image_id);
  scratch::refuse_volumes_in_the_way(image);
  scratch::ScratchSpec spec;
  spec.image = image.id;
  spec.covered = image.config.volumes;
  scratch_ = std::make_unique<scratch::Scratch>(context_, spec);
  const databases::Recognised found = recognise(context_, snapshot, image, scratch_->id());
  serve(*found.database, found.recognition);
}

void Side::open_container(const End& end) {
  name_ = end.container;
  capture::CreateRequest request;
  request.container = end.container;
  request.kind = end.kind;
  request.purpose = "compare";
  capture::Taken taken = capture::take(context_, request);
  moment_ = taken.copied.created;
  scratch_ = std::move(taken.scratch);
  serve(*taken.plan.source.kind.database, taken.plan.source.kind.recognition);
}

void Side::serve(const databases::Database& database, const databases::Recognition& recognition) {
  kind_ = std::string(database.name());
  databases::CopyInScratch copy{context_.engine, scratch_->id(), scratch_->shell(),
                                [this](const std::string& path, const std::string& content) {
                                  StringSource source(content);
                                  scratch_->write_file(path, source);
                                }};
  session_ = database.serve(std::move(copy), recognition);
  if (session_) return;
  throw Error(ErrorCode::failed, "cannot compare " + name_,
              fmt::format("dksnap cannot yet ask a {} for its rows", kind_),
              "boot copies of both and look into them");
}

}  // namespace dksnap::compare
