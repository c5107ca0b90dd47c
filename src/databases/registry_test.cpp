#include "databases/registry.hpp"

#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace dksnap::databases {
namespace {

using testing::ElementsAre;

// A container of files and processes, without an engine.
struct Host {
  std::set<std::string> files;
  ContainerFacts facts;

  std::vector<std::string> kinds() {
    facts.stat = [this](const std::string& path) -> std::optional<docker::PathStat> {
      if (files.count(path) == 0) return std::nullopt;
      return docker::PathStat{};
    };
    facts.read = [this](const std::string& path) -> std::optional<std::string> {
      if (files.count(path) == 0) return std::nullopt;
      return "15\n";
    };
    facts.links = [](const std::string&) { return std::vector<std::string>(); };
    facts.files = facts.links;
    std::vector<std::string> names;
    for (const Recognised& one : recognise(facts)) names.push_back(one.recognition.kind);
    return names;
  }
  void run(const std::string& command) {
    facts.running = true;
    facts.processes.push_back({std::to_string(facts.processes.size() + 10), command});
  }
};

const std::string kPostgresFile = "/var/lib/postgresql/data/PG_VERSION";

TEST(Registry, SeveralThatRunAreAllFound) {
  Host host;
  host.files = {kPostgresFile};
  host.run("sh /start.sh");
  host.run("postgres");
  host.run("redis-server *:6379");
  EXPECT_THAT(host.kinds(), ElementsAre("postgres", "redis"));
}

TEST(Registry, WhatRunsIsMeantAndNotWhatLiesBesideIt) {
  Host host;
  host.files = {kPostgresFile, "/var/lib/mysql/aria_log_control", "/var/lib/mysql/ibdata1"};
  host.run("postgres");
  EXPECT_THAT(host.kinds(), ElementsAre("postgres"));
}

TEST(Registry, OfAStoppedOneTheDataSpeak) {
  Host host;
  host.files = {kPostgresFile, "/var/lib/mysql/aria_log_control", "/var/lib/mysql/ibdata1"};
  EXPECT_THAT(host.kinds(), ElementsAre("postgres", "mariadb"));
}

// As `docker run postgres -c …`, where the engine cannot list processes.
TEST(Registry, AnEntrypointOfAUsualNameIsNobodysSign) {
  Host host;
  host.files = {kPostgresFile};
  host.facts.running = true;
  host.facts.config.entrypoint = {"docker-entrypoint.sh"};
  host.facts.config.cmd = {"-c", "max_connections=50"};
  EXPECT_THAT(host.kinds(), ElementsAre("postgres"));
}

TEST(Registry, WhatNobodyKnowsIsFilesAlone) {
  Host host;
  host.run("nginx: master process");
  EXPECT_THAT(host.kinds(), ElementsAre("files"));
}

}  // namespace
}  // namespace dksnap::databases
