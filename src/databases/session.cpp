#include "databases/session.hpp"

namespace dksnap::databases {

// NOLINTNEXTLINE(performance-unnecessary-value-param): those who serve it keep it
std::unique_ptr<Session> Database::serve(CopyInScratch /*copy*/,
                                         const Recognition& /*recognition*/) const {
  return nullptr;
}

}  // namespace dksnap::databases
