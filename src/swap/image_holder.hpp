// A container of an image that is never started: only its files are read.
#pragma once

#include <string>

#include "snapshot/context.hpp"

namespace dksnap::swap {

// Gone with this object.
class ImageHolder {
 public:
  ImageHolder(snapshot::Context& context, const std::string& image);
  ~ImageHolder();
  ImageHolder(const ImageHolder&) = delete;
  ImageHolder& operator=(const ImageHolder&) = delete;
  const std::string& id() const { return id_; }

 private:
  snapshot::Context& context_;
  std::string id_;
};

}  // namespace dksnap::swap
