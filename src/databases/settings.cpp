#include "databases/database.hpp"

namespace dksnap::databases {

std::optional<std::string> Settings::env_value(std::string_view name) const {
  for (const std::string& line : env) {
    const std::string_view text = line;
    if (text.size() > name.size() && text.starts_with(name) && text[name.size()] == '=') {
      return std::string(text.substr(name.size() + 1));
    }
  }
  return std::nullopt;
}

}  // namespace dksnap::databases
