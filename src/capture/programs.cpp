#include "capture/programs.hpp"

#include <algorithm>
#include <array>

#include "base/paths.hpp"
#include "base/text.hpp"

namespace dksnap::capture {
namespace {

template <std::size_t kCount>
bool is_one_of(const std::string& word, const std::array<const char*, kCount>& names) {
  return std::find(names.begin(), names.end(), base_name(word)) != names.end();
}

constexpr std::array kInits{"tini", "docker-init", "dumb-init", "catatonit", "env", "nice"};
// They take a user before the program.
constexpr std::array kUserChanges{"gosu", "su-exec"};
constexpr std::array kShells{"sh", "bash", "dash", "ash", "ksh", "zsh"};

class Search {
 public:
  explicit Search(const docker::Container& container) : container_(container) {}

  // The words of one of the two lists, as far as its program. Whether one was found.
  bool go_through(const std::vector<std::string>& words) {
    std::size_t at = 0;
    while (at < words.size() &&
           (is_one_of(words[at], kInits) || is_one_of(words[at], kUserChanges))) {
      at += is_one_of(words[at], kUserChanges) ? 2 : 1;
      while (at < words.size() && words[at].starts_with('-')) ++at;
    }
    if (at >= words.size()) return false;
    if (!is_one_of(words[at], kShells)) return add(words[at], false);
    bool is_command = false;
    for (++at; at < words.size() && words[at].starts_with('-'); ++at)
      is_command = is_command || words[at].find('c') != std::string::npos;
    if (at >= words.size()) return false;
    if (!is_command) return add(words[at], true);
    // A command line: its first word that is no `exec`.
    for (const std::string& word : split(words[at], ' ')) {
      if (word.empty() || word == "exec") continue;
      return add(word, false);
    }
    return false;
  }

  std::vector<Program> take() { return std::move(found_); }

 private:
  bool add(const std::string& word, bool is_script) {
    std::string path = word;
    if (word.find('/') == std::string::npos) {
      path = mounted(word);
    } else if (!word.starts_with('/')) {
      const std::string& directory = container_.config.working_dir;
      path = normal_path(join_path(directory.empty() ? "/" : directory, word));
    }
    if (is_normal_path(path)) found_.push_back({path, is_script});
    return true;
  }

  // In the search path, as a mount of its own.
  std::string mounted(const std::string& name) const {
    static constexpr std::array kSearched{"/usr/local/sbin", "/usr/local/bin", "/usr/sbin",
                                          "/usr/bin",        "/sbin",          "/bin"};
    for (const char* directory : kSearched) {
      for (const docker::Mount& mount : container_.mounts) {
        if (mount.destination == join_path(directory, name)) return mount.destination;
      }
    }
    return {};
  }

  const docker::Container& container_;
  std::vector<Program> found_;
};

}  // namespace

std::vector<Program> find_programs(const docker::Container& container) {
  const docker::Config& config = container.config;
  Search search(container);
  // An entrypoint that is an init or a shell alone goes on with the command.
  if (search.go_through(config.entrypoint)) {
    search.go_through(config.cmd);
  } else {
    std::vector<std::string> words = config.entrypoint;
    words.insert(words.end(), config.cmd.begin(), config.cmd.end());
    search.go_through(words);
  }
  return search.take();
}

}  // namespace dksnap::capture
