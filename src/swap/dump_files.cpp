#include "swap/dump_files.hpp"

#include "base/paths.hpp"
#include "docker/engine.hpp"
#include "image/tar.hpp"
#include "swap/image_holder.hpp"

namespace dksnap::swap {
namespace {

void make_directory(docker::Engine& engine, const std::string& container, const std::string& path) {
  StringSink sink;
  image::TarWriter tar(sink);
  image::TarEntry entry;
  entry.type = image::TarType::directory;
  entry.path = path.substr(1);
  entry.mode = 0755;
  tar.add(entry);
  tar.finish();
  StringSource archive(sink.take());
  engine.put_archive(container, "/", archive);
}

}  // namespace

void put_files_of_image(snapshot::Context& context, const std::string& image,
                        const std::vector<std::string>& paths, const std::string& container_id) {
  docker::Engine& engine = context.engine;
  const ImageHolder holder(context, image);
  for (const std::string& path : paths) {
    const std::string above = parent_path(path);
    if (!engine.stat_path(container_id, above)) make_directory(engine, container_id, above);
    const auto archive = engine.get_archive(holder.id(), path);
    engine.put_archive(container_id, above, *archive);
  }
}

}  // namespace dksnap::swap
