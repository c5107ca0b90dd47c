// What a Redis or Valkey server is asked to do with its keys, in its own Lua.
#pragma once

#include <string>

namespace dksnap::databases::redis {

// A key is a row by itself, with the value of a string, and so is each field, member or entry of
// it, and each group of a stream's readers, by its name, or by its place in a list. Cells: key,
// field (NULL: the key itself), type, value (of a member of a sorted set its score) and, of the key
// itself, when its time is over, in milliseconds since 1970, or "yes" where the server is too old
// to tell that (before 7.0).
inline constexpr std::size_t kRowCells = 5;

// Before all others, in each database: no key's time comes from then on; when it would have come is
// kept. ARGV: "1" where the server tells when, the number of the database, and that of ours.
std::string hold_script();
// ARGV: the same, and the moment, in milliseconds since 1970, at which keys whose time is over are
// left out. It answers "ok" and a line for each part: its number, how
// many rows it has, and their sum.
std::string sums_script();
// ARGV: the same, the name of an index to make, and the parts that are in it with
// commas before and behind each, or "" for all. It answers "ok" and how many rows are in it.
std::string index_script();
// ARGV: the same with the first row and the last in place of the parts. In the
// order of their keys, which is that of their bytes, NULL last.
std::string page_script();

}  // namespace dksnap::databases::redis
