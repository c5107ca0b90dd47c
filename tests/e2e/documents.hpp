// Tables of the documents, so that tests can hold them against the program.
#pragma once

#include <string>
#include <vector>

namespace dksnap::test {

using Table = std::vector<std::vector<std::string>>;  // rows of cells; quoting with ` is removed

// The rows, without the heading, of the first table after `heading` ("### `boot`") or, within that
// section, after the line `after`. Throws where there is none.
Table document_table(const std::string& document, const std::string& heading,
                     const std::string& after = "");

// Its first column.
std::vector<std::string> first_column(const Table& table);

}  // namespace dksnap::test
