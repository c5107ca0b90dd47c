// What the docker CLI keeps in its configuration directory: the current context, and contexts.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "docker/endpoint/endpoint.hpp"

namespace dksnap::docker {

// `currentContext` of config.json; empty where there is no file or no such key. Throws Error where
// the file cannot be read as JSON.
std::string current_context(const std::filesystem::path& config_directory);

struct StoredContext {
  std::string host;              // empty: the default
  std::optional<TlsFiles> tls;   // its own certificates, or SkipTLSVerify
  std::filesystem::path origin;  // the file that says so
};

// Reads contexts/meta/<sha256 of the name>/meta.json and looks for contexts/tls/<sha256>/docker/.
// `origin` says who asked for this name. Throws Error where there is no such context.
StoredContext load_context(const std::filesystem::path& config_directory, const std::string& name,
                           const std::string& origin);

}  // namespace dksnap::docker
