#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "snapshot/labels.hpp"
#include "snapshot/snapshot.hpp"

namespace dksnap::snapshot {
namespace {

using testing::HasSubstr;

const std::string kImage = "sha256:" + std::string(64, '0');

Snapshot full() {
  Snapshot snapshot;
  snapshot.id = "aaaa000011112222";
  snapshot.title = "quotes \" and\nlines \xF0\x9F\x90\x98";
  snapshot.parent = "bbbb000011112222";
  snapshot.created = TimePoint(std::chrono::minutes(9));
  snapshot.base = "postgres:15";
  snapshot.chain = "sha256:" + std::string(64, 'c');
  snapshot.kind = "postgres";
  snapshot.server_version = "15.18 (Debian 15.18-1.pgdg120+1)";
  snapshot.capture = "copy";
  snapshot.settled = true;
  snapshot.paths = {"/var/lib/postgresql/data"};
  snapshot.source = "db_1";
  snapshot.run = {{"5432/tcp"},          {"shop_default"}, {"data:/var/lib/postgresql/data"},
                  {"POSTGRES_PASSWORD"}, {"REQUIREPASS"},  {"health check"}};
  snapshot.left_out = {{"/etc/app (bind of /app)", "binds are not captured"}};
  snapshot.added_bytes = 17;
  snapshot.data_bytes = 4'000'000'000;
  snapshot.run.shm_bytes = 1 << 30;
  snapshot.run.hostname = "shop-mq.local";
  snapshot.is_recipe = true;
  snapshot.pinned = true;
  snapshot.note = "n";
  snapshot.purpose = "safety";
  return snapshot;
}

std::string why_not(const char* name, const std::string& value) {
  docker::StringMap labels = to_labels(full());
  labels[name] = value;
  const auto read = from_labels(labels, kImage, {});
  const Unfit* unfit = std::get_if<Unfit>(&read);
  if (unfit == nullptr) {
    ADD_FAILURE() << name << " = " << value.substr(0, 100) << " was taken";
    return {};
  }
  EXPECT_THAT(unfit->why, HasSubstr(name));
  return unfit->why;
}

std::string nested(int depth) {
  return std::string(depth, '[') + std::string(depth, ']');
}

TEST(FromLabels, ReadsWhatWasWritten) {
  const Snapshot snapshot = full();
  const Snapshot read = std::get<Snapshot>(from_labels(to_labels(snapshot), kImage, {"a:1"}));
  EXPECT_EQ(to_labels(read), to_labels(snapshot));
  EXPECT_EQ(read.title, snapshot.title);
  EXPECT_EQ(read.created, snapshot.created);
  EXPECT_EQ(read.paths, snapshot.paths);
  EXPECT_EQ(read.run.volumes, snapshot.run.volumes);
  EXPECT_EQ(read.left_out.at(0).why, "binds are not captured");
  EXPECT_EQ(read.data_bytes, 4'000'000'000U);
  EXPECT_EQ(read.names.at(0), "a:1");
  EXPECT_TRUE(read.settled && read.pinned && !read.legacy);
  EXPECT_EQ(read.run.hostname, "shop-mq.local");
  EXPECT_TRUE(read.is_recipe);
}

TEST(FromLabels, ThoseOfTheOriginalHaveTheirImagesId) {
  const Snapshot legacy =
      std::get<Snapshot>(from_labels({{"dksnap.title", "old"},
                                      {"dksnap.created", "2020-02-07T10:00:00Z"},
                                      {"dksnap.dump-path", "/dump"}},
                                     "sha256:0123456789abcdef0123", {"old:1"}));
  EXPECT_TRUE(legacy.legacy);
  EXPECT_EQ(legacy.id, "0123456789abcdef");
  EXPECT_EQ(legacy.capture, "dump");
}

TEST(FromLabels, AHostnameIsOneThatAContainerCanHave) {
  const std::string too_long = "\"" + std::string(65, 'x') + "\"";
  for (const std::string& name :
       {std::string("\"\""), std::string("\"-x\""), std::string("\".x\""), std::string("\"a b\""),
        std::string("\"a/b\""), std::string("7"), std::string("[]"), too_long})
    EXPECT_THAT(why_not("dksnap.run", "{\"hostname\": " + name + "}"), HasSubstr("dksnap.run"));
}

TEST(FromLabels, AnIdIsHexOfOneLength) {
  for (const char* id : {"../../../containers/x", "", "aaaa", "AAAA000011112222",
                         "aaaa00001111222g", "aaaa0000111122223", "aaaa000011112222\n"}) {
    why_not(label::kId, id);
    if (*id != '\0') why_not(label::kParent, id);
  }
  why_not(label::kChain, "sha256:abc");
  why_not(label::kBaseId, "../x");
}

TEST(FromLabels, TextsHaveBounds) {
  why_not(label::kTitle, std::string(kLongestTitle + 1, 'x'));
  why_not(label::kTitle, "");
  why_not(label::kNote, std::string(kLongestNote + 1, 'x'));
  why_not(label::kSource, "a/../b");
  why_not(label::kSource, std::string(5000, 'x'));
  why_not(label::kKind, "post\x1b[31mgres");
  why_not(label::kServerVersion, "15\n16");
  why_not(label::kBase, "not a reference!");
  why_not(label::kCreated, "yesterday");
  why_not(label::kFormat, "2");
}

TEST(FromLabels, NumbersHaveBounds) {
  for (const char* number :
       {"many", "-1", "1e9", "18446744073709551615", "99999999999999999999", " 1"})
    why_not(label::kAddedBytes, number);
}

TEST(FromLabels, PathsAndPortsAreSome) {
  for (const char* paths : {"{not json", "{}", "[1]", R"(["relative"])", R"(["/a/../etc"])",
                            R"(["/"])", R"(["/proc/1"])", R"(["/a//b"])", R"(["/a","b"])"})
    why_not(label::kPaths, paths);
  for (const char* run : {"[1]", "7", R"({"ports":["0/tcp"]})", R"({"ports":["70000/tcp"]})",
                          R"({"ports":["5432"]})", R"({"ports":[5432]})", R"({"ports":{}})",
                          R"({"ports":["5432/icmp"]})", R"({"volumes":[""]})"})
    why_not(label::kRun, run);
  why_not(label::kLeftOut, R"([{"what":1}])");
}

// Neither to crash nor to take long: JSON that deep is never built.
TEST(FromLabels, DepthAndSizeOfJsonAreMeasuredFirst) {
  for (const char* name : {label::kPaths, label::kRun, label::kLeftOut}) {
    why_not(name, nested(500'000));
    why_not(name, std::string(500'000, '['));
    why_not(name, "{\"ports\":" + nested(500'000) + "}");
    why_not(name, "[" + std::string(2'000'000, ' ') + "]");
  }
}

}  // namespace
}  // namespace dksnap::snapshot
