#include "cli/variables.hpp"

#include <cstdlib>
#include <fcntl.h>

#include "base/error.hpp"
#include "base/fd.hpp"
#include "base/text.hpp"

namespace dksnap::cli {
namespace {

// More than the kernel takes for the variables of one program (MAX_ARG_STRLEN is 128 kB each).
constexpr std::size_t kLongestFile = 4 * 1024 * 1024;

void add_variable(std::vector<std::string>& env, const std::string& text) {
  const std::string name = text.substr(0, text.find('='));
  if (name.empty()) {
    throw Error(ErrorCode::failed, "a variable is given as NAME=VALUE or NAME",
                "there is one without a name", "for instance -e POSTGRES_PASSWORD");
  }
  if (name.size() < text.size()) {
    env.push_back(text);
  } else if (const char* value = std::getenv(name.c_str())) {
    env.push_back(name + "=" + value);
  }
}

}  // namespace

std::vector<std::string> read_variables(const std::string& file,
                                        const std::vector<std::string>& given) {
  std::vector<std::string> env;
  if (!file.empty()) {
    FdSource source(open_file(file, O_RDONLY), file);
    for (std::string& line : split(read_all(source, kLongestFile), '\n')) {
      if (line.ends_with('\r')) line.pop_back();
      const std::size_t begin = line.find_first_not_of(" \t");
      if (begin != std::string::npos && line[begin] != '#') add_variable(env, line.substr(begin));
    }
  }
  for (const std::string& text : given) add_variable(env, text);
  return env;
}

}  // namespace dksnap::cli
