// What tells the dumps of the MySQL family's products apart, and the scripts that write and load
// them.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "databases/dump.hpp"
#include "databases/innodb/product.hpp"

namespace dksnap::databases::innodb {

struct DumpWords {
  std::span<const std::string_view> tools;  // the present name first
  // Shell (kWriter says what it may use): prints the statements that make the server's accounts
  // again, a line each.
  std::string_view accounts;
  // Options that the tool is given where its own help names them.
  std::span<const std::string_view> options;
  // A file of the data directory that the server reads at its start alone, without which it does
  // not start, and what is put in its place while a dump is loaded.
  std::string_view guard_file;
  std::string_view guard_text;
  // On which host everybody is whom its first account may grant to be (GRANT PROXY).
  std::string_view any_host;
  bool makes_views_again;  // so that those over others can be written to
  std::string_view lacks;  // as Dump::lacks
  // Statements. Their rows: "missing" or "note", and as Dump's; rows of the same second column are
  // one sentence, with the third ones where it has "{}".
  std::string_view questions;
};

// A shell's script that prints a dump: accounts in lines that begin with kAccount, then
// kEndOfAccounts, then what the tool prints. It ends well only if all of that was printed.
inline constexpr std::string_view kAccount = "-- account: ";
inline constexpr std::string_view kEndOfAccounts = "-- end of accounts";
inline constexpr std::string_view kLastLine = "-- Dump completed";
// Puts `text` wherever `mark` stands.
void fill_in(std::string& script, std::string_view mark, std::string_view text);
std::string joined(std::span<const std::string_view> words);  // with blanks
std::string writer_script(const Product& product, const DumpWords& words);
// Ends all that the first has started, and what the server does for it.
std::string cancel_script(const Product& product);
// A bash's script that loads one, for the images' entrypoint.
std::string loader_script(const Product& product, const DumpWords& words);

// What the questions' rows say.
void add_sentences(const std::string& rows, Dump& dump);

}  // namespace dksnap::databases::innodb
