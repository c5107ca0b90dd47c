#include "docker/same_arguments.hpp"

#include <algorithm>
#include <iterator>

#include <nlohmann/json.hpp>

#include "base/paths.hpp"
#include "base/text.hpp"
#include "docker/answers/json_read.hpp"
#include "docker/answers/json_types.hpp"
#include "docker/http/api_version.hpp"

namespace dksnap::docker {
namespace {

using nlohmann::json;

// The engine's default host name, and an alias that it gives: so many digits of the id.
constexpr std::size_t kShortId = 12;
constexpr std::string_view kDefaultMode = "default";

const json& raw_of(const Config& config) {
  static const json kNothing = json::object();
  return config.raw && config.raw->is_object() ? *config.raw : kNothing;
}

bool holds(const std::vector<std::string>& list, const std::string& value) {
  return std::find(list.begin(), list.end(), value) != list.end();
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
    move_words("Entrypoint");
    move_words("Cmd");
    move_words("Env");
    move_check();
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

  void move_check() {
    if (!body_.contains("Healthcheck") || !body_["Healthcheck"].is_object()) return;
    std::vector<std::string> words = texts(body_["Healthcheck"], "Test");
    for (const auto& [from, to] : wanted_.moved_paths)
      for (std::string& word : words) word = move_paths(word, from, to);
    if (!words.empty()) body_["Healthcheck"]["Test"] = words;
  }

  void move_words(const char* name) {
    std::vector<std::string> words = texts(body_, name);
    for (const auto& [from, to] : wanted_.moved_paths)
      for (std::string& word : words) word = move_paths(word, from, to);
    if (!words.empty()) body_[name] = words;
  }

  // A name that the engine gave goes; so does one where none may be given.
  void set_hostname() {
    const std::string hostname = text(body_, "Hostname");
    const std::string network = text(host_, "NetworkMode");
    const bool none_may_be_given =
        network.starts_with("container:") || text(host_, "UTSMode") == "host";
    if (none_may_be_given || hostname == old_.id.substr(0, kShortId) ||
        (network == "host" && hostname == wanted_.engine->name))
      body_.erase("Hostname");
    if (!none_may_be_given && !wanted_.hostname.empty()) body_["Hostname"] = wanted_.hostname;
    if (none_may_be_given || network == "host" || text(body_, "Domainname").empty())
      body_.erase("Domainname");
  }

  // Where the entrypoint is given, the image's command counts no more (moby, daemon/commit.go:
  // merge), so they go together. [""] is no entrypoint at all.
  void set_programs() {
    const auto same = [&](const char* name) {
      return texts(body_, name) == texts(new_image(), name);
    };
    if (same("Entrypoint") && same("Cmd")) {
      body_.erase("Entrypoint");
      body_.erase("Cmd");
    } else if (texts(body_, "Entrypoint").empty()) {
      body_["Entrypoint"] = json::array({""});
    }
  }

  void set_environment() {
    std::vector<std::string> kept;
    for (const std::string& variable : texts(body_, "Env")) {
      if (!holds(wanted_.new_image->config.env, variable)) kept.push_back(variable);
    }
    body_["Env"] = kept;
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
    const StringMap& images = wanted_.new_image->config.labels;
    for (const auto& [name, value] : old_.config.labels) {
      const auto same = images.find(name);
      const bool has_image = same != images.end() && same->second == value;
      if (!name.starts_with("dksnap.") && !has_image) labels[name] = value;
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
    if (!wanted_.lost_volumes_from.empty()) {
      json kept = json::array();
      for (const std::string& from : texts(host_, "VolumesFrom")) {
        if (!holds(wanted_.lost_volumes_from, from)) kept.push_back(from);
      }
      host_["VolumesFrom"] = kept;
      add_lost_mounts();
    }
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

  // Which of its mounts came from whom is not told: all that no other argument asks for.
  void add_lost_mounts() {
    for (const Mount& mount : old_.mounts) {
      if (mount.own_volume || is_dropped(mount.destination) || mount.type == "tmpfs") continue;
      const auto asks = [&](const char* name, auto destination_of) {
        const json& list = member(host_, name);
        return std::any_of(list.begin(), list.end(), [&](const json& one) {
          return normalised(destination_of(one)) == mount.destination;
        });
      };
      const bool asked = asks("Binds",
                              [](const json& bind) {
                                const std::vector<std::string> parts =
                                    split(bind.get<std::string>(), ':');
                                return parts.size() < 2 ? parts.front() : parts[1];
                              }) ||
                         asks("Mounts", [](const json& one) { return text(one, "Target"); });
      if (asked) continue;
      host_["Mounts"].push_back({{"Type", mount.type},
                                 {"Source", mount.type == "volume" ? mount.name : mount.source},
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
    bool has_first = false;
    for (const auto& [name, settings] : networks.items()) {
      const bool first = is_network_of_mode(name, settings, mode);
      has_first = has_first || first;
      json wanted = endpoint(settings);
      if (first && wanted.empty() && networks.size() == 1) continue;
      // The one of the mode by the name that the mode gives it: by another it would be a second.
      if (first) {
        endpoints[mode == kDefaultMode ? name : mode] = std::move(wanted);
      } else if (all_at_once) {
        endpoints[name] = std::move(wanted);
      } else {
        result_.networks.push_back({name, wanted.dump()});
      }
    }
    // An engine that takes all networks with the request connects it to no other than those.
    if (!has_first && (networks.empty() || !all_at_once))
      result_.left_networks.push_back(mode == kDefaultMode ? "bridge" : mode);
    body_["NetworkingConfig"] = {{"EndpointsConfig", std::move(endpoints)}};
  }

  // A mode may name it by its id, or the beginning of that.
  static bool is_network_of_mode(const std::string& name, const json& settings,
                                 const std::string& mode) {
    return name == mode || (mode == kDefaultMode && name == "bridge") ||
           (!mode.empty() && text(settings, "NetworkID").starts_with(mode));
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

std::vector<std::string> networks_of(const RawContainerSpec& spec) {
  std::vector<std::string> names;
  const json body = json::parse(spec.body);
  names.push_back(text(member(body, "HostConfig"), "NetworkMode"));
  for (const auto& [name, settings] :
       member(member(body, "NetworkingConfig"), "EndpointsConfig").items())
    names.push_back(name);
  for (const NetworkConnection& network : spec.networks) names.push_back(network.network);
  std::erase_if(names, [](const std::string& name) {
    return name.empty() || name == kDefaultMode || name == "bridge" || name == "host" ||
           name == "none" || name.starts_with("container:");
  });
  return names;
}

RawContainerSpec with_labels(RawContainerSpec spec, const StringMap& labels) {
  json body = json::parse(spec.body);
  for (const auto& [name, value] : labels) body["Labels"][name] = value;
  spec.body = body.dump();
  return spec;
}

}  // namespace dksnap::docker
