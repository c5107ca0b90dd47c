#include "cli/render/style.hpp"

#include <cstdlib>
#include <unistd.h>

#include <fmt/format.h>

namespace dksnap::cli {

Style Style::choose(std::string_view choice, int fd) {
  if (choice == "always") return Style(true);
  if (choice == "never") return Style(false);
  const char* no_color = std::getenv("NO_COLOR");
  const char* term = std::getenv("TERM");
  const bool wanted = no_color == nullptr || *no_color == '\0';
  const bool able = term != nullptr && std::string_view(term) != "dumb";
  return Style(wanted && able && ::isatty(fd) != 0);
}

std::string Style::wrap(std::string_view code, std::string_view text) const {
  return on_ ? fmt::format("\033[{}m{}\033[0m", code, text) : std::string(text);
}

}  // namespace dksnap::cli
