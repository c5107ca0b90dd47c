#include "snapshot/catalog.hpp"

#include <fmt/format.h>
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
  EXPECT_THAT(not_found_text(Catalog(std::vector<Snapshot>{}), "x"), HasSubstr("no snapshots"));
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

TEST(Catalog, LatestIsWhatAUserAskedFor) {
  Snapshot safety = make("eeee000011112222", "auto: before replace", "dddd000011112222", 9);
  safety.purpose = "safety";
  const Catalog catalog({make("dddd000011112222", "mine", "", 6), safety});
  EXPECT_EQ(catalog.resolve("latest").title, "mine");
  EXPECT_EQ(catalog.resolve("latest:db").title, "mine");
  EXPECT_EQ(catalog.resolve("eeee~1").title, "mine");
}

TEST(Catalog, WhatLooksLikeAnIdIsNotTakenForIt) {
  const Catalog catalog({make("aaaa000011112222", "seed", "", 1),
                         make("bbbb000011112222", "aaaa000011112222", "", 2),
                         make("cccc000011112222", "aaaa0000", "", 3)});
  EXPECT_EQ(catalog.resolve("aaaa000011112222").title, "seed");
  EXPECT_EQ(catalog.resolve("AAAA000011112222").title, "seed");
  EXPECT_THAT(not_found_text(catalog, "aaaa0000"), HasSubstr("names 2 snapshots"));
  EXPECT_EQ(catalog.resolve("AAAA00001").title, "seed");
}

TEST(Catalog, TwoOfOneIdAreNamedByTheirImages) {
  Snapshot other = make("aaaa000011112222", "other", "", 2);
  other.image_id = "sha256:another";
  const Catalog catalog({make("aaaa000011112222", "one", "", 1), other});
  EXPECT_THAT(not_found_text(catalog, "aaaa000011112222"), HasSubstr("(image sha256:another)"));
  EXPECT_EQ(catalog.by_id("aaaa000011112222"), nullptr);
  EXPECT_EQ(catalog.resolve("sha256:another").title, "other");
  EXPECT_EQ(catalog.resolve("one").title, "one");
}

TEST(Catalog, TheTitlesOfTheNamedContainerComeFirst) {
  const Catalog catalog({make("aaaa000011112222", "seed", "", 1, "db"),
                         make("bbbb000011112222", "seed", "", 2, "other")});
  EXPECT_THAT(not_found_text(catalog, "seed"), HasSubstr("names 2 snapshots"));
  EXPECT_EQ(catalog.resolve("seed", "db").id, "aaaa000011112222");
  EXPECT_EQ(catalog.resolve("seed", "other").id, "bbbb000011112222");
}

TEST(Catalog, KnowsImagesByEveryNameThatDockerTakes) {
  Snapshot one = make("aaaa000011112222", "seed", "", 1);
  const std::string digits(64, '7');
  one.image_id = "sha256:" + digits;
  one.names = {"shop:latest", "localhost:5000/shop:1"};
  one.repo_digests = {"localhost:5000/shop@sha256:" + std::string(64, '8')};
  const Catalog catalog({one, make("bbbb000011112222", "other", "", 2)});
  for (const std::string& name :
       {std::string("shop"), std::string("docker.io/library/shop:latest"), digits.substr(0, 12),
        digits, one.image_id, "sha256:" + digits.substr(0, 20), one.repo_digests.front()}) {
    EXPECT_EQ(catalog.resolve(name).title, "seed") << name;
  }
}

TEST(Catalog, CutsCirclesOfParents) {
  const Catalog catalog({make("aaaa000011112222", "a", "cccc000011112222", 1),
                         make("bbbb000011112222", "b", "aaaa000011112222", 2),
                         make("cccc000011112222", "c", "bbbb000011112222", 3),
                         make("dddd000011112222", "d", "dddd000011112222", 4),
                         make("eeee000011112222", "e", "cccc000011112222", 5)});
  EXPECT_EQ(catalog.by_id("aaaa000011112222")->parent, "");
  EXPECT_EQ(catalog.by_id("dddd000011112222")->parent, "");
  EXPECT_EQ(catalog.tree("").size(), 6U);
  EXPECT_EQ(catalog.resolve("e~3").title, "a");
  EXPECT_THAT(not_found_text(catalog, "e~99999999"), HasSubstr("no parent"));
}

TEST(Catalog, DrawsALineOfAnyLength) {
  std::vector<Snapshot> line;
  for (int i = 0; i < 20000; ++i)
    line.push_back(
        make(fmt::format("{:016x}", i), "x", i > 0 ? fmt::format("{:016x}", i - 1) : "", i));
  const Catalog catalog(std::move(line));
  EXPECT_EQ(catalog.tree("db").size(), 20001U);
}

TEST(Catalog, ShowsWhatWasBuiltOnASnapshotBelowIt) {
  Identified identified;
  identified.snapshots = {make("aaaa000011112222", "seed", "", 1)};
  identified.built = {{"sha256:b", {"shop:dev"}, {}, "aaaa000011112222", "db", "postgres:15"},
                      {"sha256:c", {"lost:dev"}, {}, "bbbb000011112222", "db", "postgres:15"}};
  const Catalog catalog(std::move(identified));
  std::vector<std::string> lines;
  for (const TreeLine& line : catalog.tree("db")) {
    lines.push_back(line.branch + (line.snapshot != nullptr ? line.snapshot->title
                                   : line.built != nullptr  ? line.built->reference()
                                                            : line.base));
  }
  EXPECT_THAT(lines, ElementsAre("postgres:15", "├─ seed", "│  └─ shop:dev", "└─ lost:dev"));
  EXPECT_THAT(not_found_text(catalog, "shop:dev"), HasSubstr("built on the snapshot aaaa0000"));
}

}  // namespace
}  // namespace dksnap::snapshot
