// For tests: a directory that stands for a scratch, with a source in it, and short ways to fill and
// to look at both.
#pragma once

#include <array>
#include <cstdio>
#include <cstdlib>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <functional>
#include <sstream>
#include <string>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <vector>

#include "base/error.hpp"
#include "base/text.hpp"
#include "image/compression.hpp"
#include "worker/commands/commands.hpp"
#include "worker/manifest/manifest.hpp"

namespace dksnap::worker {

namespace fs = std::filesystem;

struct ScriptedTalk final : Talk {
  std::vector<Message> said;
  std::function<void()> at_go;  // what happens between the first copy and the frozen one
  bool answers = true;

  void say(const Message& message) override { said.push_back(message); }
  bool wait_for_go() override {
    if (at_go) at_go();
    return answers;
  }
};

class TestRoot {
 public:
  TestRoot() {
    std::string name = (fs::temp_directory_path() / "dksnap-worker-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) std::abort();
    path_ = name;
    fs::create_directories(path_ + "/.dksnap/source/0");
    fs::create_directories(path_ + "/data");
    fs::create_directories(path_ + "/proc");
    fs::create_directories(path_ + kHandOverDirectory);
  }
  ~TestRoot() { static_cast<void>(std::system(("rm -rf --one-file-system " + path_).c_str())); }
  TestRoot(const TestRoot&) = delete;
  TestRoot& operator=(const TestRoot&) = delete;

  const std::string& path() const { return path_; }
  std::string source(const std::string& name = "") const {
    return path_ + "/.dksnap/source/0/" + name;
  }
  std::string target(const std::string& name = "") const { return path_ + "/data/" + name; }
  Place place() const { return Place(path_); }

  // One volume that belongs at /data.
  Job job() const {
    Job job;
    job.trees = {{"/.dksnap/source/0", "", "/data"}};
    return job;
  }
  SyncResult sync(Job job) const {
    ScriptedTalk talk;
    Place here = place();
    return run_sync(here, job, talk);
  }
  SyncResult sync() const { return sync(job()); }
  // Live: `between` runs after the first copy.
  SyncResult sync_live(Job job, std::function<void()> between) const {
    job.live = true;
    ScriptedTalk talk;
    talk.at_go = std::move(between);
    Place here = place();
    return run_sync(here, job, talk);
  }
  PackResult pack(const Job& job) const {
    ScriptedTalk talk;
    return run_pack(place(), job, talk);
  }

  // The manifest that pack or scan wrote.
  std::vector<ManifestEntry> new_manifest() const {
    FdSource file(open_file(path_ + kNewManifestPath, O_RDONLY), "manifest");
    image::ZstdSource text(file);
    ManifestReader reader(text);
    std::vector<ManifestEntry> entries;
    for (ManifestEntry entry; reader.next(entry);) entries.push_back(entry);
    return entries;
  }

 private:
  std::string path_;
};

inline void write_file(const std::string& path, std::string_view text) {
  std::ofstream(path, std::ios::binary | std::ios::trunc) << text;
}

inline std::string read_file(const std::string& path) {
  std::ostringstream text;
  text << std::ifstream(path, std::ios::binary).rdbuf();
  return text.str();
}

inline void set_mtime(const std::string& path, std::int64_t seconds, long ns = 0) {
  const std::array times{timespec{0, UTIME_OMIT}, timespec{seconds, ns}};
  if (::utimensat(AT_FDCWD, path.c_str(), times.data(), AT_SYMLINK_NOFOLLOW) != 0) std::abort();
}

inline struct stat status(const std::string& path) {
  struct stat found {};
  if (::lstat(path.c_str(), &found) != 0) found.st_ino = 0;
  return found;
}

inline bool exists(const std::string& path) {
  return status(path).st_ino != 0;
}

inline std::string output_of(const std::string& command) {
  FILE* pipe = ::popen(command.c_str(), "r");
  std::string text;
  std::array<char, 4096> buffer;
  while (const std::size_t got = std::fread(buffer.data(), 1, buffer.size(), pipe)) {
    text.append(buffer.data(), got);
  }
  if (::pclose(pipe) != 0) text += "(failed)";
  return text;
}

// Everything below a directory as find and sha256sum see it: not what this code under test says.
inline std::string listing(const std::string& directory) {
  return output_of("cd '" + directory +
                   "' && find . -mindepth 1 -path ./.dksnap -prune -o -path ./proc -prune -o "
                   "-printf '%P\\t%y %m %U %G %T@ %l\\n' | LC_ALL=C sort && "
                   "find . -path ./.dksnap -prune -o -path ./proc -prune -o -type f -print0 | "
                   "LC_ALL=C sort -z | xargs -0r sha256sum 2>/dev/null");
}

}  // namespace dksnap::worker
