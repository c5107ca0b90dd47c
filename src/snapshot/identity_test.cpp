#include "snapshot/identity.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/digest.hpp"
#include "image/chain_id.hpp"
#include "snapshot/bin_name.hpp"

namespace dksnap::snapshot {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

std::string layer(char name) {
  return "sha256:" + std::string(64, name);
}

// `layers`: letters, bottom first. `created`: minutes, of the image; the label says 1.
Claim claim(const std::string& image, const std::string& layers, int created = 1,
            const std::string& labelled = "ab") {
  std::vector<std::string> diff_ids;
  std::vector<std::string> chain;
  for (const char one : layers) diff_ids.push_back(layer(one));
  for (const char one : labelled) chain.push_back(layer(one));
  Claim result;
  result.snapshot.id = "aaaa000011112222";
  result.snapshot.image_id = image;
  result.snapshot.names = {image + ":1"};
  result.snapshot.created = TimePoint(std::chrono::minutes(1));
  if (!chain.empty()) result.snapshot.chain = image::chain_ids(chain).back();
  result.facts = {TimePoint(std::chrono::minutes(created)), image::chain_ids(diff_ids)};
  return result;
}

struct Names {
  std::vector<std::string> snapshots, built, left_out;
};
Names names(std::vector<Claim> claims) {
  const Identified identified = identify(std::move(claims));
  Names result;
  for (const auto& one : identified.snapshots) result.snapshots.push_back(one.image_id);
  for (const auto& one : identified.built) result.built.push_back(one.image_id);
  for (const auto& one : identified.left_out) result.left_out.push_back(one.reference);
  return result;
}

TEST(ChainIds, AreThoseOfOci) {
  EXPECT_THAT(image::chain_ids({}), IsEmpty());
  // echo -n "sha256:a… sha256:b…" | sha256sum
  EXPECT_THAT(image::chain_ids({layer('a'), layer('b')}),
              ElementsAre(layer('a'), sha256_digest(layer('a') + " " + layer('b'))));
}

TEST(Identity, IsLayersAndTime) {
  const Names found =
      names({claim("it", "ab"), claim("committed", "abc", 2), claim("relabelled", "ab", 2),
             claim("forged", "abc"), claim("fewer", "a"), claim("others", "cd")});
  EXPECT_THAT(found.snapshots, ElementsAre("it"));
  EXPECT_THAT(found.built, ElementsAre("committed", "relabelled", "forged"));
  EXPECT_THAT(found.left_out, ElementsAre("fewer:1", "others:1"));
}

TEST(Identity, WhatWasBuiltIsKnownWithoutTheSnapshot) {
  EXPECT_THAT(names({claim("committed", "abc", 2)}).built, ElementsAre("committed"));
}

TEST(Identity, WithoutALabelOfLayersItIsTheTime) {
  const Names found = names({claim("it", "ab", 1, ""), claim("committed", "abc", 2, ""),
                             claim("forged", "abc", 1, ""), claim("fewer", "a", 2, ""),
                             claim("same", "ab", 3, "")});
  EXPECT_THAT(found.snapshots, ElementsAre("it"));
  EXPECT_THAT(found.built, ElementsAre("committed", "forged", "same"));
  EXPECT_THAT(found.left_out, ElementsAre("fewer:1"));
}

TEST(Identity, TwoOfOneIdAreBoth) {
  Claim other = claim("other", "cd", 1, "cd");
  EXPECT_THAT(names({claim("it", "ab"), other}).snapshots, UnorderedElementsAre("it", "other"));
}

TEST(Identity, TheOriginalsAreTheirImages) {
  std::vector<Claim> claims{claim("it", "ab", 7, ""), claim("committed", "abc", 8, ""),
                            claim("another", "xy", 9, "")};
  for (Claim& one : claims) {
    one.snapshot.legacy = true;
    one.snapshot.title = one.snapshot.image_id == "another" ? "b" : "a";
  }
  const Names found = names(claims);
  EXPECT_THAT(found.snapshots, ElementsAre("it", "another"));
  EXPECT_THAT(found.built, ElementsAre("committed"));
}

TEST(Identity, TheBinHoldsSnapshotsUnderTheirIds) {
  std::vector<Claim> claims{claim("it", "ab"), claim("built", "abc", 2)};
  for (Claim& one : claims) {
    one.snapshot.names.clear();
    one.bin_names = {"dksnap-bin/aaaa000011112222:100", "dksnap-bin/bbbb000011112222:100",
                     "dksnap-bin/aaaa000011112222:soon",
                     "dksnap-bin/aaaa000011112222:200.0123abcd.alice.at.build"};
  }
  const Identified found = identify(claims);
  EXPECT_THAT(found.snapshots, IsEmpty());
  EXPECT_THAT(found.built, IsEmpty());
  ASSERT_EQ(found.bin.size(), 2U);
  EXPECT_EQ(found.bin[0].reference, "dksnap-bin/aaaa000011112222:100");
  EXPECT_EQ(found.bin[0].removed, TimePoint(std::chrono::seconds(100)));
  EXPECT_EQ(found.bin[1].removed, TimePoint(std::chrono::seconds(200)));
  const auto name = parse_bin_name(found.bin[1].reference);
  ASSERT_TRUE(name);
  EXPECT_EQ(name->key, "0123abcd");
  EXPECT_EQ(name->whose, "alice@build");
  EXPECT_EQ("dksnap-bin/aaaa000011112222:" + bin_tag(name->removed, name->key, name->whose),
            found.bin[1].reference);
}

}  // namespace
}  // namespace dksnap::snapshot
