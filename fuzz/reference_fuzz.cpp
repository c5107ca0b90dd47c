// References: what is accepted means the same when written out, in both forms.
#include <string_view>

#include "image/reference.hpp"
#include "targets.hpp"

namespace dksnap::fuzz {

int fuzz_reference(const std::uint8_t* data, std::size_t size) {
  const auto reference =
      image::parse_reference(std::string_view(reinterpret_cast<const char*>(data), size));
  if (!reference) return 0;
  const auto again = image::parse_reference(reference->full());
  require(again && again->full() == reference->full(), "the full form is a reference");
  const std::string familiar = reference->familiar();
  const auto third = image::parse_reference(familiar);
  require(third && third->full() == reference->full(), "the familiar form means the same");
  return 0;
}

}  // namespace dksnap::fuzz
