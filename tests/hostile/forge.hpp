// Images that nobody should have: somebody else's labels, layers added or taken away, any
// configuration. Made from one that the engine has, without running it.
#pragma once

#include <map>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "support/desk.hpp"

namespace dksnap::test {

struct Forgery {
  std::string
      name;  // "repository:tag" of the new image; a name of the desk's, so that it goes away
  std::string from;                                       // the image that it is made from
  std::map<std::string, std::string> labels;              // set over those that `from` has
  std::vector<std::string> dropped_labels;                // of `from`
  nlohmann::json config = nlohmann::json::object();       // merged into the image's whole config
                                                          // (RFC 7396), labels last
  std::vector<std::map<std::string, std::string>> files;  // one more layer each: path → content,
                                                          // mode 0755; "a/.wh.b" deletes a/b
  std::size_t layers_taken_away = 0;                      // of `from`, from the top
};

// Loads it into the desk's engine. Returns its id. Throws where the engine refuses.
std::string forge(const Desk& desk, const Forgery& forgery);

}  // namespace dksnap::test
