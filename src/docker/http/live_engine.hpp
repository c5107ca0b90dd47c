// For tests against a real engine: DKSNAP_TEST_DOCKER (as -H), or the one that answers by default.
#pragma once

#include <cstdlib>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "base/error.hpp"
#include "base/text.hpp"
#include "docker/http/http_engine.hpp"

namespace dksnap::docker {

inline constexpr const char* kImage = "dksnap-lab/files:1";
inline constexpr const char* kLabel = "dksnap.test=docker-room";

inline ErrorCode code_of(const std::function<void()>& call) {
  try {
    call();
  } catch (const Error& error) {
    return error.code();
  }
  return ErrorCode::answer_is_no;
}

class LiveEngine : public testing::Test {
 protected:
  void SetUp() override {
    std::string reason;
    try {
      ConnectOptions connect_options;
      connect_options.stop = stop_.get_token();
      engine_ = connect(endpoint(), connect_options);
      engine_->inspect_image(kImage);
      return;
    } catch (const Error& error) {
      reason = error.what();
    }
    engine_.reset();
    const char* required = std::getenv("DKSNAP_TEST_REQUIRE");
    if (required != nullptr &&
        std::string_view(required).find("docker") != std::string_view::npos) {
      FAIL() << reason;
    }
    GTEST_SKIP() << "no engine with the image " << kImage << ": " << reason;
  }

  static Endpoint endpoint() {
    EndpointOptions options;
    if (const char* host = std::getenv("DKSNAP_TEST_DOCKER")) options.host = host;
    return resolve_endpoint(options, real_surroundings());
  }

  void TearDown() override {
    if (containers_.empty()) return;
    const auto engine = connect(endpoint(), {});  // the test may have stopped its own
    for (const std::string& id : containers_) engine->remove_container(id);
  }

  ContainerSpec spec() {
    ContainerSpec spec;
    spec.name = "dksnap-test-" + random_hex(6);
    spec.image = kImage;
    spec.entrypoint = {"/files"};
    spec.cmd = {"sleep", "600"};
    spec.network_mode = "none";
    spec.labels = {{"dksnap.test", "docker-room"}};
    return spec;
  }

  std::string create(const ContainerSpec& wanted) {
    containers_.push_back(engine_->create_container(wanted));
    return containers_.back();
  }

  std::string start(const ContainerSpec& wanted) {
    const std::string id = create(wanted);
    engine_->start_container(id);
    return id;
  }

  struct Result {
    int exit_code;
    std::string out;
    std::string err;
  };
  Result run(const std::string& id, std::vector<std::string> argv, Source* in = nullptr,
             std::function<void()> interrupt = {}) {
    StringSink out;
    StringSink err;
    ExecSpec exec;
    exec.argv = std::move(argv);
    const int code = engine_->exec(id, exec, {in, &out, &err, std::move(interrupt)});
    return {code, out.text(), err.text()};
  }

  std::stop_source stop_;
  std::unique_ptr<Engine> engine_;
  std::vector<std::string> containers_;
};

}  // namespace dksnap::docker
