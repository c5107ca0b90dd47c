#include "image/chain_id.hpp"

#include "base/digest.hpp"

namespace dksnap::image {

std::vector<std::string> chain_ids(const std::vector<std::string>& diff_ids) {
  std::vector<std::string> chain;
  for (const std::string& diff_id : diff_ids)
    chain.push_back(chain.empty() ? diff_id : sha256_digest(chain.back() + " " + diff_id));
  return chain;
}

}  // namespace dksnap::image
