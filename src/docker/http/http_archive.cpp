#include <nlohmann/json.hpp>

#include "base/error.hpp"
#include "base/text.hpp"
#include "docker/answers/json_types.hpp"
#include "docker/http/http_engine_impl.hpp"
#include "docker/wire/url.hpp"

namespace dksnap::docker {
namespace {

std::string cannot_at(const char* verb, const std::string& id, const std::string& path) {
  return cannot(verb, printable(path) + " of container", id);
}

Request archive_request(const char* method, const std::string& id, const std::string& path) {
  Request request;
  request.method = method;
  request.target = container_target(id, "/archive").query("path", path);
  return request;
}

}  // namespace

std::unique_ptr<Source> HttpEngine::get_archive(const std::string& id, const std::string& path) {
  const std::string what = cannot_at("read", id, path);
  return body_source(client_.send(what, archive_request("GET", id, path)), what);
}

void HttpEngine::put_archive(const std::string& id, const std::string& path, Source& tar) {
  Request request = archive_request("PUT", id, path);
  request.content_type = "application/x-tar";
  request.stream = &tar;
  client_.send(cannot_at("write to", id, path), request);
}

std::optional<PathStat> HttpEngine::stat_path(const std::string& id, const std::string& path) {
  const std::string what = cannot_at("look at", id, path);
  const auto answer = client_.send_or_404(what, archive_request("HEAD", id, path));
  if (answer->status() == 404) {
    // An answer to HEAD has no body that would tell whether the path or the container is missing.
    inspect_container(id);
    return std::nullopt;
  }
  const auto stat = nlohmann::json::parse(
      decode_base64(answer->header("X-Docker-Container-Path-Stat")), nullptr, false);
  if (!stat.is_object()) {
    throw Error(ErrorCode::failed, what, "the engine's answer cannot be understood");
  }
  return read_path_stat(stat);
}

}  // namespace dksnap::docker
