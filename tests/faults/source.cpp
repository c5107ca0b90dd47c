#include "source.hpp"

#include <utility>

#include <fmt/format.h>

namespace dksnap::test {
namespace {

using nlohmann::json;

// Carried by everything that descends from a source's base image.
constexpr const char* kLabel = "dksnap-faults.base";

}  // namespace

Source::Source(Desk& desk, const EngineView& engine, const std::string& lab_image)
    : desk_(desk), engine_(engine), name_(desk.name("source")) {
  const std::string original = desk.image(lab_image);
  const std::string maker =
      engine.ask("POST", "/containers/create", {{"Image", original}})["Id"].get<std::string>();
  base_ =
      engine
          .ask("POST", fmt::format("/commit?container={}&repo=dksnap-faults/{}&tag=base&"
                                   "changes={}",
                                   maker, name_,
                                   query_escape(fmt::format("LABEL {}={}", kLabel, name_))))["Id"]
          .get<std::string>();
  engine.remove(maker);
}

Source::~Source() {
  engine_.remove(name_);
  for (const std::string& image : engine_.images_labelled(fmt::format("{}={}", kLabel, name_)))
    engine_.remove_image(image);
}

void Source::start(const std::vector<std::string>& env, const std::string& volume) {
  json spec{{"Image", base_}, {"Env", env}};
  if (!volume.empty()) spec["HostConfig"]["Binds"] = {volume + ":/data"};
  id_ = engine_.ask("POST", "/containers/create?name=" + name_, spec)["Id"].get<std::string>();
  engine_.ask("POST", "/containers/" + id_ + "/start");
  volume_ = engine_.ask("GET", "/containers/" + id_ + "/json")["Mounts"].at(0)["Name"];
}

std::vector<std::string> Source::stage_images() const {
  std::vector<std::string> stages;
  const std::string filters =
      json{{"label", json::array({fmt::format("{}={}", kLabel, name_), "dksnap.role=stage"})}}
          .dump();
  for (const json& image : engine_.ask("GET", "/images/json?filters=" + query_escape(filters)))
    stages.push_back(image["Id"].get<std::string>());
  return stages;
}

}  // namespace dksnap::test
