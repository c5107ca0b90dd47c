// Text for people: sizes, ages, slugs, columns; and the small parsing helpers everyone needs.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace dksnap {

// "338 MB": powers of 1000 with one decimal below 10, as docker prints sizes.
std::string human_size(std::uint64_t bytes);
// "0.44 s", "12 s", "3 min 5 s".
std::string human_duration(std::chrono::nanoseconds duration);
// "3 hours ago", "just now".
std::string human_age(std::chrono::seconds age);

std::vector<std::string> split(std::string_view text, char separator);
std::string join(const std::vector<std::string>& parts, std::string_view separator);
std::string_view trim(std::string_view text);
std::string to_lower(std::string_view text);  // ASCII only
bool contains_ignoring_case(std::string_view text, std::string_view part);
// The last lines of a log, at most `count`.
std::string last_lines(std::string_view text, std::size_t count);

// A title as a tag of an image reference: lower case, [a-z0-9._-], at most 60 characters;
// "snapshot" if nothing of the title can be kept.
std::string slug(std::string_view title);

// Control characters (a terminal would act on them) as \n, \t or \xNN; invalid UTF-8 as \xNN;
// bidirectional controls, characters without width and line separators as \uNNNN, but for joiners
// between letters or emoji that they join. What it returns it leaves as it is, so calling it twice
// does no harm.
std::string printable(std::string_view text);
// The same of JSON text on one line, which stays the JSON that it was: \uNNNN for all of them.
std::string printable_json(std::string_view json);
// At most `columns` terminal columns; "…" at the end where something was cut.
std::string ellipsize(std::string_view text, std::size_t columns);
// Terminal columns of valid UTF-8 text: wide characters count 2, combining ones 0.
std::size_t display_width(std::string_view text);
// A path or word as a POSIX shell takes it, quoted only where needed.
std::string shell_quote(std::string_view word);

// Number of single-character edits between two words: for "did you mean".
std::size_t edit_distance(std::string_view a, std::string_view b);

// `bytes` random bytes from the kernel as hex.
std::string random_hex(std::size_t bytes);

}  // namespace dksnap
