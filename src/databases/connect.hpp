// A connection to where a booted copy's port is published.
#pragma once

#include "base/fd.hpp"
#include "databases/database.hpp"

namespace dksnap::databases {

// Reads and writes of it give up after two seconds. Nothing where nobody listens.
Fd connect_to(const Address& address);

}  // namespace dksnap::databases
