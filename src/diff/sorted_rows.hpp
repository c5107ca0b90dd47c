// Rows that come in any order, put in that of their keys.
#pragma once

#include <cstddef>
#include <memory>

#include "diff/rows.hpp"
#include "diff/schema.hpp"

namespace dksnap::diff {

// Takes all of `rows` at once, and holds about `most_bytes` of them; the rest waits in files
// without a name in the directory for temporary files, which are gone with the object. Throws Error
// where they cannot be written.
std::unique_ptr<RowSource> sorted_rows(RowSource& rows, const Comparable& by,
                                       std::size_t most_bytes = 16U << 20U);

}  // namespace dksnap::diff
