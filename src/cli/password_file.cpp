#include "cli/password_file.hpp"

#include <fcntl.h>

#include "base/error.hpp"
#include "base/fd.hpp"
#include "base/text.hpp"

namespace dksnap::cli {

std::string read_password(const std::string& path) {
  constexpr std::size_t kLongest = 4096;
  FdSource file(open_file(path, O_RDONLY), path);
  std::string password;
  try {
    password = read_all(file, kLongest);
  } catch (const Error& error) {
    if (error.code() != ErrorCode::failed) throw;
    throw Error(ErrorCode::failed, "cannot read a password from " + printable(path),
                "it is longer than any, or cannot be read: " + error.message(),
                "name a file that holds the password and nothing else");
  }
  while (!password.empty() && (password.back() == '\n' || password.back() == '\r'))
    password.pop_back();
  // No password at all would let another one be taken for it.
  if (password.empty()) {
    throw Error(ErrorCode::failed, "no password in " + printable(path), "the file is empty",
                "name a file that holds the password, or leave the option out");
  }
  return password;
}

}  // namespace dksnap::cli
