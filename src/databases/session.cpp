#include "databases/session.hpp"

namespace dksnap::databases {

std::unique_ptr<Session> Database::serve(CopyInScratch /*copy*/,
                                         const Recognition& /*recognition*/) const {
  return nullptr;
}

}  // namespace dksnap::databases
