// Who is a snapshot, and what is only built on one or made to look like one.
#include <algorithm>
#include <set>

#include <gmock/gmock.h>

#include "base/text.hpp"
#include "forge.hpp"
#include "support/files_image.hpp"
#include "support/proxy.hpp"
#include "support/store_lanes.hpp"

namespace dksnap::test {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;

class Identity : public OnEitherStore {
 protected:
  std::string start(const Words& options = {}) {
    return desk().start("files", options, {desk().image("files:1")});
  }
  json layers(const std::string& image) { return desk().inspect(image)["RootFS"]["Layers"]; }
  bool begins_with(const json& longer, const json& shorter) {
    return longer.size() >= shorter.size() &&
           std::equal(shorter.begin(), shorter.end(), longer.begin());
  }
  bool has_file(const std::string& container, const std::string& path) {
    return desk().docker({"exec", container, "/files", "stat", path}).status == 0;
  }
  // A snapshot with a tool, a seed and data, and the container that it was taken from.
  struct Line {
    std::string source, id;
    json snapshot;
  };
  Line begin() {
    Line line;
    line.source = start();
    files_batch(desk(), line.source,
                "mkdir /opt\nwrite /opt/seed 1\nwrite /data/old old\nwrite /data/gone x\n");
    line.snapshot = desk().create_json(line.source, {"-m", desk().name("seed")});
    line.id = line.snapshot["id"];
    return line;
  }
  // A container of an image that was built on the line's snapshot keeps all that is in the image.
  void expect_kept(const Line& line, const std::string& built) {
    const RunResult listed = desk().dksnap({"ls"});
    EXPECT_THAT(listed.out, ::testing::ContainsRegex("image .*─ " + built + " \\(built on it\\)"));
    EXPECT_EQ(desk().show(line.id)["image_id"], line.snapshot["image_id"]);
    EXPECT_EQ(desk().show(line.snapshot["title"])["image_id"], line.snapshot["image_id"]);
    EXPECT_EQ(desk().dksnap({"show", built}).status, 11);
    EXPECT_EQ(desk().dksnap({"rm", built, "-y"}).status, 11);
    json shown;
    for (const json& one : json_lines(desk().dksnap({"ls", "--json"}).out)) {
      if (one["names"] == json::array({built})) shown = one;
    }
    EXPECT_EQ(shown["built_on"], line.id);
    EXPECT_EQ(shown["id"], nullptr);

    const std::string container = desk().start("built", {}, {built});
    files_batch(desk(), container, "write /data/new new\nwrite /opt/later 1\n");
    const json next = desk().create_json(container, {"-m", desk().name("next")});
    EXPECT_EQ(next["parent"], line.id);
    EXPECT_TRUE(begins_with(layers(next["image_id"]), layers(built)));
    const std::string copy = desk().boot(next["id"], kAtOnce);
    EXPECT_TRUE(has_file(copy, "/opt/tool"));
    EXPECT_TRUE(has_file(copy, "/opt/later"));
    EXPECT_FALSE(has_file(copy, "/opt/seed"));
    EXPECT_FALSE(has_file(copy, "/data/gone"));
    EXPECT_EQ(files(desk(), copy, {"cat", "/data/old"}), "old");
    EXPECT_EQ(files(desk(), copy, {"cat", "/data/new"}), "new");
    // And so does the next one of the line, which is a difference.
    files_batch(desk(), container, "write /data/newer newer\n");
    const json third = desk().create_json(container, {"-m", desk().name("third")});
    EXPECT_EQ(third["parent"], next["id"]);
    EXPECT_TRUE(begins_with(layers(third["image_id"]), layers(next["image_id"])));

    EXPECT_TRUE(succeeded(desk().dksnap({"rm", line.id, "--now", "-y"})));
    EXPECT_TRUE(succeeded(desk().docker({"image", "inspect", built}))) << "it is not the snapshot";
    EXPECT_THAT(desk().dksnap({"ls", "--json"}).out, HasSubstr(next["id"].get<std::string>()));
    EXPECT_TRUE(has_file(desk().boot(third["id"], kAtOnce), "/opt/tool"));
  }
};
DKSNAP_ON_EITHER_STORE(Identity);

TEST_P(Identity, WhatIsCommittedOnASnapshotKeepsItsLayers) {
  const Line line = begin();
  const std::string copy = desk().boot(line.id, kAtOnce);
  files_batch(desk(), copy, "write /opt/tool 1\nrm /opt/seed\nrm /data/gone\n");
  const std::string built = desk().name("committed") + ":1";
  desk().docker_out({"commit", copy, built});
  desk().remove_container(copy);
  expect_kept(line, built);
}

TEST_P(Identity, WhatIsBuiltFromASnapshotKeepsItsLayers) {
  const Line line = begin();
  Forgery from;
  from.name = desk().name("from") + ":1";
  from.from = line.snapshot["names"][0];
  from.files = {{{"opt/tool", "1"}}, {{"opt/.wh.seed", ""}, {"data/.wh.gone", ""}}};
  forge(desk(), from);
  expect_kept(line, from.name);
}

TEST_P(Identity, ALoadedImageThatClaimsTheSourceIsNotStackedOn) {
  const std::string volume = desk().name("volume");
  const std::string source = start({"-v", volume + ":/data"});
  const std::string id = "feedfacefeedface";
  Forgery forgery;
  forgery.name = desk().name("stranger") + ":1";
  forgery.from = desk().image("files:1");
  forgery.files = {{{"data/planted", "x"}}};
  forgery.config["created"] = "2026-01-02T03:04:05Z";
  forgery.labels = {{"dksnap.id", id},
                    {"dksnap.title", "stranger"},
                    {"dksnap.created", "2026-01-02T03:04:05Z"},
                    {"dksnap.kind", "files"},
                    {"dksnap.source", source},
                    {"dksnap.paths", "[\"/data\"]"},
                    {"dksnap.run", json{{"volumes", {volume + ":/data"}}}.dump()}};
  forge(desk(), forgery);
  const RunResult run = desk().dksnap({"create", source, "--json", "-m", "mine"});
  ASSERT_TRUE(succeeded(run));
  const json mine = json::parse(run.out);
  EXPECT_EQ(mine["parent"], id) << "it is shown where it says it belongs";
  EXPECT_THAT(run.err, HasSubstr("captured whole"));
  const json base = layers(desk().image("files:1"));
  EXPECT_EQ(layers(mine["image_id"]).size(), base.size() + 1);
  EXPECT_TRUE(begins_with(layers(mine["image_id"]), base));
  // From here on there is one that was made here.
  const json next = desk().create_json(source, {"-m", "next"});
  EXPECT_EQ(next["parent"], mine["id"]);
  EXPECT_TRUE(begins_with(layers(next["image_id"]), layers(mine["image_id"])));
  // Made here, but not by this user: as good as a stranger's.
  RunOptions elsewhere;
  elsewhere.env["XDG_STATE_HOME"] = desk().home() / "elsewhere";
  const RunResult other =
      desk().dksnap({"create", source, "--json", "-m", "other"}, std::move(elsewhere));
  ASSERT_TRUE(succeeded(other));
  EXPECT_EQ(layers(json::parse(other.out)["image_id"]).size(), base.size() + 1);
}

// The image that a container runs, from anywhere: what it says of itself is no reason to leave out
// what it has, nor to capture what nobody else's would.
TEST_P(Identity, AnImageThatNamesItselfASnapshotDecidesNothing) {
  Forgery forgery;
  forgery.name = desk().name("stranger") + ":1";
  forgery.from = desk().image("files:1");
  forgery.files = {{{"opt/tool", "x"}, {".dksnap/manifest", "not one"}}};
  forgery.config["created"] = "2026-01-02T03:04:05Z";
  forgery.labels = {{"dksnap.id", "feedfacefeedface"},
                    {"dksnap.title", "stranger"},
                    {"dksnap.created", "2026-01-02T03:04:05Z"},
                    {"dksnap.kind", "files"},
                    {"dksnap.base", desk().image("files:1")},
                    {"dksnap.paths", R"(["/run","/etc","/tmp","/data","/opt"])"}};
  forge(desk(), forgery);
  const std::string source = desk().start("files", {}, {forgery.name});
  files_batch(desk(), source, "mkdir /run\nwrite /run/token x\nwrite /data/new new\n");
  for (const Words& options : {Words{"-m", "one"}, Words{"-m", "two", "--full"}}) {
    const json taken = desk().create_json(source, options);
    EXPECT_EQ(taken["paths"], json({"/data", "/opt"}));
    EXPECT_TRUE(begins_with(layers(taken["image_id"]), layers(forgery.name)));
    const std::string copy = desk().boot(taken["id"]);
    EXPECT_TRUE(has_file(copy, "/opt/tool"));
    EXPECT_TRUE(has_file(copy, "/data/new"));
    EXPECT_FALSE(has_file(copy, "/run/token"));
  }
  ASSERT_TRUE(succeeded(desk().docker({"stop", source})));
  EXPECT_TRUE(has_file(desk().boot(desk().create(source, {"--full"})), "/data/new"));
}

TEST_P(Identity, ATitleLikeAnIdAndFewerLayersDoNotDeceive) {
  const Line line = begin();
  const std::string id = line.id;
  const json titled = desk().create_json(line.source, {"-m", id});
  EXPECT_EQ(desk().show(id)["image_id"], line.snapshot["image_id"]);
  desk().create(line.source, {"-m", id.substr(0, 8)});
  const RunResult printed = desk().dksnap({"show", id.substr(0, 8)});
  EXPECT_EQ(printed.status, 11);
  EXPECT_THAT(printed.err, HasSubstr("names 2 snapshots"));

  Forgery fewer;
  fewer.name = desk().name("fewer") + ":1";
  fewer.from = line.snapshot["names"][0];
  fewer.layers_taken_away = 1;
  forge(desk(), fewer);
  EXPECT_THAT(desk().dksnap({"ls"}).err, HasSubstr(fewer.name + ": its layers are not those"));
  const std::string copy = desk().boot(id, kAtOnce);
  EXPECT_EQ(desk().inspect(copy)["Image"], line.snapshot["image_id"]);
  EXPECT_EQ(files(desk(), copy, {"cat", "/data/old"}), "old");

  // One that says nothing of its layers might be it.
  Forgery twin = fewer;
  twin.name = desk().name("twin") + ":1";
  twin.dropped_labels = {"dksnap.chain"};
  forge(desk(), twin);
  const RunResult two = desk().dksnap({"boot", id});
  EXPECT_EQ(two.status, 11);
  EXPECT_THAT(two.err, HasSubstr(line.snapshot["image_id"].get<std::string>()));
  EXPECT_EQ(desk().show(line.snapshot["names"][0])["image_id"], line.snapshot["image_id"]);
  EXPECT_EQ(desk().dksnap({"rm", id, "-y"}).status, 11);
}

TEST_P(Identity, EachImageIsLookedAtOnce) {
  desk().create(start());
  FaultProxy proxy(desk().host());
  const auto looked_at = [&] {
    std::set<std::string> images;
    const std::size_t before = proxy.calls().size();
    RunOptions options;
    options.env["DOCKER_HOST"] = proxy.host();
    EXPECT_TRUE(succeeded(desk().dksnap({"ls"}, std::move(options))));
    const auto calls = proxy.calls();
    for (auto call = calls.begin() + static_cast<std::ptrdiff_t>(before); call != calls.end();
         ++call) {
      if (call->path.starts_with("/images/") && call->path != "/images/json")
        images.insert(call->path);
    }
    return images;
  };
  const auto first = looked_at();
  EXPECT_FALSE(first.empty());
  // Others use this engine as well: what is new may be looked at, what was known not again.
  for (const std::string& path : looked_at()) EXPECT_FALSE(first.contains(path)) << path;
}

// Compose's cannot be kept beside the new one: what they held becomes a snapshot of its own.
TEST_P(Identity, LatestIsNeverACopyOfOurOwn) {
  const std::string volume = desk().name("volume");
  const std::string source =
      start({"-v", volume + ":/data", "--label", "com.docker.compose.project=" + volume, "--label",
             "com.docker.compose.service=files"});
  files_batch(desk(), source, "write /data/what seed\n");
  const json asked = desk().create_json(source, {"-m", "asked for"});
  for (int i = 0; i < 2; ++i) {
    files_batch(desk(), source, "write /data/what live\n");
    ASSERT_TRUE(succeeded(
        desk().dksnap({"replace", source, "--with", "latest:" + source, "-y", "--wait", "0"})));
    EXPECT_EQ(files(desk(), source, {"cat", "/data/what"}), "seed");
    EXPECT_EQ(desk().show("latest:" + source)["id"], asked["id"]);
  }
}

}  // namespace
}  // namespace dksnap::test
