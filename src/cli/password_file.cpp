#include "cli/password_file.hpp"

#include <fcntl.h>

#include "base/fd.hpp"

namespace dksnap::cli {

std::string read_password(const std::string& path) {
  constexpr std::size_t kLongest = 4096;
  FdSource file(open_file(path, O_RDONLY), path);
  std::string password = read_all(file, kLongest);
  while (!password.empty() && (password.back() == '\n' || password.back() == '\r'))
    password.pop_back();
  return password;
}

}  // namespace dksnap::cli
