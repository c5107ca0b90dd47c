// Rows as the servers' own clients print them: a line each, tabs between its cells, and behind a
// backslash what is no plain letter.
#pragma once

#include <memory>
#include <string>

#include "base/stream.hpp"
#include "diff/rows.hpp"

namespace dksnap::databases {

// How a cell that is NULL is told from its letters.
enum class NullMark {
  none,         // there are none
  backslash_n,  // "\N" (PostgreSQL manual, COPY, "Text Format")
  word,  // "NULL", and every other cell is printed with a "=" before it (mysql's --batch, asked so)
};

// The lines of a text.
class TextLines {
 public:
  explicit TextLines(std::unique_ptr<Source> text) : text_(std::move(text)) {}
  // Without its end. False at the end of the text; throws `failed` where that is in the middle of a
  // line, or one is longer than any row.
  bool next(std::string& line);

 private:
  std::unique_ptr<Source> text_;
  std::string buffer_;
  std::size_t at_ = 0;
  bool is_at_end_ = false;
};

class TextRows final : public diff::RowSource {
 public:
  // Of `columns` cells each.
  TextRows(std::unique_ptr<Source> text, std::size_t columns, NullMark mark);
  // Throws `failed` where it is no row, or the text ends in the middle of one.
  bool next(diff::Row& row) override;

 private:
  TextLines lines_;
  std::size_t columns_;
  NullMark mark_;
};

// Of a row of a catalogue: the text of a cell, empty where it is NULL, and the number that it is, 0
// where it is none.
const std::string& cell_text(const diff::Row& row, std::size_t at);
std::uint64_t cell_number(const diff::Row& row, std::size_t at);

// A line without its end. Throws `failed` where it is none, or has not as many cells.
diff::Row parse_row(std::string_view line, std::size_t columns, NullMark mark);

}  // namespace dksnap::databases
