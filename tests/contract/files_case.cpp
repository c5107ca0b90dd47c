#include "contract/files_case.hpp"

#include <regex>

#include "support/eventually.hpp"
#include "support/files_image.hpp"

namespace dksnap::test {

Words FilesCase::at_once() const {
  return kAtOnce;
}

std::string FilesCase::start(Desk& desk) const {
  std::string container = desk.start("files", {}, {desk.image("files:1")});
  files_batch(desk, container,
              "mkdir /data/rows\n"
              "fill /data/rows/bulk 8000000 7\n"
              "write /data/rows/first 1\n"
              "fill /data/rows/doomed 100000 8\n"
              "mkdir /rows\n"
              "chown 7 8 /rows\n"
              "chmod 0750 /rows\n"
              "write /rows/first 1\n");
  return container;
}

void FilesCase::wait(Desk& desk, const std::string& container) const {
  EXPECT_TRUE(eventually("the program in " + container + " writes", [&] {
    return desk.docker({"exec", container, "/files", "stat", "/data/counter"}).status == 0;
  }));
}

void FilesCase::add(Desk& desk, const std::string& container, const std::string& name) const {
  files_batch(desk, container,
              "write /data/rows/" + name + " new\n" + "append /data/rows/first " + name + "\n" +
                  "write /rows/" + name + " new\n");
}

void FilesCase::remove_doomed(Desk& desk, const std::string& container) const {
  files_batch(desk, container, "rm /data/rows/doomed\n");
}

std::string FilesCase::doomed_file(Desk&, const std::string&) const {
  return "/data/rows/doomed";
}

// Without the parts that the engine's archive calls, through which a stopped container is read, do
// not give: times below a second. The tests of odd files look at those.
std::string FilesCase::state(Desk& desk, const std::string& container) const {
  static const std::regex times(" mtime_ns=(-?[0-9]+)[0-9]{9}");
  const std::string all =
      files_tree(desk, container, "/data/rows") + files_tree(desk, container, "/rows");
  return std::regex_replace(all, times, " mtime=$1");
}

}  // namespace dksnap::test
