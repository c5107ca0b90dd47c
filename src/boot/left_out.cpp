#include "boot/left_out.hpp"

#include <algorithm>
#include <cctype>
#include <iterator>
#include <optional>

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/text.hpp"
#include "snapshot/secrets/arguments.hpp"
#include "snapshot/secrets/filter.hpp"

namespace dksnap::boot {
namespace {

using Strings = std::vector<std::string>;

// As many random bytes as an attacker cannot try out.
constexpr std::size_t kRandomBytes = 16;

bool is_guarded(const docker::Image& image) {
  const Strings& entrypoint = image.config.entrypoint;
  return !entrypoint.empty() && entrypoint.front() == snapshot::kMissingSecrets;
}

std::optional<std::string> value_of(const Strings& env, const std::string& name) {
  for (auto one = env.rbegin(); one != env.rend(); ++one) {
    if (one->starts_with(name + "=")) return one->substr(name.size() + 1);
  }
  return std::nullopt;
}

bool holds_name(const Strings& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

// A label is a claim: what is no name is not asked for.
bool is_name(const std::string& name) {
  return !name.empty() && std::all_of(name.begin(), name.end(), [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '-' || c == '.';
  });
}

Strings names_of_left_out(const snapshot::Snapshot& snapshot) {
  Strings names;
  for (const Strings* list : {&snapshot.run.left_out_env, &snapshot.run.left_out_args}) {
    for (const std::string& name : *list) {
      if (is_name(name) && !holds_name(names, name)) names.push_back(name);
    }
  }
  return names;
}

bool is_protected_by_data(const snapshot::Snapshot& snapshot) {
  return database_of(snapshot).data_says_who_may_enter();
}

Error missing(const snapshot::Snapshot& snapshot, const Strings& names) {
  Strings options;
  for (const std::string& name : names) options.push_back("-e " + name + "=...");
  Strings files = snapshot.run.left_out_config;
  for (std::string& file : files) file = "the " + printable(file);
  const std::string others = files.empty() ? "secrets that it does not name" : join(files, ", ");
  return {ErrorCode::credentials, fmt::format("cannot boot \"{}\"", snapshot.title),
          fmt::format("{} {} left out of the snapshot, and without {} it could let in whom its "
                      "source refuses",
                      names.empty() ? others : join(names, ", "),
                      names.size() == 1 ? "was" : "were", names.size() == 1 ? "it" : "them"),
          fmt::format("give {}, or --env-file FILE; or --without-secrets if the copy needs none",
                      options.empty() ? "them with -e NAME=..." : join(options, " "))};
}

// The words of the image without the guard before them.
void take_command(docker::ContainerSpec& spec, const docker::Image& image) {
  spec.entrypoint.assign(image.config.entrypoint.begin() + 1, image.config.entrypoint.end());
  spec.cmd = image.config.cmd;
}

// An entrypoint of nothing would leave it to the image, and so to the guard; [""] is none at all
// (moby, daemon/create.go).
void settle_entrypoint(docker::ContainerSpec& spec) {
  if (spec.entrypoint.empty()) spec.entrypoint = {""};
}

}  // namespace

void give_secrets(docker::ContainerSpec& spec, const snapshot::Snapshot& snapshot,
                  const docker::Image& image, const GivenSecrets& given) {
  const bool guarded = is_guarded(image);
  const Strings names = names_of_left_out(snapshot);
  if (!given.without && (guarded || !is_protected_by_data(snapshot))) {
    Strings lacking;
    std::copy_if(names.begin(), names.end(), std::back_inserter(lacking),
                 [&](const std::string& name) { return !value_of(given.env, name); });
    if (!lacking.empty() || (guarded && names.empty())) throw missing(snapshot, lacking);
  }
  // What only fills a gap in the command is no variable of the container.
  for (const std::string& line : given.env) {
    const std::string name = line.substr(0, line.find('='));
    const bool fills_gap = guarded && holds_name(snapshot.run.left_out_args, name) &&
                           !holds_name(snapshot.run.left_out_env, name);
    if (!fills_gap) spec.env.push_back(line);
  }
  if (!guarded) return;
  take_command(spec, image);
  for (const std::string& name : snapshot.run.left_out_args) {
    const auto value = value_of(given.env, name);
    for (Strings* words : {&spec.entrypoint, &spec.cmd}) {
      if (value) {
        snapshot::fill_in(*words, name, *value);
      } else {
        snapshot::take_away(*words, name);
      }
    }
  }
  settle_entrypoint(spec);
}

void give_random_secrets(docker::ContainerSpec& spec, const snapshot::Snapshot& snapshot,
                         const docker::Image& image) {
  if (!is_guarded(image)) return;
  GivenSecrets random;
  for (const std::string& name : names_of_left_out(snapshot))
    random.env.push_back(fmt::format("{}={}", name, random_hex(kRandomBytes)));
  give_secrets(spec, snapshot, image, random);
}

}  // namespace dksnap::boot
