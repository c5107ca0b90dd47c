// How a command declares what it takes. The parser behind it is CLI11 (parser.cpp).
#pragma once

#include <string>
#include <vector>

namespace dksnap::cli {

// What is declared is written to when the command line is parsed; it must live until then.
class Arguments {
 public:
  virtual ~Arguments() = default;
  virtual void positional(const std::string& name, std::string& into, const std::string& help,
                          bool required = true) = 0;
  // One or more.
  virtual void positionals(const std::string& name, std::vector<std::string>& into,
                           const std::string& help) = 0;
  // `flags` as "-m,--message"; `value` names the value in the help.
  virtual void option(const std::string& flags, const std::string& value, std::string& into,
                      const std::string& help) = 0;
  virtual void option(const std::string& flags, const std::string& value,
                      std::vector<std::string>& into, const std::string& help) = 0;
  // One that has to be given.
  virtual void required_option(const std::string& flags, const std::string& value,
                               std::string& into, const std::string& help) = 0;
  virtual void seconds(const std::string& flags, int& into, const std::string& help) = 0;
  // One of `values`.
  virtual void choice(const std::string& flags, const std::vector<std::string>& values,
                      std::string& into, const std::string& help) = 0;
  virtual void flag(const std::string& flags, bool& into, const std::string& help) = 0;
  // Counts how often it is given.
  virtual void count(const std::string& flags, int& into, const std::string& help) = 0;
};

}  // namespace dksnap::cli
