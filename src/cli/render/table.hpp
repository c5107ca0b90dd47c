// Columns of text for terminals and pipes alike.
#pragma once

#include <string>
#include <vector>

namespace dksnap::cli {

// The first row is the heading. All columns but the last are padded to the widest cell, two spaces
// apart. `width` > 0: lines are cut to so many columns, with "…". Cells are made printable().
std::vector<std::string> format_table(const std::vector<std::vector<std::string>>& rows,
                                      std::size_t width);

// Columns of the terminal on `fd`; 0 where it is none: then nothing is cut.
std::size_t terminal_width(int fd);

}  // namespace dksnap::cli
