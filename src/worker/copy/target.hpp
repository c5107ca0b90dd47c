// Changes to the target: whatever is made is made beside its place and renamed into it, so that
// nobody sees half of it and overlay file systems do not first copy what is replaced.
#pragma once

#include <functional>
#include <string>

#include "worker/tree/file_info.hpp"
#include "worker/tree/xattrs.hpp"

namespace dksnap::worker {

// Something new under a temporary name in an open directory; removed unless it was put in place.
class Beside {
 public:
  // `create` makes it under the name it is given: 0, or -1 with errno; EEXIST asks for another.
  Beside(int directory, const std::string& path, const std::function<int(const char*)>& create);
  ~Beside();
  Beside(const Beside&) = delete;
  Beside& operator=(const Beside&) = delete;
  const std::string& name() const { return name_; }
  void rename_to(const std::string& name);

 private:
  int directory_;
  const std::string& path_;
  std::string name_;
};

// Owner, then xattrs, mode and times: an owner's change takes setuid and capabilities away. `have`:
// what is there (null: all is set); `xattrs`: null leaves them. True if something was changed.
bool write_metadata(int directory, const std::string& name, const std::string& path,
                    const FileInfo& wanted, const FileInfo* have, const Xattrs* xattrs);

// Removes an entry, a directory with all that is in it except where `keep` (may be empty) holds for
// a path, and what leads there. Returns how many entries were removed.
std::uint64_t remove_entry(int directory, const std::string& name, const std::string& path,
                           const std::function<bool(const std::string&)>& keep);

}  // namespace dksnap::worker
