#include "databases/text_rows.hpp"

#include <charconv>

#include <fmt/format.h>

#include "base/error.hpp"

namespace dksnap::databases {
namespace {

// No value is longer than 1 GB (PostgreSQL manual, "PostgreSQL Limits"; MySQL's largest packet),
// each byte of it being four at most here.
constexpr std::size_t kLongestLine = 4ULL << 30U;

Error no_row(const std::string& why) {
  return {ErrorCode::failed, "cannot read the rows that the server prints", why};
}

// What stands behind a backslash is one letter: neither client writes octal or hexadecimal ones.
char unescaped(char letter) {
  switch (letter) {
    case '0':
      return '\0';
    case 'b':
      return '\b';
    case 'f':
      return '\f';
    case 'n':
      return '\n';
    case 'r':
      return '\r';
    case 't':
      return '\t';
    case 'v':
      return '\v';
    default:
      return letter;
  }
}

diff::Cell parse_cell(std::string_view text, NullMark mark) {
  if (mark != NullMark::none && text == (mark == NullMark::word ? "NULL" : "\\N"))
    return std::nullopt;
  if (mark == NullMark::word) {
    if (!text.starts_with('=')) throw no_row("a cell does not begin with its mark");
    text.remove_prefix(1);
  }
  std::string cell;
  cell.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\\') {
      cell += text[i];
      continue;
    }
    if (++i == text.size()) throw no_row("a cell ends with a backslash");
    cell += unescaped(text[i]);
  }
  return cell;
}

}  // namespace

const std::string& cell_text(const diff::Row& row, std::size_t at) {
  static const std::string kNothing;
  return row.at(at) ? *row[at] : kNothing;
}

std::uint64_t cell_number(const diff::Row& row, std::size_t at) {
  const std::string& text = cell_text(row, at);
  std::uint64_t number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

diff::Row parse_row(std::string_view line, std::size_t columns, NullMark mark) {
  diff::Row row;
  row.reserve(columns);
  std::size_t begin = 0;
  for (std::size_t end = 0; end != std::string_view::npos; begin = end + 1) {
    end = line.find('\t', begin);
    const std::string_view cell =
        line.substr(begin, end == std::string_view::npos ? end : end - begin);
    // A row without columns is an empty line.
    if (columns != 0) row.push_back(parse_cell(cell, mark));
  }
  if (row.size() != columns || (columns == 0 && !line.empty()))
    throw no_row(fmt::format("a row has {} cells, and not {}", row.size(), columns));
  return row;
}

TextRows::TextRows(std::unique_ptr<Source> text, std::size_t columns, NullMark mark)
    : lines_(std::move(text)), columns_(columns), mark_(mark) {}

bool TextLines::next(std::string& line) {
  line.clear();
  for (;;) {
    const std::size_t end = buffer_.find('\n', at_);
    const std::size_t until = end == std::string::npos ? buffer_.size() : end;
    line.append(buffer_, at_, until - at_);
    if (line.size() > kLongestLine) throw no_row("a row is longer than any can be");
    if (end != std::string::npos) {
      at_ = end + 1;
      return true;
    }
    buffer_.resize(kCopyBuffer);
    at_ = 0;
    const std::size_t got =
        is_at_end_ ? 0 : text_->read(std::as_writable_bytes(std::span(buffer_)));
    buffer_.resize(got);
    if (got != 0) continue;
    is_at_end_ = true;
    if (!line.empty()) throw no_row("the last one is cut off");
    return false;
  }
}

bool TextRows::next(diff::Row& row) {
  std::string line;
  if (!lines_.next(line)) return false;
  row = parse_row(line, columns_, mark_);
  return true;
}

}  // namespace dksnap::databases
