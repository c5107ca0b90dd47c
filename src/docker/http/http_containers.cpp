#include <nlohmann/json.hpp>

#include "base/error.hpp"
#include "base/text.hpp"
#include "docker/answers/json_read.hpp"
#include "docker/answers/json_types.hpp"
#include "docker/http/http_engine_impl.hpp"
#include "docker/wire/frames.hpp"
#include "docker/wire/url.hpp"

namespace dksnap::docker {
namespace {

using nlohmann::json;

constexpr std::size_t kMostLog = 1024 * 1024;

}  // namespace

std::vector<ContainerSummary> HttpEngine::list_containers(const ContainerFilter& filter) {
  json filters = json::object();
  if (!filter.labels.empty()) filters["label"] = filter.labels;
  if (!filter.volume.empty()) filters["volume"] = json::array({filter.volume});
  if (!filter.id.empty()) filters["id"] = json::array({filter.id});
  Target target("/containers/json");
  target.flag("all", filter.all);
  if (!filters.empty()) target.query("filters", filters.dump());
  return read_container_list(client_.get("cannot list containers", target));
}

Container HttpEngine::inspect_container(const std::string& ref) {
  return read_container(
      client_.get(cannot("inspect", "container", ref), container_target(ref, "/json")));
}

std::string HttpEngine::create_container(const ContainerSpec& spec) {
  Target target("/containers/create");
  if (!spec.name.empty()) target.query("name", spec.name);
  const std::string what = spec.name.empty() ? "cannot create a container from " + spec.image
                                             : cannot("create", "container", spec.name);
  return needed_text(client_.post(what, target, write_container_spec(spec)), "Id");
}

std::string HttpEngine::create_container(const std::string& name, const RawContainerSpec& spec) {
  Target target("/containers/create");
  target.query("name", name);
  return needed_text(
      client_.post(cannot("create", "container", name), target, json::parse(spec.body)), "Id");
}

void HttpEngine::connect_network(const std::string& id, const NetworkConnection& connection) {
  const json body = {{"Container", id}, {"EndpointConfig", json::parse(connection.settings)}};
  client_.tell("cannot connect to the network " + printable(connection.network),
               network_target(connection.network, "/connect"), body);
}

void HttpEngine::disconnect_network(const std::string& id, const std::string& network) {
  client_.tell("cannot leave the network " + printable(network),
               network_target(network, "/disconnect"), {{"Container", id}});
}

void HttpEngine::set_restart_policy(const std::string& id, const std::string& policy) {
  client_.tell(cannot("update", "container", id), container_target(id, "/update"),
               {{"RestartPolicy", write_restart_policy(policy)}});
}

void HttpEngine::set_processor_share(const std::string& id, const Resources& resources) {
  json share = json::object();
  if (resources.nano_cpus != 0) share["NanoCpus"] = resources.nano_cpus;
  if (resources.cpu_period != 0) share["CpuPeriod"] = resources.cpu_period;
  if (resources.cpu_quota != 0) share["CpuQuota"] = resources.cpu_quota;
  client_.tell(cannot("update", "container", id), container_target(id, "/update"), share);
}

void HttpEngine::start_container(const std::string& id) {
  client_.post(cannot("start", "container", id), container_target(id, "/start"));
}

void HttpEngine::stop_container(const std::string& id, std::optional<std::chrono::seconds> grace) {
  Target target = container_target(id, "/stop");
  if (grace) target.query("t", std::to_string(grace->count()));
  client_.post(cannot("stop", "container", id), target);
}

void HttpEngine::kill_container(const std::string& id, const std::string& signal) {
  client_.post(cannot("signal", "container", id),
               container_target(id, "/kill").query("signal", signal));
}

void HttpEngine::pause_container(const std::string& id) {
  client_.post(cannot("freeze", "container", id), container_target(id, "/pause"));
}

void HttpEngine::unpause_container(const std::string& id) {
  client_.post(cannot("thaw", "container", id), container_target(id, "/unpause"));
}

void HttpEngine::remove_container(const std::string& id) {
  const std::string what = cannot("remove", "container", id);
  Request request;
  request.method = "DELETE";
  request.target = container_target(id, "").flag("force", true).flag("v", true);
  try {
    client_.send_or_404(what, request);
  } catch (const Error& error) {
    // Somebody else is at it, for one the engine itself after an exit with AutoRemove.
    if (error.code() != ErrorCode::in_use ||
        !contains_ignoring_case(error.why(), "already in progress")) {
      throw;
    }
    request.method = "POST";
    request.target = container_target(id, "/wait").query("condition", "removed");
    const auto answer = client_.send_or_404(what, request);
    // The head comes at once, the body when it is gone.
    NullSink nothing;
    copy(answer->body(), nothing);
  }
}

void HttpEngine::rename_container(const std::string& id, const std::string& name) {
  client_.post(cannot("rename", "container", id),
               container_target(id, "/rename").query("name", name));
}

int HttpEngine::wait_container(const std::string& id) {
  const std::string what = cannot("wait for", "container", id);
  Request request;
  request.method = "POST";
  request.target = container_target(id, "/wait").query("condition", "not-running");
  const json answer = Client::read_json(what, *client_.send(what, request));
  if (const std::string message = text(member(answer, "Error"), "Message"); !message.empty()) {
    throw engine_error(what, 500, printable(message));
  }
  return static_cast<int>(number(answer, "StatusCode"));
}

std::string HttpEngine::container_logs(const std::string& id, int lines) {
  const std::string what = cannot("read the log of", "container", id);
  Request request;
  request.target = container_target(id, "/logs")
                       .flag("stdout", true)
                       .flag("stderr", true)
                       .query("tail", std::to_string(lines));
  // With a terminal there is one stream, and no frames.
  const Container container = inspect_container(id);
  const auto body = body_source(client_.send(what, request), what);
  TailSink tail(kMostLog);
  if (flag(*container.config.raw, "Tty")) {
    copy(*body, tail);
  } else {
    FrameSplitter frames(tail, tail);
    copy(*body, frames);
  }
  return tail.text();
}

std::vector<Process> HttpEngine::container_processes(const std::string& id) {
  return read_processes(
      client_.get(cannot("list the processes of", "container", id), container_target(id, "/top")));
}

std::vector<Change> HttpEngine::container_changes(const std::string& id) {
  return read_changes(client_.get(cannot("list the changes of", "container", id),
                                  container_target(id, "/changes")));
}

}  // namespace dksnap::docker
