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

// Of an image in which its kind has made nothing yet.
class NothingYet final : public databases::Session {
 public:
  std::string version() const override { return {}; }
  bool is_alive() const override { return true; }
  diff::Catalogue catalogue() override { return {}; }
  std::vector<diff::PartSum> sums(const diff::Table&, const diff::Comparable&) override {
    return {};
  }
  std::unique_ptr<diff::RowSource> rows(const diff::Table&, const diff::Comparable&,
                                        const std::vector<std::uint64_t>&) override {
    return std::make_unique<diff::NoRows>();
  }
};

// What the image has where its kind looks for data. Of files there is always something.
bool has_data(const databases::Recognised& found, databases::Shell scratch) {
  const std::vector<std::string>& paths = found.recognition.data_paths;
  if (paths.empty() || found.database->is_recipe()) return true;
  const databases::ProgramResult listed =
      scratch.run({databases::kWorkerProgram, "list", paths.front()}, "0:0");
  return listed.ok() && !trim(listed.out).empty();
}

// The kind of the snapshot, by the image that the scratch is made of: it has its files.
std::optional<databases::Recognised> recognise(snapshot::Context& context,
                                               const snapshot::Snapshot& snapshot,
                                               const docker::Image& image,
                                               const std::string& scratch) {
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
  // One whose server a script starts does not show it; who made the snapshot had seen it run.
  if (snapshot.image_id == image.id && !snapshot.paths.empty()) {
    databases::Recognised told;
    told.database = &snapshot::database_of(snapshot);
    told.recognition.kind = snapshot.kind;
    told.recognition.data_paths = snapshot.paths;
    told.recognition.server = told.database->server(facts, told.recognition);
    return told;
  }
  return std::nullopt;
}

}  // namespace

Side::Side(snapshot::Context& context, const End& end) : context_(context) {
  if (end.is_live())
    open_container(end);
  else if (end.is_base)
    open_base(*end.snapshot);
  else
    open_snapshot(*end.snapshot);
}

void Side::open_base(const snapshot::Snapshot& snapshot) {
  name_ = "the image " + snapshot.base;
  moment_ = snapshot.created;
  docker::Image image;
  try {
    image = context_.engine.inspect_image(snapshot.base_id);
  } catch (Error& error) {
    if (error.code() == ErrorCode::not_found)
      error.default_hint("the snapshot was made on it, and the engine has it no longer: pull it");
    throw;
  }
  scratch::refuse_volumes_in_the_way(image);
  scratch::ScratchSpec spec;
  spec.image = image.id;
  scratch_ = std::make_unique<scratch::Scratch>(context_, spec);
  const auto found = recognise(context_, snapshot, image, scratch_->id());
  const databases::Database& database = snapshot::database_of(snapshot);
  if (found && has_data(*found, scratch_->shell()))
    return serve(*found->database, found->recognition);
  kind_ = snapshot.kind;
  sql_words_ = database.sql_words();
  session_ = std::make_unique<NothingYet>();
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
  const auto found = recognise(context_, snapshot, image, scratch_->id());
  if (!found) {
    throw Error(ErrorCode::failed, "cannot compare " + name_,
                fmt::format("its image does not look like one of {}", snapshot.kind),
                "`dksnap show` tells what is known of it");
  }
  serve(*found->database, found->recognition);
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
  sql_words_ = database.sql_words();
  databases::CopyInScratch copy{
      context_.engine, scratch_->id(), scratch_->shell(),
      [this](const std::string& path, const std::string& content) {
        StringSource source(content);
        scratch_->write_file(path, source);
      },
      [this](docker::ExecSpec program) -> const databases::RunningServer& {
        servers_.push_back(std::make_unique<databases::RunningServer>(
            context_.engine, scratch_->id(), std::move(program)));
        return *servers_.back();
      }};
  session_ = database.serve(std::move(copy), recognition);
  if (session_) return;
  throw Error(ErrorCode::failed, "cannot compare " + name_,
              fmt::format("dksnap cannot yet ask a {} for its rows", kind_),
              "boot copies of both and look into them");
}

}  // namespace dksnap::compare
