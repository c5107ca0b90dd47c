// What `dksnap diff` is asked to compare, from the words of its command line.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "compare/outcome.hpp"
#include "snapshot/catalog.hpp"

namespace dksnap::cli {

struct DiffEnds {
  compare::End from;
  compare::End to;
};
// `to` empty: the container that `from` came from. Throws not_found.
DiffEnds choose_ends(docker::Engine& engine, const snapshot::Catalog& catalog,
                     const std::string& from, const std::string& to);
// Two lines: which, and of when.
std::vector<std::string> end_lines(const DiffEnds& ends, const compare::Outcome& outcome);

// "public.orders=id,line" each. Throws `failed` for anything else.
std::map<std::string, std::vector<std::string>> keys_by_table(
    const std::vector<std::string>& words);
// "2GB", "500 MB", "1024". Throws `failed`.
std::uint64_t size_in_bytes(const std::string& text, const std::string& option);
std::uint64_t whole_number(const std::string& text, const std::string& option);

}  // namespace dksnap::cli
