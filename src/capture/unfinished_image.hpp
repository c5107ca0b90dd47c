// A name for an image until it is what it should be. What is loaded under it is no snapshot yet,
// and a dksnap that dies leaves nothing that looks like one.
#pragma once

#include <string>

#include "snapshot/context.hpp"

namespace dksnap::capture {

class UnfinishedImage {
 public:
  explicit UnfinishedImage(snapshot::Context& context);
  // Takes the name away, and with it the image, unless that has got another one. Waits a moment for
  // an image that an engine may still be loading; where it comes later, the next dksnap removes it.
  ~UnfinishedImage();
  UnfinishedImage(const UnfinishedImage&) = delete;
  UnfinishedImage& operator=(const UnfinishedImage&) = delete;

  const std::string& reference() const { return reference_; }
  // To be called when it was loaded, or is known not to be there.
  void is_settled() { settled_ = true; }
  // Gives the image its name for good. To be called by who has the claim to it. Throws `in_use`
  // where an image has that name.
  void publish(const std::string& name);

 private:
  snapshot::Context& context_;
  std::string reference_;
  bool settled_ = false;
};

}  // namespace dksnap::capture
