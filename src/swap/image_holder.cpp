#include "swap/image_holder.hpp"

#include "docker/engine.hpp"
#include "scratch/scratch.hpp"

namespace dksnap::swap {

ImageHolder::ImageHolder(snapshot::Context& context, const std::string& image) : context_(context) {
  docker::ContainerSpec spec = scratch::scratch_container(image);
  scratch::confine(spec, scratch::default_limits(), scratch::Confined::image);
  id_ = context.engine.create_container(spec);
}

ImageHolder::~ImageHolder() {
  try {
    context_.rescue.remove_container(id_);
  } catch (const std::exception& error) {
    context_.reporter.notice(error.what());
  }
}

}  // namespace dksnap::swap
