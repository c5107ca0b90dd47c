// Entries of the journal: what is accepted is written out as the same entry again.
#include <string>

#include "swap/journal_entry.hpp"
#include "targets.hpp"

namespace dksnap::fuzz {

int fuzz_journal(const std::uint8_t* data, std::size_t size) {
  const std::string id = "0123abcd";
  const auto entry =
      swap::parse_journal_entry(id, std::string(reinterpret_cast<const char*>(data), size));
  if (!entry) return 0;
  require(entry->id == id, "the file's name is the id");
  const std::string text = swap::to_json(*entry);
  const auto again = swap::parse_journal_entry(id, text);
  require(again && swap::to_json(*again) == text, "an entry is written as it was read");
  return 0;
}

}  // namespace dksnap::fuzz
