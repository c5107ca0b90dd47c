// docs/settings.md: what holds where no option says otherwise.
#include <filesystem>
#include <fstream>

#include "documents.hpp"
#include "error_case.hpp"
#include "support/store_lanes.hpp"

namespace dksnap::test {
namespace {

using ::testing::HasSubstr;

class SettingsFiles : public OnOneEngine {
 protected:
  void SetUp() override {
    OnOneEngine::SetUp();
    if (IsSkipped()) return;
    std::filesystem::create_directories(user_file().parent_path());
    std::filesystem::create_directories(project());
  }
  void TearDown() override {
    if (!IsSkipped()) {
      std::filesystem::remove(user_file());
      std::filesystem::remove_all(project());
    }
    OnOneEngine::TearDown();
  }
  std::filesystem::path user_file() const { return desk().home() / ".config/dksnap/config.toml"; }
  std::filesystem::path project() const { return desk().home() / "project"; }
  void user(const std::string& text) { std::ofstream(user_file()) << text; }
  void projects(const std::string& text) { std::ofstream(project() / ".dksnap.toml") << text; }
  RunResult in_project(const Words& arguments,
                       std::map<std::string, std::optional<std::string>> env = {}) {
    return desk().dksnap(arguments, {.env = std::move(env), .directory = project()});
  }
};

TEST_F(SettingsFiles, TheNearestOneWins) {
  const std::string source = desk().start("files", {}, {desk().image("files:1")});
  const std::string id = desk().create(source);
  const auto waits = [&](Words options, std::map<std::string, std::optional<std::string>> env) {
    Words words{"boot", id, "--name", desk().name("copy")};
    words.insert(words.end(), options.begin(), options.end());
    const RunResult booted = in_project(words, std::move(env));
    EXPECT_TRUE(succeeded(booted));
    return booted.err.find("(not waited for)") == std::string::npos;
  };
  EXPECT_TRUE(waits({}, {}));
  user("wait = 0\n");
  EXPECT_FALSE(waits({}, {}));
  projects("wait = 5\n");
  EXPECT_TRUE(waits({}, {}));
  EXPECT_FALSE(waits({}, {{"DKSNAP_WAIT", "0"}}));
  EXPECT_TRUE(waits({"--wait", "5"}, {{"DKSNAP_WAIT", "0"}}));
  // Another directory's project is none of ours.
  std::filesystem::remove(project() / ".dksnap.toml");
  EXPECT_FALSE(waits({}, {}));
}

TEST_F(SettingsFiles, EveryKeyOfTheDocumentIsTaken) {
  std::string all;
  for (const auto& row : document_table("docs/settings.md", "# Settings")) {
    const std::string& key = row[0];
    const bool number = key == "timeout" || key == "wait";
    const std::string value = number ? "77" : key == "no-input" ? "true" : "\"auto\"";
    all += key + " = " + value + "\n";
    EXPECT_THAT(row[1], ::testing::StartsWith("DKSNAP_"));
    EXPECT_TRUE(fails_with(2, in_project({"ps"}, {{row[1], "x y"}}), {row[1]}));
  }
  user(all);
  EXPECT_TRUE(succeeded(in_project({"ps"})));
}

TEST_F(SettingsFiles, WhatCannotBeUsedIsSaid) {
  const std::string source = desk().start("files", {}, {desk().image("files:1")});
  user("\ncolour = \"never\"\n");
  for (const Words& command : {Words{"ps"}, Words{"create", source}, Words{"boot", "latest"},
                               Words{"replace", source, "--with", "latest"}}) {
    EXPECT_TRUE(fails_with(
        2, in_project(command),
        {user_file(), "line 2: there is no \"colour\" here", "did you mean \"color\"?"}));
  }
  // Nothing else is held up.
  const RunResult listed = in_project({"undo", "--list"});
  EXPECT_TRUE(succeeded(listed));
  EXPECT_THAT(listed.err, HasSubstr("none of your settings hold: cannot use"));
  EXPECT_THAT(in_project({"version"}).out, HasSubstr("dksnap"));
  const RunResult doctor = in_project({"doctor"});
  EXPECT_EQ(doctor.status, 1);
  EXPECT_THAT(doctor.out, HasSubstr("line 2: "));
  user("wait = 9\n");
  EXPECT_THAT(in_project({"doctor"}).out, HasSubstr(user_file().string()));
}

TEST_F(SettingsFiles, AMessageAboutASettingNamesTheFileThatHasIt) {
  const std::string source = desk().start("files", {}, {desk().image("files:1")});
  projects("no-input = true\n");
  EXPECT_TRUE(fails_with(2, in_project({"create", source, "--method", "stop"}),
                         {"no-input of .dksnap.toml"}));
}

TEST_F(SettingsFiles, AProjectTeachesNoPrograms) {
  projects("[[recipe]]\nname = \"x\"\ndata = [\"/data has x\"]\n");
  EXPECT_TRUE(fails_with(2, in_project({"ps"}), {".dksnap.toml", "run in your containers"}));
}

TEST_F(SettingsFiles, ARecipeHasNoNameOfAKindWithCode) {
  user("[[recipe]]\nname = \"postgres\"\ndata = [\"/data has x\"]\n");
  EXPECT_TRUE(fails_with(2, in_project({"ps"}), {"line 1: ", "\"postgres\""}));
}

}  // namespace
}  // namespace dksnap::test
