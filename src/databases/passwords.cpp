#include "databases/passwords.hpp"

namespace dksnap::databases {

std::string password_of(const ContainerFacts& facts, const Credentials& credentials,
                        const std::vector<std::string>& variables) {
  if (!credentials.password.empty()) return credentials.password;
  for (const std::string& variable : variables) {
    if (const auto value = facts.config.env_value(variable); value && !value->empty())
      return *value;
    const auto file = facts.config.env_value(variable + "_FILE");
    if (!file || file->empty()) continue;
    // As a shell's $(<file): without the line ends at its end.
    std::string content = facts.read(*file).value_or("");
    while (!content.empty() && content.back() == '\n') content.pop_back();
    if (!content.empty()) return content;
  }
  return {};
}

}  // namespace dksnap::databases
