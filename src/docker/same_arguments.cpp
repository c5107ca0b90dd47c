#include "docker/same_arguments.hpp"

#include <algorithm>
#include <iterator>

#include <nlohmann/json.hpp>

#include "base/text.hpp"
#include "docker/answers/json_read.hpp"
#include "docker/answers/json_types.hpp"
#include "docker/http/api_version.hpp"

namespace dksnap::docker {
namespace {

using nlohmann::json;

// The engine's default host name, and an alias that it gives: so many digits of the id.
constexpr std::size_t kShortId = 12;

const json& raw_of(const Config& config) {
  static const json kNothing = json::object();
  return config.raw && config.raw->is_object() ? *config.raw : kNothing;
}

bool holds(const std::vector<std::string>& list, const std::string& value) {
  return std::find(list.begin(), list.end(), value) != list.end();
}

std::string name_of(const std::string& variable) {
  return variable.substr(0, variable.find('='));
}

class Arguments {
 public:
  explicit Arguments(const SameArguments& wanted)
      : wanted_(wanted),
        old_(*wanted.container),
        body_(raw_of(old_.config)),
        host_(member(*old_.raw, "HostConfig")) {}

  RawContainerSpec run() {
    body_["Image"] = wanted_.new_image_name;
    set_hostname();
    set_programs();
    set_environment();
    leave_to_image("User", "0:0");
    leave_to_image("WorkingDir", "/");
    leave_to_image("StopSignal", "SIGTERM");
    leave_to_image("Healthcheck", {{"Test", {"NONE"}}});
    set_ports();
    set_labels();
    set_mounts();
    set_links();
    set_networks();
    body_["HostConfig"] = std::move(host_);
    result_.body = body_.dump();
    return std::move(result_);
  }

 private:
  const json& new_image() const { return raw_of(wanted_.new_image->config); }
  const json& old_image() const { return raw_of(wanted_.image->config); }

  // A name that the engine gave goes; so does one where none may be given.
  void set_hostname() {
    const std::string hostname = text(body_, "Hostname");
    const std::string network = text(host_, "NetworkMode");
    if (hostname == old_.id.substr(0, kShortId) || network.starts_with("container:") ||
        text(host_, "UTSMode") == "host" ||
        (network == "host" && hostname == wanted_.engine->name)) {
      body_.erase("Hostname");
      body_.erase("Domainname");
    }
  }

  // Where the entrypoint is given, the image's command counts no more (moby, daemon/commit.go:
  // merge), so they go together. [""] is no entrypoint at all.
  void set_programs() {
    const auto same = [&](const char* name) {
      return texts(body_, name) == texts(new_image(), name);
    };
    if (!wanted_.pins_programs && same("Entrypoint") && same("Cmd")) {
      body_.erase("Entrypoint");
      body_.erase("Cmd");
    } else if (texts(body_, "Entrypoint").empty()) {
      body_["Entrypoint"] = json::array({""});
    }
  }

  // A variable of the old image is the new image's business; what a snapshot took over from the
  // container that it was taken of is not: there the old container's value counts.
  void set_environment() {
    std::vector<std::string> kept;
    const std::vector<std::string> old_image = texts(this->old_image(), "Env");
    const std::vector<std::string>& new_image = wanted_.new_image->config.env;
    for (const std::string& variable : old_.config.env) {
      if (holds(new_image, variable)) continue;
      if (holds(old_image, variable) && is_the_images(name_of(variable))) continue;
      kept.push_back(variable);
    }
    body_["Env"] = kept;
  }
  bool is_the_images(const std::string& name) const {
    const Image& image = wanted_.base != nullptr ? *wanted_.base : *wanted_.new_image;
    return wanted_.new_image->config.env_value(name) && image.config.env_value(name);
  }

  // `none`: what to ask for where the old container has none and the image has one.
  void leave_to_image(const char* name, const json& none) {
    const json& have = member(body_, name);
    const json& images = member(new_image(), name);
    const bool nothing = have.empty() || have == "";
    const bool image_has_nothing = images.empty() || images == "";
    if (have == images || (nothing && image_has_nothing)) {
      body_.erase(name);
    } else if (nothing) {
      body_[name] = none;
    }
  }

  void set_ports() {
    if (body_.contains("ExposedPorts"))
      erase_keys("ExposedPorts", wanted_.new_image->config.exposed_ports);
  }

  void erase_keys(const char* object, const std::vector<std::string>& names) {
    json& from = body_[object];
    for (const std::string& name : names) {
      if (from.is_object()) from.erase(name);
    }
    if (from.empty()) body_.erase(object);
  }

  // The same of an object whose keys are paths, however they are written.
  template <typename Condition>
  static void erase_paths(json& from, Condition goes) {
    if (!from.is_object()) return;
    for (auto one = from.begin(); one != from.end();)
      one = goes(normalised(one.key())) ? from.erase(one) : std::next(one);
  }

