#include "contract/files_case.hpp"

#include "support/eventually.hpp"
#include "support/files_image.hpp"

namespace dksnap::test {

std::string FilesCase::start(Desk& desk) const {
  std::string container = desk.start("files", {}, {desk.image("files:1")});
  files_batch(desk, container,
              "mkdir /data/rows\n"
              "fill /data/rows/bulk 8000000 7\n"
              "write /data/rows/first 1\n"
              "fill /data/rows/doomed 100000 8\n"
              "mkdir /rows\n"
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

std::string FilesCase::state(Desk& desk, const std::string& container) const {
  return files_tree(desk, container, "/data/rows") + files_tree(desk, container, "/rows");
}

}  // namespace dksnap::test
