// What is on an engine, asked without any code of dksnap's, and in a millisecond: tests that look
// after each of hundreds of faults cannot start a docker program each time.
#pragma once

#include <ctime>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

namespace dksnap::test {

class EngineView {
 public:
  // "unix:///…/docker.sock".
  explicit EngineView(const std::string& host);

  struct Answer {
    int status = 0;
    std::string body;
  };
  // Any call of the API, without version: ("POST", "/containers/db/pause"). Throws Error where the
  // engine does not answer.
  Answer call(const std::string& method, const std::string& target,
              const std::string& body = "") const;
  // The same, for calls that must go well.
  nlohmann::json ask(const std::string& method, const std::string& target,
                     const nlohmann::json& body = nullptr) const;

  bool container_exists(const std::string& container) const;
  bool is_running(const std::string& container) const;
  bool is_paused(const std::string& container) const;
  // Whether it was paused after `since` (Unix time), for however short a time.
  bool was_paused(const std::string& container, std::time_t since) const;
  void pause(const std::string& container) const;
  void unpause(const std::string& container) const;
  // By force, with its anonymous volumes; it may be gone already.
  void remove(const std::string& container) const;
  // Of a regular file in a container, running or not.
  std::string read_file(const std::string& container, const std::string& path) const;

  bool image_exists(const std::string& image) const;
  // References that start with `start`.
  std::vector<std::string> image_names(const std::string& start) const;
  // Ids of the images with a label, "key=value".
  std::vector<std::string> images_labelled(const std::string& label) const;
  void remove_image(const std::string& image) const;
  // Scratch containers, running or not, that see a volume.
  std::vector<std::string> scratches_of(const std::string& volume) const;
  // Volumes that scratches and their readers of the dksnap with this number shared.
  std::vector<std::string> volumes_of(int pid) const;

 private:
  std::string socket_;
};

// As part of a URL's query.
std::string query_escape(std::string_view text);

}  // namespace dksnap::test
