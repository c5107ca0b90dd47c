// The files of a copy, for kinds whose server is not asked.
#pragma once

#include <memory>

#include "databases/session.hpp"

namespace dksnap::databases::files {

// One table: a row a file of the copy's root, with what it holds as a hash.
std::unique_ptr<Session> list_files(CopyInScratch copy);

}  // namespace dksnap::databases::files
