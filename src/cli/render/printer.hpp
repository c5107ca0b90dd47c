// The only way to standard output and standard error. What came from outside is escaped here, so
// that no caller can forget it (base/text.hpp: printable).
#pragma once

#include <string>
#include <string_view>

namespace dksnap::cli {

// One line as it can be printed: any text, escaped; an object of JSON; or what other programs read.
class PrintedLine {
 public:
  // NOLINTBEGIN(google-explicit-constructor): every text is one.
  PrintedLine(std::string_view text);
  PrintedLine(const std::string& text) : PrintedLine(std::string_view(text)) {}
  PrintedLine(const char* text) : PrintedLine(std::string_view(text)) {}
  // NOLINTEND(google-explicit-constructor)
  static PrintedLine json(std::string_view object);  // without line ends
  // With all that is in it, line ends too: not for a terminal, which would act on what it holds.
  static PrintedLine raw(std::string_view text);
  const std::string& text() const { return text_; }

 private:
  PrintedLine() = default;
  std::string text_;
};

// Before anything else is opened: a standard stream that the caller has closed is opened on
// /dev/null, so that nothing opened later gets its number, and such that using it fails. A reader
// that goes away is an error of the write then, and no signal.
void keep_standard_streams();

// Results, to standard output, all at once. Throws Error `failed` where they cannot be written;
// once the reader has gone, what it did not want to read is no error.
void print_line(const PrintedLine& line);
// dksnap's own words, or lines of which every part was escaped: nothing is escaped here.
void print_as_it_is(std::string_view text);

// For people, to standard error. Where that cannot be written nobody can be told.
void tell_line(const PrintedLine& line);
void tell_as_it_is(std::string_view text);

}  // namespace dksnap::cli
