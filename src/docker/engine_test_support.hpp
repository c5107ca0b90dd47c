// For tests: an engine that answers nothing. Tests derive from it and give the few answers that
// they need.
#pragma once

#include <stdexcept>

#include "docker/engine.hpp"

namespace dksnap::docker {

class NoEngine : public Engine {
 public:
  EngineInfo info() override { return no(); }
  std::string endpoint_text() const override { return no(); }
  std::vector<ContainerSummary> list_containers(const ContainerFilter&) override { return no(); }
  Container inspect_container(const std::string&) override { return no(); }
  std::string create_container(const ContainerSpec&) override { return no(); }
  std::string create_container(const std::string&, const RawContainerSpec&) override {
    return no();
  }
  void connect_network(const std::string&, const NetworkConnection&) override { no(); }
  void disconnect_network(const std::string&, const std::string&) override { no(); }
  void set_restart_policy(const std::string&, const std::string&) override { no(); }
  void set_processor_share(const std::string&, const Resources&) override { no(); }
  void start_container(const std::string&) override { no(); }
  void stop_container(const std::string&, std::optional<std::chrono::seconds>) override { no(); }
  void kill_container(const std::string&, const std::string&) override { no(); }
  void pause_container(const std::string&) override { no(); }
  void unpause_container(const std::string&) override { no(); }
  void remove_container(const std::string&) override { no(); }
  void rename_container(const std::string&, const std::string&) override { no(); }
  int wait_container(const std::string&) override { return no(); }
  std::string container_logs(const std::string&, int) override { return no(); }
  std::vector<Process> container_processes(const std::string&) override { return no(); }
  std::vector<Change> container_changes(const std::string&) override { return no(); }
  int exec(const std::string&, const ExecSpec&, const ExecStreams&) override { return no(); }
  std::unique_ptr<Input> attach_input(const std::string&) override { return no(); }
  std::unique_ptr<Source> get_archive(const std::string&, const std::string&) override {
    return no();
  }
  void put_archive(const std::string&, const std::string&, Source&) override { no(); }
  std::optional<PathStat> stat_path(const std::string&, const std::string&) override {
    return no();
  }
  std::vector<ImageSummary> list_images(const ImageFilter&) override { return no(); }
  Image inspect_image(const std::string&) override { return no(); }
  std::vector<HistoryEntry> image_history(const std::string&) override { return no(); }
  std::vector<std::string> load_images(Source&) override { return no(); }
  std::unique_ptr<Source> save_images(const std::vector<std::string>&) override { return no(); }
  void tag_image(const std::string&, const std::string&, const std::string&) override { no(); }
  void remove_image(const std::string&, bool, bool) override { no(); }
  std::vector<Volume> list_volumes() override { return no(); }
  Volume create_volume(const std::string&, const StringMap&) override { return no(); }
  void remove_volume(const std::string&) override { no(); }
  std::vector<Network> list_networks() override { return no(); }
  std::string create_network(const Network&) override { return no(); }
  void remove_network(const std::string&) override { no(); }

 protected:
  // Stands for a value of any type.
  struct Nothing {
    template <typename Type>
    operator Type() const {  // NOLINT(google-explicit-constructor)
      throw std::logic_error("the test's engine was asked for something else");
    }
  };
  static Nothing no() { throw std::logic_error("the test's engine was asked for something else"); }
};

}  // namespace dksnap::docker
