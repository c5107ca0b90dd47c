// A folder that goes away with its object.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <string>
#include <system_error>

#include "base/error.hpp"

namespace dksnap::test {

// Its path is short enough for sockets in it (108 bytes are all there are).
class TempDir {
 public:
  TempDir() {
    std::string name = "/tmp/dksnap-test-XXXXXX";
    if (::mkdtemp(name.data()) == nullptr) throw system_error("cannot make " + name);
    path_ = name;
  }
  ~TempDir() {
    std::error_code ignored;  // what a test left mounted stays
    std::filesystem::remove_all(path_, ignored);
  }
  TempDir(const TempDir&) = delete;
  TempDir& operator=(const TempDir&) = delete;

  const std::filesystem::path& path() const { return path_; }
  std::string operator/(const std::string& name) const { return (path_ / name).string(); }

 private:
  std::filesystem::path path_;
};

}  // namespace dksnap::test
