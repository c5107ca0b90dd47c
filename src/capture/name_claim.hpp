// The right to give an image a name that is free. An engine moves a name without a word, and
// between a look at it and the giving somebody else may come; a container's name it gives only
// once.
#pragma once

#include <string>

#include "snapshot/context.hpp"

namespace dksnap::capture {

// A container that nobody starts, as long as the object lives. The next dksnap removes that of one
// that died.
class NameClaim {
 public:
  // `image`: the id of any that makes no volumes. Throws in_use where somebody else has the claim.
  NameClaim(snapshot::Context& context, const std::string& image, const std::string& name);
  ~NameClaim() { remove(); }
  NameClaim(const NameClaim&) = delete;
  NameClaim& operator=(const NameClaim&) = delete;

 private:
  void remove() noexcept;

  snapshot::Context& context_;
  std::string container_;
};

}  // namespace dksnap::capture
