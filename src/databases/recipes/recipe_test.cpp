#include "databases/recipes/recipe.hpp"

#include <algorithm>
#include <map>
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "databases/registry.hpp"

namespace dksnap::databases::recipes {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

std::vector<RecipeData> read(const std::string& text) {
  const TomlValue table = parse_toml(text, "config.toml");
  TomlReader reader(table, "config.toml", "");
  return read_recipes(reader.tables("recipe"), "config.toml");
}

Recipe recipe_of(const std::string& keys) {
  return Recipe(read("[[recipe]]\nname = \"known\"\n" + keys).at(0));
}

std::string why_not_recipe(const std::string& keys) {
  try {
    read("[[recipe]]\nname = \"known\"\n" + keys);
  } catch (const Error& error) {
    EXPECT_EQ(error.message(), "cannot use config.toml");
    EXPECT_FALSE(error.hint().empty());
    return error.why();
  }
  ADD_FAILURE() << keys << " was taken";
  return {};
}

struct Place {
  std::set<std::string> directories;
  std::set<std::string> files;
  std::map<std::string, std::string> links;
  ContainerFacts facts;

  ContainerFacts& look() {
    facts.read = [](const std::string&) { return std::nullopt; };
    facts.links = facts.files = [](const std::string&) { return std::vector<std::string>(); };
    facts.stat = [this](const std::string& path) -> std::optional<docker::PathStat> {
      docker::PathStat stat;
      if (const auto link = links.find(path); link != links.end()) {
        stat.mode = 0x08000000U;
        stat.link_target = link->second;
        return stat;
      }
      if (directories.count(path) != 0) stat.mode = 0x80000000U;
      if (directories.count(path) == 0 && files.count(path) == 0) return std::nullopt;
      return stat;
    };
    return facts;
  }
  void runs(const std::string& command) {
    facts.running = true;
    facts.processes.push_back({"1", command});
  }
};

const std::string kSigns = "processes = [\"kd\", \"java org.known.Main\"]\ncommands = [\"kd\"]\n";

TEST(Recipe, AProcessSaysMoreThanTheCommand) {
  const Recipe recipe = recipe_of(kSigns + "data = [\"/data\"]");
  Place place;
  place.directories = {"/data"};
  place.facts.config.cmd = {"/usr/bin/kd"};
  const auto stopped = recipe.recognise(place.look());
  ASSERT_TRUE(stopped);
  EXPECT_EQ(stopped->reason, "its command is kd, and /data is there: the recipe known");
  place.runs("/bin/sleep 9");
  EXPECT_FALSE(recipe.recognise(place.look()));
  place.runs("/opt/jdk/bin/java -Xmx1g -m org.known/org.known.Main");
  const auto running = recipe.recognise(place.look());
  ASSERT_TRUE(running);
  EXPECT_EQ(running->reason, "java runs in it, and /data is there: the recipe known");
  EXPECT_THAT(running->data_paths, ElementsAre("/data"));
}

TEST(Recipe, AnotherProgramInTheSameMachineIsAnother) {
  const Recipe recipe = recipe_of(kSigns + "data = [\"/data\"]");
  Place place;
  place.directories = {"/data"};
  place.runs("java org.other.Main");
  EXPECT_FALSE(recipe.recognise(place.look()));
}

TEST(Recipe, AStoppedOneIsKnownByItsVariablesOrItsImage) {
  const Recipe recipe = recipe_of(
      "processes = [\"kd\"]\nenvironment = [\"KD_VERSION\"]\nimages = [\"known\"]\n"
      "data = [\"/data\"]\nversion = \"KD_VERSION\"");
  Place place;
  place.directories = {"/data"};
  EXPECT_FALSE(recipe.recognise(place.look()));
  place.facts.image = "registry.example/team/known:2@sha256:00";
  EXPECT_TRUE(recipe.recognise(place.look()));
  place.facts.image = "known-exporter";
  EXPECT_FALSE(recipe.recognise(place.look()));
  place.facts.config.env = {"KD_VERSION=2.1"};
  const auto found = recipe.recognise(place.look());
  ASSERT_TRUE(found);
  EXPECT_EQ(found->version, "2.1");
  // What a label could not hold is none.
  place.facts.config.env = {"KD_VERSION=2 \n1"};
  EXPECT_EQ(recipe.recognise(place.look())->version, "");
}

TEST(Recipe, TheFirstPlaceThatIsThereHoldsTheData) {
  const Recipe recipe = recipe_of(kSigns +
                                  "data = [\"--dir *\", \"serve *\", \"$KD_DIR\", \"./here\", "
                                  "\"/data\"]\nalso = [\"--log *\"]");
  const auto data_of = [&](Place& place) {
    const auto found = recipe.recognise(place.look());
    return found ? found->data_paths : std::vector<std::string>{"nothing"};
  };
  Place place;
  place.directories = {"/a", "/b", "/c", "/srv/here", "/data", "/log", "/srv/rel"};
  place.facts.config.working_dir = "/srv";
  place.facts.config.cmd = {"kd"};
  EXPECT_THAT(data_of(place), ElementsAre("/srv/here"));
  place.facts.config.env = {"KD_DIR=/c"};
  EXPECT_THAT(data_of(place), ElementsAre("/c"));
  place.facts.config.cmd = {"kd", "serve", "/b"};
  EXPECT_THAT(data_of(place), ElementsAre("/b"));
  place.facts.config.cmd = {"kd", "serve", "/b", "--dir=/a", "--log", "/log"};
  EXPECT_THAT(data_of(place), ElementsAre("/a", "/log"));
  place.facts.config.cmd = {"kd", "--dir", "rel/./x/.."};
  EXPECT_THAT(data_of(place), ElementsAre("/srv/rel"));
  // Of the server that runs, its own arguments.
  place.runs("kd --dir /b");
  EXPECT_THAT(data_of(place), ElementsAre("/b"));
}

TEST(Recipe, NothingOfTheKernelsAndNotEverythingIsData) {
  const Recipe recipe = recipe_of(kSigns + "data = [\"$KD_DIR\"]");
  Place place;
  place.facts.config.cmd = {"kd"};
  for (const char* path : {"/", "/proc/1", "/sys", "/dev/sda", "/x/../..", "/gone", "/file"}) {
    place.directories = {"/", "/proc/1", "/sys", "/dev/sda"};
    place.files = {"/file"};
    place.facts.config.env = {std::string("KD_DIR=") + path};
    EXPECT_FALSE(recipe.recognise(place.look())) << path;
  }
  place.facts.config.env = {"KD_DIR=/link"};
  place.links = {{"/link", "/proc/1"}};
  EXPECT_FALSE(recipe.recognise(place.look()));
  place.links = {{"/link", "/real"}};
  place.directories = {"/real"};
  EXPECT_THAT(recipe.recognise(place.look())->data_paths, ElementsAre("/real"));
}

TEST(Recipe, AFileAloneIsEnoughWhereItIsNamed) {
  const Recipe recipe = recipe_of("data = [\"/data has app.db\"]");
  Place place;
  place.directories = {"/data"};
  EXPECT_FALSE(recipe.recognise(place.look()));
  place.files = {"/data/app.db"};
  const auto found = recipe.recognise(place.look());
  ASSERT_TRUE(found);
  EXPECT_EQ(found->reason, "/data has app.db: the recipe known");
}

TEST(Recipe, DataInMemoryAreTakenFromTheServerThatRuns) {
  const Recipe recipe = recipe_of(kSigns + "data = [\"/data\"]");
  Place place;
  place.facts.mounts.emplace_back();
  place.facts.mounts.back().type = "tmpfs";
  place.facts.mounts.back().destination = "/data";
  place.facts.config.cmd = {"kd"};
  EXPECT_FALSE(recipe.recognise(place.look()));
  place.runs("kd");
  EXPECT_THAT(recipe.recognise(place.look())->data_paths, ElementsAre("/data"));
}

TEST(Recipe, ItsProgramsSayWhatTheyDid) {
  const Recipe recipe = recipe_of(kSigns +
                                  "data = [\"/data\"]\nport = 1\nflush = [\"kctl\", \"flush\"]\n"
                                  "flush-required = true\nready = { run = [\"kctl\", \"ping\"] }");
  ProgramResult answer;
  std::vector<std::string> ran;
  std::string as_user = "nobody asked";
  Shell shell(
      [&](const auto& argv, const std::string& user, const auto&, const auto&, const auto&) {
        ran = argv;
        as_user = user;
        return answer;
      });
  EXPECT_TRUE(recipe.flush(shell, {}, {}).done);
  EXPECT_THAT(ran, ElementsAre("kctl", "flush"));
  EXPECT_EQ(as_user, "");  // the container's own
  answer = {3, "", "not now\n"};
  const FlushResult refused = recipe.flush(shell, {}, {});
  EXPECT_FALSE(refused.done);
  EXPECT_EQ(refused.text, "`kctl flush` ended with 3: not now");
  EXPECT_THAT(refused.hint, HasSubstr("flush-required"));
  EXPECT_FALSE(recipe.safe_without_flush());
  Server server;
  EXPECT_EQ(recipe.not_ready(shell, {}, server), "`kctl ping` ended with 3: not now");
  answer = {127, "", ""};
  EXPECT_EQ(recipe.not_ready(shell, {}, server), "kctl cannot be run in it");
  answer = {};
  EXPECT_EQ(recipe.not_ready(shell, {}, server), std::nullopt);
}

TEST(Recipe, AConnectionHasItsAddressInIt) {
  const Recipe recipe =
      recipe_of(kSigns + "data = [\"/data\"]\nport = 9\nconnection = \"known://{host}:{port}/x\"");
  EXPECT_EQ(recipe.connection_string({"10.0.0.1", 32768}, {}, {}), "known://10.0.0.1:32768/x");
  EXPECT_EQ(recipe.connection_string({"::1", 7}, {}, {}), "known://[::1]:7/x");
}

TEST(Recipe, WhatIsWrongWithOneIsSaid) {
  const std::string data = "data = [\"/data\"]\n";
  EXPECT_THAT(why_not_recipe(data), HasSubstr("what to know the server by"));
  EXPECT_THAT(why_not_recipe(kSigns), HasSubstr("where the data is"));
  EXPECT_THAT(why_not_recipe(kSigns + data + "flsh = [\"x\"]"),
              HasSubstr("line 6: the recipe \"known\": there is no \"flsh\" here"));
  EXPECT_THAT(why_not_recipe(kSigns + data + "port = \"9\""), HasSubstr("line 6: "));
  EXPECT_THAT(why_not_recipe(kSigns + data + "port = 70000"), HasSubstr("from 1 to 65535"));
  EXPECT_THAT(why_not_recipe(kSigns + data + "flush-required = true"),
              HasSubstr("needs \"flush\""));
  EXPECT_THAT(why_not_recipe(kSigns + data + "connection = \"{host}\""), HasSubstr("\"port\""));
  EXPECT_THAT(why_not_recipe(kSigns + data + "port = 9\nconnection = \"{PASSWORD}\""),
              HasSubstr("braces"));
  EXPECT_THAT(why_not_recipe(kSigns + data + "stop-signal = \"9\""), HasSubstr("signal's name"));
  EXPECT_THAT(why_not_recipe(kSigns + data + "port = 9\nready = { http = \"x\" }"),
              HasSubstr("is a path"));
  EXPECT_THAT(why_not_recipe(kSigns + data + "port = 9\nready = { http = \"/x\\r\\nHost: y\" }"),
              HasSubstr("is a path"));
  EXPECT_THAT(why_not_recipe(kSigns + data + "ready = { http = \"/x\" }"), HasSubstr("\"port\""));
  EXPECT_THAT(why_not_recipe(kSigns + data + "ready = { tcp = true }"),
              HasSubstr("there is no \"tcp\" here"));
  for (const char* path : {"/etc/passwd", "../x", ".", "a//b"})
    EXPECT_THAT(why_not_recipe(kSigns + data + "leftovers = [\"" + path + "\"]"),
                HasSubstr("no path below the data"))
        << path;
  for (const char* place : {"data", "/", "/proc/1", "../x", "$", "$A B", "--a b *", "/x has ../y"})
    EXPECT_THAT(why_not_recipe(kSigns + "data = [\"" + place + "\"]"),
                HasSubstr("no place of data"))
        << place;
  EXPECT_THAT(why_not_recipe("processes = [\"/bin/kd\"]\n" + data), HasSubstr("is no program"));
  EXPECT_THAT(why_not_recipe(kSigns + data + "[[recipe]]\nname = \"known\"\n" + kSigns + data),
              HasSubstr("two recipes"));
  EXPECT_THAT(why_not_recipe(kSigns + data + "[[recipe]]\nname = \"Known one\"\n"),
              HasSubstr("\"name\" is a word"));
}

TEST(ShippedRecipes, AreReadAndHaveNamesOfTheirOwn) {
  std::vector<std::string> names;
  for (const Database* database : all()) {
    names.emplace_back(database->name());
    EXPECT_EQ(has_code(database->name()), !database->is_recipe());
  }
  EXPECT_THAT(
      names, testing::IsSupersetOf({"etcd", "rabbitmq", "elasticsearch", "opensearch", "clickhouse",
                                    "cassandra", "neo4j", "influxdb", "minio", "sqlite"}));
  EXPECT_EQ(names.back(), "files");
  std::sort(names.begin(), names.end());
  EXPECT_EQ(std::adjacent_find(names.begin(), names.end()), names.end());
}

TEST(ShippedRecipes, KnowTheImagesOfTheirProjects) {
  struct Case {
    const char* kind;
    const char* process;
    const char* directory;
  };
  for (const Case& one : {
           Case{"etcd", "/usr/local/bin/etcd --data-dir=/var/etcd", "/var/etcd"},
           Case{"rabbitmq", "/opt/erlang/bin/beam.smp -W w -- -s rabbit boot", "/var/lib/rabbitmq"},
           Case{"elasticsearch",
                "/usr/share/elasticsearch/jdk/bin/java -m "
                "org.elasticsearch.server/org.elasticsearch.bootstrap.Elasticsearch",
                "/usr/share/elasticsearch/data"},
           Case{"opensearch",
                "/usr/share/opensearch/jdk/bin/java org.opensearch.bootstrap.OpenSearch",
                "/usr/share/opensearch/data"},
           Case{"clickhouse", "/usr/bin/clickhouse-server --config-file=/etc/x",
                "/var/lib/clickhouse"},
           Case{"cassandra", "java -ea org.apache.cassandra.service.CassandraDaemon",
                "/var/lib/cassandra"},
           Case{"neo4j", "java org.neo4j.server.CommunityEntryPoint --home-dir=/x", "/data"},
           Case{"influxdb", "influxd", "/var/lib/influxdb2"},
           Case{"minio", "minio server /export --console-address :9001", "/export"},
       }) {
    Place place;
    place.directories = {one.directory};
    place.runs(one.process);
    const Recognised found = recognise(place.look()).front();
    EXPECT_EQ(found.recognition.kind, one.kind);
    EXPECT_THAT(found.recognition.data_paths, ElementsAre(one.directory));
  }
}

}  // namespace
}  // namespace dksnap::databases::recipes
