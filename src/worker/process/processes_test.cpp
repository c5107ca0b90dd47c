#include "worker/process/processes.hpp"

#include <gtest/gtest.h>

#include "base/error.hpp"
#include "worker/test_root.hpp"

namespace dksnap::worker {
namespace {

const std::string kId(64, 'a');
const std::string kOther(64, 'b');

class FindInit : public ::testing::Test {
 protected:
  void add(int pid, int parent, int start, const std::string& cgroup) {
    const std::string directory = root_.path() + "/proc/" + std::to_string(pid);
    fs::create_directories(directory);
    write_file(directory + "/stat", std::to_string(pid) + " (a b) (c) S " + std::to_string(parent) +
                                        " 1 1 0 -1 0 0 0 0 0 1 2 3 4 20 0 1 0 " +
                                        std::to_string(start) + " 0 0\n");
    write_file(directory + "/cgroup", "4:memory:/x\n0::" + cgroup + "\n");
  }
  pid_t find(bool own) { return find_init(root_.path() + "/proc", kId, own); }

  TestRoot root_;
};

TEST(ContainersRoot, IsNoDirectoryThatAProcessHasChosen) {
  const std::string layers = "30 20 0:40 / / rw - overlay overlay rw,lowerdir=/l\n";
  const std::string proc = "31 30 0:41 / /proc rw - proc proc rw\n";
  const auto is_refused = [](const std::string& own, const std::string& its) {
    try {
      expect_root_of_container(own, its);
      return false;
    } catch (const Error&) {
      return true;
    }
  };
  EXPECT_FALSE(is_refused(layers + proc, "50 40 0:60 / / rw master:1 - overlay overlay rw\n"));
  // A directory; a bind of the host's, of another file system and of one like it.
  EXPECT_TRUE(is_refused(layers, proc));
  EXPECT_TRUE(is_refused(layers, "50 40 8:1 /srv/keys / rw - ext4 /dev/sda1 rw\n"));
  EXPECT_TRUE(is_refused(layers, "50 40 0:25 /srv/keys / rw - overlay overlay rw\n"));
  const std::string volumes = "30 20 0:40 /subvolumes/a / rw - btrfs /dev/sda2 rw\n";
  EXPECT_FALSE(is_refused(volumes, "30 20 0:40 /subvolumes/b / rw - btrfs /dev/sda2 rw\n"));
}

TEST_F(FindInit, IsProcessOneOfANamespaceOfItsOwn) {
  add(1, 0, 10, "/docker/" + kId);
  add(7, 1, 11, "/docker/" + kId);
  add(8, 0, 12, "/docker/" + kId);     // an exec
  add(9, 0, 13, "/docker/" + kOther);  // ours
  EXPECT_EQ(find(true), 1);
  EXPECT_EQ(list_processes(root_.path() + "/proc").front().ticks, 10U);
}

TEST_F(FindInit, IsTheFirstOfTheContainersAmongOthers) {
  add(1, 0, 1, "/init.scope");
  add(70, 1, 2, "/system.slice");
  add(90, 70, 50, "/system.slice/docker-" + kId + ".scope");
  add(80, 70, 60, "/system.slice/docker-" + kId + ".scope");  // an exec, numbers began anew
  add(91, 1, 55, "/system.slice/docker-" + kId + ".scope");   // an orphan
  add(92, 90, 51, "/system.slice/docker-" + kId + ".scope/below");
  EXPECT_EQ(find(false), 90);
}

TEST_F(FindInit, SeesOtherCgroupsFromANamespaceOfCgroups) {
  add(1, 0, 1, "/../" + kOther);
  add(5, 0, 9, "/../" + kId);
  EXPECT_EQ(find(false), 5);
  EXPECT_THROW(find(true), Error) << "process 1 is another container's";
}

// As the files of one that ends just then are: they can be opened.
TEST_F(FindInit, WhatCannotBeReadAnyMoreIsNotThere) {
  add(1, 0, 10, "/docker/" + kId);
  fs::create_directories(root_.path() + "/proc/2/stat");
  add(3, 1, 11, "/docker/" + kId);
  fs::remove(root_.path() + "/proc/3/cgroup");
  fs::create_directories(root_.path() + "/proc/3/cgroup");
  EXPECT_EQ(list_processes(root_.path() + "/proc").size(), 2U);
  EXPECT_EQ(find(true), 1);
}

TEST_F(FindInit, WhatCannotBeToldIsRefused) {
  add(1, 0, 1, "/docker/" + kOther);
  add(5, 0, 9, "/docker/x" + kId);
  add(6, 0, 9, "/docker/" + kId + "x");
  EXPECT_THROW(find(false), Error);
  EXPECT_EQ(find(true), 1) << "an engine without cgroups";
}

}  // namespace
}  // namespace dksnap::worker
