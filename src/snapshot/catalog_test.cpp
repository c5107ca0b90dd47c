#include "snapshot/catalog.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.hpp"

namespace dksnap::snapshot {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

Snapshot make(std::string id, std::string title, std::string parent, int minute,
              std::string source = "db") {
  Snapshot snapshot;
  snapshot.id = std::move(id);
  snapshot.title = std::move(title);
  snapshot.parent = std::move(parent);
  snapshot.source = std::move(source);
  snapshot.base = "postgres:15";
  snapshot.names = {"dksnap/" + snapshot.source + ":" + snapshot.id};
  snapshot.image_id = "sha256:image-of-" + snapshot.id;
  snapshot.created = TimePoint(std::chrono::minutes(minute));
  return snapshot;
}

Catalog sample() {
  return Catalog({
      make("aaaa000011112222", "Empty schema", "", 1),
      make("bbbb000011112222", "seed data", "aaaa000011112222", 2),
      make("abcd000011112222", "before migration", "bbbb000011112222", 4),
      make("abce000011112222", "load test", "bbbb000011112222", 5),
      make("cccc000011112222", "Seed data", "", 3, "other"),
      make("dddd000011112222", "orphan", "9999999999999999", 6),
  });
}

std::string not_found_text(const Catalog& catalog, std::string_view reference) {
  try {
    catalog.resolve(reference);
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::not_found);
    return std::string(error.what()) + " / " + error.hint();
  }
  ADD_FAILURE() << reference << " was resolved";
  return {};
}

TEST(Catalog, ResolvesEveryFormOfAReference) {
  const Catalog catalog = sample();
  EXPECT_EQ(catalog.resolve("aaaa").title, "Empty schema");
  EXPECT_EQ(catalog.resolve("abcd0000").title, "before migration");
  EXPECT_EQ(catalog.resolve("before migration").id, "abcd000011112222");
  EXPECT_EQ(catalog.resolve("BEFORE Migration").id, "abcd000011112222");
  EXPECT_EQ(catalog.resolve("dksnap/db:abce000011112222").title, "load test");
  EXPECT_EQ(catalog.resolve("sha256:image-of-abce000011112222").title, "load test");
  EXPECT_EQ(catalog.resolve("latest").title, "orphan");
  EXPECT_EQ(catalog.resolve("latest:other").id, "cccc000011112222");
  EXPECT_EQ(catalog.resolve("load test~1").title, "seed data");
  EXPECT_EQ(catalog.resolve("abce~2").title, "Empty schema");
}

TEST(Catalog, AnExactTitleWinsOverOtherCases) {
  EXPECT_EQ(sample().resolve("seed data").id, "bbbb000011112222");
  EXPECT_EQ(sample().resolve("Seed data").id, "cccc000011112222");
}

TEST(Catalog, AmbiguousAndUnknownOnesSayWhatThereIs) {
  const Catalog catalog = sample();
  EXPECT_THAT(not_found_text(catalog, "SEED DATA"), HasSubstr("bbbb0000 \"seed data\" of db"));
  EXPECT_THAT(not_found_text(catalog, "seed dta"), HasSubstr("did you mean"));
  EXPECT_THAT(not_found_text(catalog, "abc"), HasSubstr("no snapshot"));  // too short for an id
  EXPECT_THAT(not_found_text(catalog, "orphan~1"), HasSubstr("gone"));
  EXPECT_THAT(not_found_text(catalog, "aaaa~1"), HasSubstr("no parent"));
  EXPECT_THAT(not_found_text(Catalog({}), "x"), HasSubstr("no snapshots"));
}

TEST(Catalog, DrawsTheTree) {
  const Catalog catalog = sample();
  std::vector<std::string> lines;
  for (const TreeLine& line : catalog.tree("db")) {
    lines.push_back(line.snapshot == nullptr ? line.base : line.branch + line.snapshot->title);
  }
  EXPECT_THAT(lines, ElementsAre("postgres:15", "├─ Empty schema", "│  └─ seed data",
                                 "│     ├─ before migration", "│     └─ load test", "└─ orphan"));
}

TEST(Snapshot, LabelsAreReadAsTheyWereWritten) {
  Snapshot snapshot =
      make("aaaa000011112222", "quotes \" and\nlines \xF0\x9F\x90\x98", "bbbb000011112222", 9);
  snapshot.kind = "postgres";
  snapshot.server_version = "15.18";
  snapshot.capture = "copy";
  snapshot.settled = true;
  snapshot.paths = {"/var/lib/postgresql/data"};
  snapshot.run = {{"5432/tcp"},          {"shop_default"}, {"data:/var/lib/postgresql/data"},
                  {"POSTGRES_PASSWORD"}, {"REQUIREPASS"},  {"health check"}};
  snapshot.left_out = {{"/etc/app (bind of /app)", "binds are not captured"}};
  snapshot.added_bytes = 17;
  snapshot.data_bytes = 4'000'000'000;
  snapshot.pinned = true;
  snapshot.note = "n";
  const Snapshot read = from_labels(to_labels(snapshot), snapshot.image_id, snapshot.names);
  EXPECT_EQ(read.title, snapshot.title);
  EXPECT_EQ(read.parent, snapshot.parent);
  EXPECT_EQ(read.created, snapshot.created);
  EXPECT_EQ(read.paths, snapshot.paths);
  EXPECT_EQ(read.run.volumes, snapshot.run.volumes);
  EXPECT_EQ(read.run.left_out_env, snapshot.run.left_out_env);
  EXPECT_EQ(read.run.left_out_args, snapshot.run.left_out_args);
  EXPECT_EQ(read.run.left_out_config, snapshot.run.left_out_config);
  ASSERT_EQ(read.left_out.size(), 1U);
  EXPECT_EQ(read.left_out[0].why, "binds are not captured");
  EXPECT_EQ(read.data_bytes, 4'000'000'000U);
  EXPECT_TRUE(read.settled && read.pinned && !read.legacy);
}

TEST(Snapshot, OnesOfTheOriginalAndDamagedOnesAreListedToo) {
  const Snapshot legacy = from_labels({{"dksnap.title", "old"},
                                       {"dksnap.created", "2020-02-07T10:00:00Z"},
                                       {"dksnap.dump-path", "/dump"}},
                                      "sha256:0123456789abcdef0123", {"old:1"});
  EXPECT_TRUE(legacy.legacy);
  EXPECT_EQ(legacy.id, "0123456789abcdef");
  EXPECT_EQ(legacy.capture, "dump");
  const Snapshot damaged = from_labels({{"dksnap.id", "aaaa"},
                                        {"dksnap.paths", "{not json"},
                                        {"dksnap.run", "[1]"},
                                        {"dksnap.added-bytes", "many"},
                                        {"dksnap.created", "yesterday"}},
                                       "sha256:0", {});
  EXPECT_TRUE(damaged.paths.empty());
  EXPECT_EQ(damaged.added_bytes, 0U);
}

}  // namespace
}  // namespace dksnap::snapshot
