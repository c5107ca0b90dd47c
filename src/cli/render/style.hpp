// Colours, where they are wanted.
#pragma once

#include <string>
#include <string_view>

namespace dksnap::cli {

class Style {
 public:
  explicit Style(bool on = false) : on_(on) {}
  // `choice`: auto, always, never. auto: a terminal, NO_COLOR unset or empty, TERM not "dumb".
  static Style choose(std::string_view choice, int fd);

  std::string bold(std::string_view text) const { return wrap("1", text); }
  std::string dim(std::string_view text) const { return wrap("2", text); }
  std::string green(std::string_view text) const { return wrap("32", text); }
  std::string red(std::string_view text) const { return wrap("31", text); }
  std::string yellow(std::string_view text) const { return wrap("33", text); }

 private:
  std::string wrap(std::string_view code, std::string_view text) const;
  bool on_;
};

}  // namespace dksnap::cli
