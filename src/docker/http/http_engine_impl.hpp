// The Engine over a Client. Its calls stand in http_containers.cpp, http_exec.cpp, http_archive.cpp
// and http_images.cpp.
#pragma once

#include <mutex>
#include <optional>
#include <string>

#include "docker/engine.hpp"
#include "docker/http/client.hpp"

namespace dksnap::docker {

class HttpEngine final : public Engine {
 public:
  HttpEngine(Endpoint endpoint, ConnectOptions options)
      : client_(std::move(endpoint), std::move(options)) {}

  EngineInfo info() override;
  std::string endpoint_text() const override;

  std::vector<ContainerSummary> list_containers(const ContainerFilter& filter) override;
  Container inspect_container(const std::string& ref) override;
  std::string create_container(const ContainerSpec& spec) override;
  std::string create_container(const std::string& name, const RawContainerSpec& spec) override;
  void connect_network(const std::string& id, const NetworkConnection& connection) override;
  void disconnect_network(const std::string& id, const std::string& network) override;
  void set_restart_policy(const std::string& id, const std::string& policy) override;
  void set_processor_share(const std::string& id, const Resources& resources) override;
  void start_container(const std::string& id) override;
  void stop_container(const std::string& id, std::optional<std::chrono::seconds> grace) override;
  void kill_container(const std::string& id, const std::string& signal) override;
  void pause_container(const std::string& id) override;
  void unpause_container(const std::string& id) override;
  void remove_container(const std::string& id) override;
  void rename_container(const std::string& id, const std::string& name) override;
  int wait_container(const std::string& id) override;
  std::string container_logs(const std::string& id, int lines) override;
  std::vector<Process> container_processes(const std::string& id) override;
  std::vector<Change> container_changes(const std::string& id) override;

  int exec(const std::string& id, const ExecSpec& spec, const ExecStreams& streams) override;
  std::unique_ptr<Input> attach_input(const std::string& id) override;

  std::unique_ptr<Source> get_archive(const std::string& id, const std::string& path) override;
  void put_archive(const std::string& id, const std::string& path, Source& tar) override;
  std::optional<PathStat> stat_path(const std::string& id, const std::string& path) override;

  std::vector<ImageSummary> list_images(const ImageFilter& filter) override;
  Image inspect_image(const std::string& ref) override;
  std::vector<HistoryEntry> image_history(const std::string& ref) override;
  std::vector<std::string> load_images(Source& tar) override;
  std::unique_ptr<Source> save_images(const std::vector<std::string>& refs) override;
  void tag_image(const std::string& ref, const std::string& repository,
                 const std::string& tag) override;
  void remove_image(const std::string& ref, bool force, bool prune) override;

  std::vector<Volume> list_volumes() override;
  Volume create_volume(const std::string& name, const StringMap& labels) override;
  void remove_volume(const std::string& name) override;

  std::vector<Network> list_networks() override;
  std::string create_network(const Network& network) override;
  void remove_network(const std::string& id) override;

 private:
  Client client_;
  std::mutex info_mutex_;
  std::optional<EngineInfo> info_;
};

// An answer's body that keeps its connection. Errors begin with `what`.
std::unique_ptr<Source> body_source(std::unique_ptr<Answer> answer, std::string what);

}  // namespace dksnap::docker
