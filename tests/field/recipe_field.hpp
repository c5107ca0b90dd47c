// Servers that are known by a recipe, as people run them.
#pragma once

#include <filesystem>
#include <fstream>
#include <string>

#include <nlohmann/json.hpp>

#include "support/recipe_images.hpp"
#include "support/store_lanes.hpp"

namespace dksnap::test {

class RecipeField : public OnEitherStore {
 protected:
  // `dksnap create CONTAINER`: what `show` says.
  nlohmann::json snapshot(const std::string& container) {
    return desk().show(desk().create(container));
  }
  // `dksnap boot`: what it says.
  nlohmann::json boot(const nlohmann::json& snapshot) {
    const RunResult booted = desk().dksnap(
        {"boot", snapshot["id"].get<std::string>(), "--name", desk().name("copy"), "--json"});
    EXPECT_TRUE(succeeded(booted));
    return booted.status == 0 ? nlohmann::json::parse(booted.out) : nlohmann::json();
  }
  RunResult replace(const std::string& container, const nlohmann::json& snapshot) {
    return desk().dksnap({"replace", container, "--with", snapshot["id"].get<std::string>(), "-y"});
  }
  RunResult undo(const std::string& container) { return desk().dksnap({"undo", container, "-y"}); }
  // The user's settings file.
  void settings(const std::string& text) {
    const std::filesystem::path file = desk().home() / ".config/dksnap/config.toml";
    std::filesystem::create_directories(file.parent_path());
    std::ofstream(file) << text;
  }
  void TearDown() override {
    if (HasFatalFailure() || IsSkipped()) return;
    std::filesystem::remove(desk().home() / ".config/dksnap/config.toml");
    OnEitherStore::TearDown();
  }
};

}  // namespace dksnap::test
