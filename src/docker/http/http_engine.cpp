#include "docker/http/http_engine.hpp"

#include <nlohmann/json.hpp>

#include "docker/answers/json_read.hpp"
#include "docker/answers/json_types.hpp"
#include "docker/http/http_engine_impl.hpp"
#include "docker/wire/url.hpp"

namespace dksnap::docker {
namespace {

class BodySource final : public Source {
 public:
  BodySource(std::unique_ptr<Answer> answer, std::string what)
      : answer_(std::move(answer)), what_(std::move(what)) {}

  std::size_t read(std::span<std::byte> into) override {
    try {
      return answer_->body().read(into);
    } catch (Error& error) {
      if (error.code() != ErrorCode::interrupted) error.add_context(what_);
      throw;
    }
  }

 private:
  std::unique_ptr<Answer> answer_;
  std::string what_;
};

}  // namespace

std::unique_ptr<Source> body_source(std::unique_ptr<Answer> answer, std::string what) {
  return std::make_unique<BodySource>(std::move(answer), std::move(what));
}

EngineInfo HttpEngine::info() {
  const std::lock_guard lock(info_mutex_);
  if (!info_) {
    info_ = read_info(client_.get("cannot ask the engine about itself", "/info"),
                      to_string(client_.version()));
  }
  return *info_;
}

std::string HttpEngine::endpoint_text() const {
  const Endpoint& endpoint = client_.endpoint();
  return endpoint.rule.empty() ? endpoint.url : endpoint.url + " (" + endpoint.rule + ")";
}

std::vector<Volume> HttpEngine::list_volumes() {
  return read_volumes(client_.get("cannot list volumes", "/volumes"));
}

Volume HttpEngine::create_volume(const std::string& name, const StringMap& labels) {
  return read_volume(client_.post(cannot("create", "volume", name), Target("/volumes/create"),
                                  {{"Name", name}, {"Labels", labels}}));
}

void HttpEngine::remove_volume(const std::string& name) {
  Request request;
  request.method = "DELETE";
  request.target = volume_target(name);
  client_.send_or_404(cannot("remove", "volume", name), request);
}

std::vector<Network> HttpEngine::list_networks() {
  return read_networks(client_.get("cannot list networks", "/networks"));
}

std::string HttpEngine::create_network(const Network& network) {
  return needed_text(
      client_.post(cannot("create", "network", network.name), Target("/networks/create"),
                   {{"Name", network.name},
                    {"CheckDuplicate", true},  // always so from API 1.44 on
                    {"Driver", network.driver},
                    {"Internal", network.internal},
                    {"Options", network.options},
                    {"Labels", network.labels}}),
      "Id");
}

void HttpEngine::remove_network(const std::string& id) {
  Request request;
  request.method = "DELETE";
  request.target = network_target(id, "");
  client_.send_or_404(cannot("remove", "network", id), request);
}

std::unique_ptr<Engine> connect(const Endpoint& endpoint, ConnectOptions options) {
  return std::make_unique<HttpEngine>(endpoint, std::move(options));
}

}  // namespace dksnap::docker
