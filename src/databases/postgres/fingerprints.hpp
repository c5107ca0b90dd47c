// What tells that a table's rows are the same on two copies, without a row being read.
//
// A table's files are not enough: whether a row is there is told by the fate of the transactions
// that wrote it, what it says by the catalogue (defaults of columns that were added later, labels
// of enums). Files that are equal on both sides hold no transaction that the side with fewer of
// them has not begun; so where all before that have the same fate on both, equal files under equal
// descriptions are equal rows. (PostgreSQL manual, "Database Physical Storage"; its README of
// access/transam: a transaction whose fate pg_xact does not tell counts as aborted.)
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "databases/shell.hpp"
#include "diff/catalogue.hpp"
#include "diff/rows.hpp"

namespace dksnap::databases::postgres {

// How far a server has come.
struct History {
  std::string build;                     // its version, and what it was built for
  std::uint64_t oldest_transaction = 0;  // none before it is in a table, but as what is for ever
  std::uint64_t next_transaction = 0;
  std::uint64_t oldest_multi = 0;  // the same of groups of transactions that hold one row
  std::uint64_t next_multi = 0;
};
std::string to_text(const History& history);
// Nothing for what to_text() does not write.
std::optional<History> history_of(const std::string& text);

// Asks a database, as COPY does.
using Ask = std::function<std::unique_ptr<diff::RowSource>(
    const std::string& database, const std::string& query, std::size_t cells)>;

// From version 11 on. Writes what the server still holds in memory; nothing where it follows
// another server, or has had more transactions than fit one count.
std::optional<History> read_history(const Ask& ask);

// Those of Session::fingerprints(). `directory`: the server's data, in the scratch.
std::vector<std::string> read_fingerprints(const Ask& ask, Shell& scratch,
                                           const std::string& directory,
                                           const std::vector<diff::Table>& tables,
                                           const History& own, const History& other);

}  // namespace dksnap::databases::postgres
