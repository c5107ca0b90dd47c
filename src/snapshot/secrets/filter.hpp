// What of a container's configuration may go into an image that others will see.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "docker/types.hpp"

namespace dksnap::snapshot {

// By its name (PASSWORD, SECRET, TOKEN, KEY, CREDENTIAL, …; names.hpp) or by what the value is or
// holds (values.hpp, arguments.hpp).
bool looks_secret(std::string_view name, std::string_view value);

// Stands before the entrypoint of an image that must not start without what was left out of it: a
// path where nothing is. `docker run` says that it is missing, and its name says why; `boot` takes
// it away once it has what is needed.
inline constexpr const char* kMissingSecrets =
    "/.dksnap/secrets-were-left-out--dksnap-boot-asks-for-them";
// Among left_out_config: files that the container had at its start.
inline constexpr const char* kSecretFiles = "files in /run/secrets";
// Among it as well; nobody is let in for want of it.
inline constexpr const char* kHealthCheck = "health check";

struct FilteredConfig {
  std::vector<std::string> env;         // NAME=value
  std::vector<std::string> entrypoint;  // a secret in them is "${NAME}"
  std::vector<std::string> cmd;
  // Of `Config.Healthcheck`, as JSON; none: as the image below has it.
  std::optional<std::string> healthcheck;

  // What was left out, never the values.
  std::vector<std::string> left_out_env;   // names of variables
  std::vector<std::string> left_out_args;  // names in entrypoint and cmd
  // "health check", and files that may say who is let in.
  std::vector<std::string> left_out_config;
  // Names of the image's own variables that look like secrets. They stay: whoever has the image has
  // them.
  std::vector<std::string> from_image;
  // For a look at what else is written: whether a text holds one of the values, by the same rule.
  std::vector<std::string> values;
  bool holds_value(std::string_view text) const;
};

struct FilterRequest {
  const docker::Config& container;
  const docker::Config& image;          // the one that the container was made from
  std::vector<std::string> entrypoint;  // the container's, or what stands for it
  std::vector<std::string> keep;        // names that stay whatever they look like
};

// The container's configuration without the secrets that it added to its image's, and without any
// value of one of them elsewhere. A secret that overrides a value of the image leaves the image's.
//
// Elsewhere a value is taken where it stands as a credential: "user:VALUE@", "-pVALUE", "-a VALUE",
// after an option or a name that promises a secret. Anywhere else, within words too, only one that
// is no ordinary word: of 8 characters or more and of several kinds (small letters, capitals that
// begin no word, digits, signs other than "-_. /"), or of 20 or more. So a database that is called
// "postgres" or "test" keeps its name where that is its password too.
FilteredConfig filter_config(const FilterRequest& request);

// The kind does not keep out whom it should by what is in its data: the image must not start as it
// is, and gets the guard. The other way round, arguments that name a left-out secret are dropped,
// where that can be done.
void guard(FilteredConfig& config, bool data_protects_itself);

}  // namespace dksnap::snapshot
