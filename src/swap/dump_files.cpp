#include "swap/dump_files.hpp"

#include "base/paths.hpp"
#include "databases/dump.hpp"
#include "docker/engine.hpp"
#include "image/tar.hpp"
#include "scratch/scratch.hpp"

namespace dksnap::swap {
namespace {

// Never started: only its files are read.
class Holder {
 public:
  Holder(snapshot::Context& context, const std::string& image) : context_(context) {
    docker::ContainerSpec spec = scratch::scratch_container(image);
    scratch::confine(spec, scratch::default_limits(), scratch::Confined::image);
    id_ = context.engine.create_container(spec);
  }
  ~Holder() {
    try {
      context_.rescue.remove_container(id_);
    } catch (const std::exception& error) {
      context_.reporter.notice(error.what());
    }
  }
  Holder(const Holder&) = delete;
  Holder& operator=(const Holder&) = delete;
  const std::string& id() const { return id_; }

 private:
  snapshot::Context& context_;
  std::string id_;
};

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

void put_dump(snapshot::Context& context, const std::string& image,
              const std::string& container_id) {
  docker::Engine& engine = context.engine;
  const Holder holder(context, image);
  for (const std::string& path :
       {std::string(databases::kDumpDirectory), std::string(databases::kDumpLoader)}) {
    const std::string above = parent_path(path);
    if (!engine.stat_path(container_id, above)) make_directory(engine, container_id, above);
    const auto archive = engine.get_archive(holder.id(), path);
    engine.put_archive(container_id, above, *archive);
  }
}

}  // namespace dksnap::swap