  void set_labels() {
    json labels = json::object();
    const StringMap& new_labels = wanted_.new_image->config.labels;
    const StringMap& old_labels = wanted_.image->config.labels;
    const auto in = [](const StringMap& map, const std::string& name, const std::string& value) {
      const auto found = map.find(name);
      return found != map.end() && found->second == value;
    };
    for (const auto& [name, value] : old_.config.labels) {
      if (name.starts_with("dksnap.")) continue;
      const bool the_images = new_labels.contains(name) && in(old_labels, name, value);
      if (!the_images && !in(new_labels, name, value)) labels[name] = value;
    }
    for (const auto& [name, value] : wanted_.labels) labels[name] = value;
    body_["Labels"] = std::move(labels);
  }

  bool is_dropped(const std::string& destination) const {
    return holds(wanted_.dropped_mounts, destination) ||
           holds(wanted_.renewed_volumes, destination);
  }

  void set_mounts() {
    std::vector<std::string> declared = wanted_.image->config.volumes;
    declared.insert(declared.end(), wanted_.dropped_mounts.begin(), wanted_.dropped_mounts.end());
    if (body_.contains("Volumes")) {
      erase_paths(body_["Volumes"], [&](const std::string& path) {
        return std::any_of(declared.begin(), declared.end(),
                           [&](const std::string& one) { return normalised(one) == path; });
      });
      if (body_["Volumes"].empty()) body_.erase("Volumes");
    }
    for (const std::string& path : wanted_.renewed_volumes) body_["Volumes"][path] = json::object();
    drop_from("Binds", [](const json& bind) {
      const std::vector<std::string> parts = split(bind.get<std::string>(), ':');
      return parts.size() < 2 ? parts.front() : parts[1];
    });
    drop_from("Mounts", [](const json& mount) { return text(mount, "Target"); });
    if (host_.contains("Tmpfs"))
      erase_paths(host_["Tmpfs"], [&](const std::string& path) { return is_dropped(path); });
    for (const Mount& mount : old_.mounts) {
      if (!mount.own_volume || is_dropped(mount.destination)) continue;
      drop_from(
          "Mounts", [](const json& one) { return text(one, "Target"); }, mount.destination);
      host_["Mounts"].push_back({{"Type", "volume"},
                                 {"Source", mount.name},
                                 {"Target", mount.destination},
                                 {"ReadOnly", !mount.read_write}});
    }
  }

  template <typename Destination>
  void drop_from(const char* name, Destination destination_of, const std::string& also = {}) {
    if (!host_.contains(name) || !host_[name].is_array()) return;
    json kept = json::array();
    for (const json& one : host_[name]) {
      const std::string destination = normalised(destination_of(one));
      if (!is_dropped(destination) && (also.empty() || destination != also)) kept.push_back(one);
    }
    host_[name] = std::move(kept);
  }

  // Told as "/other:/this/alias", wanted as "other:alias".
  void set_links() {
    std::vector<std::string> links = texts(host_, "Links");
    if (links.empty()) return;
    for (std::string& link : links) {
      const std::size_t colon = link.find(':');
      const std::size_t slash = link.rfind('/');
      if (colon == std::string::npos || slash == std::string::npos || slash < colon) continue;
      link = without_slash(link.substr(0, colon)) + ":" + link.substr(slash + 1);
    }
    host_["Links"] = links;
  }

  void set_networks() {
    const std::string mode = text(host_, "NetworkMode");
    const json& networks = member(member(*old_.raw, "NetworkSettings"), "Networks");
    if (!networks.is_object() || mode == "host" || mode == "none" || mode.starts_with("container:"))
      return;
    const auto version = parse_api_version(wanted_.engine->api_version);
    const bool all_at_once = version && takes_all_networks(*version);
    json endpoints = json::object();
    for (const auto& [name, settings] : networks.items()) {
      const bool first = name == mode || text(settings, "NetworkID") == mode ||
                         (mode == "default" && name == "bridge");
      json wanted = endpoint(settings);
      if (first && wanted.empty() && networks.size() == 1) continue;
      if (first || all_at_once) {
        endpoints[name] = std::move(wanted);
      } else {
        result_.networks.push_back({name, wanted.dump()});
      }
    }
    body_["NetworkingConfig"] = {{"EndpointsConfig", std::move(endpoints)}};
  }

  json endpoint(const json& settings) const {
    json wanted = json::object();
    for (const char* name : {"IPAMConfig", "Links", "DriverOpts", "GwPriority"}) {
      const json& value = member(settings, name);
      if (!value.empty()) wanted[name] = value;
    }
    // Before API 1.45 the engine's own alias is among them.
    std::vector<std::string> aliases = texts(settings, "Aliases");
    std::erase(aliases, old_.id.substr(0, kShortId));
    if (!aliases.empty()) wanted["Aliases"] = aliases;
    return wanted;
  }

  const SameArguments& wanted_;
  const Container& old_;
  json body_;
  json host_;
  RawContainerSpec result_;
};

}  // namespace

RawContainerSpec same_arguments(const SameArguments& wanted) {
  return Arguments(wanted).run();
}

RawContainerSpec with_labels(RawContainerSpec spec, const StringMap& labels) {
  json body = json::parse(spec.body);
  for (const auto& [name, value] : labels) body["Labels"][name] = value;
  spec.body = body.dump();
  return spec;
}

}  // namespace dksnap::docker
