#include "swap/data_format.hpp"

#include "base/stream.hpp"
#include "capture/contents.hpp"
#include "image/tar.hpp"
#include "scratch/scratch.hpp"
#include "snapshot/facts.hpp"
#include "swap/image_holder.hpp"
#include "worker/protocol/protocol.hpp"

namespace dksnap::swap {
namespace {

constexpr const char* kDirectory = worker::kStagingDirectory;
constexpr const char* kFile = "empty";

}  // namespace

std::optional<databases::StartData> start_data_in(snapshot::Context& context,
                                                  const std::string& image,
                                                  const capture::SourceContainer& reader) {
  const ImageHolder holder(context, image);
  const auto files =
      snapshot::gather_facts(context.engine, context.engine.inspect_container(holder.id()));
  databases::Recognition there = reader.kind.recognition;
  for (std::string& path : there.data_paths) path = capture::place_in_copy(path);
  return reader.kind.database->start_data(files, there);
}

std::optional<std::string> cannot_read(snapshot::Context& context, const databases::StartData& data,
                                       const capture::SourceContainer& reader) {
  scratch::ScratchSpec spec;
  spec.image = reader.image.id;
  spec.limits = scratch::limits_like(reader.container);
  scratch::Scratch scratch(context, spec);
  StringSink sink;
  image::TarWriter tar(sink);
  tar.add_file(kFile, data.empty_file, 0644);
  tar.finish();
  StringSource archive(sink.take());
  scratch.put_files(kDirectory, archive);
  databases::Shell shell = scratch.shell();
  return reader.kind.database->cannot_read(shell, reader.kind.recognition.server,
                                           std::string(kDirectory) + "/" + kFile);
}

}  // namespace dksnap::swap
