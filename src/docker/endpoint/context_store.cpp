#include "docker/endpoint/context_store.hpp"

#include <cerrno>
#include <fcntl.h>

#include <nlohmann/json.hpp>

#include "base/digest.hpp"
#include "base/error.hpp"
#include "base/fd.hpp"
#include "base/text.hpp"
#include "docker/answers/json_read.hpp"

namespace dksnap::docker {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

constexpr std::size_t kLargestFile = 4 * 1024 * 1024;

// Nothing where the file does not exist.
std::optional<json> read_json(const fs::path& path) {
  std::error_code error;
  if (!fs::exists(path, error) && !error) return std::nullopt;
  FdSource source(open_file(path.string(), O_RDONLY), path.string());
  json value = json::parse(read_all(source, kLargestFile), nullptr, false);
  if (!value.is_object()) {
    throw Error(ErrorCode::failed, "cannot understand " + path.string(), "it is not a JSON object",
                "repair the file; the docker command needs it as well");
  }
  return value;
}

std::string existing(const fs::path& path) {
  std::error_code error;
  return fs::exists(path, error) ? path.string() : std::string();
}

}  // namespace

std::string current_context(const fs::path& config_directory) {
  const auto config = read_json(config_directory / "config.json");
  return config ? text(*config, "currentContext") : std::string();
}

// Layout: docker/cli, cli/context/store (metadatastore.go, tlsstore.go).
StoredContext load_context(const fs::path& config_directory, const std::string& name,
                           const std::string& origin) {
  const std::string id = sha256_digest(name).substr(std::string("sha256:").size());
  const fs::path contexts = config_directory / "contexts";
  StoredContext context;
  context.origin = contexts / "meta" / id / "meta.json";
  const auto meta = read_json(context.origin);
  if (!meta) {
    throw Error(ErrorCode::failed, "there is no docker context \"" + printable(name) + "\"",
                "it is named by " + origin, "see `docker context ls`");
  }
  const json& docker = member(member(*meta, "Endpoints"), "docker");
  if (!docker.is_object()) {
    throw Error(
        ErrorCode::failed, "the docker context \"" + printable(name) + "\" names no Docker engine",
        context.origin.string() + " has no Endpoints.docker", "see `docker context inspect`");
  }
  context.host = text(docker, "Host");

  const fs::path files = contexts / "tls" / id / "docker";
  const bool skip_verify = member(docker, "SkipTLSVerify") == true;
  TlsFiles tls{existing(files / "ca.pem"), existing(files / "cert.pem"),
               existing(files / "key.pem"), !skip_verify};
  if (skip_verify || !tls.ca_cert.empty() || !tls.cert.empty() || !tls.key.empty()) {
    context.tls = std::move(tls);
  }
  return context;
}

}  // namespace dksnap::docker
