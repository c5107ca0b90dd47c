#include "image/reference.hpp"

#include <gtest/gtest.h>

namespace dksnap::image {
namespace {

const std::string kHex(64, 'a');
const std::string kDigest = "sha256:" + kHex;

struct Valid {
  std::string text;
  std::string full;
  std::string familiar;
};

TEST(Reference, ReadsWhatDockerReads) {
  const Valid table[] = {
      {"postgres", "docker.io/library/postgres", "postgres"},
      {"postgres:15", "docker.io/library/postgres:15", "postgres:15"},
      {"library/postgres", "docker.io/library/postgres", "postgres"},
      {"docker.io/postgres", "docker.io/library/postgres", "postgres"},
      {"index.docker.io/postgres", "docker.io/library/postgres", "postgres"},
      {"index.docker.io/me/app", "docker.io/me/app", "me/app"},
      {"dksnap/db:seed", "docker.io/dksnap/db:seed", "dksnap/db:seed"},
      {"library/a/b", "docker.io/library/a/b", "library/a/b"},
      {"localhost/app", "localhost/app", "localhost/app"},
      {"localhost:5000/app:1", "localhost:5000/app:1", "localhost:5000/app:1"},
      {"localhost", "docker.io/library/localhost", "localhost"},
      {"quay.io/org/app", "quay.io/org/app", "quay.io/org/app"},
      {"Registry/app", "Registry/app", "Registry/app"},
      {"[::1]:5000/app", "[::1]:5000/app", "[::1]:5000/app"},
      {"127.0.0.1/a", "127.0.0.1/a", "127.0.0.1/a"},
      {"docker.io/quay.io/app", "docker.io/quay.io/app", "docker.io/quay.io/app"},
      {"docker.io/" + kHex, "docker.io/library/" + kHex, "docker.io/library/" + kHex},
      {"app:5000", "docker.io/library/app:5000", "app:5000"},
      {"a.b", "docker.io/library/a.b", "a.b"},
      {"a--b__c/d.e", "docker.io/a--b__c/d.e", "a--b__c/d.e"},
      {"app:_v1.0-RC", "docker.io/library/app:_v1.0-RC", "app:_v1.0-RC"},
      {"app:" + std::string(128, 't'), "docker.io/library/app:" + std::string(128, 't'),
       "app:" + std::string(128, 't')},
      {"app@" + kDigest, "docker.io/library/app@" + kDigest, "app@" + kDigest},
      {"app:1@" + kDigest, "docker.io/library/app:1@" + kDigest, "app:1@" + kDigest},
      {kHex + "a", "docker.io/library/" + kHex + "a", kHex + "a"},
      {kHex.substr(1), "docker.io/library/" + kHex.substr(1), kHex.substr(1)},
  };
  for (const Valid& row : table) {
    const auto reference = parse_reference(row.text);
    ASSERT_TRUE(reference) << row.text;
    EXPECT_EQ(reference->full(), row.full) << row.text;
    EXPECT_EQ(reference->familiar(), row.familiar) << row.text;
  }
}

TEST(Reference, RefusesWhatDockerRefuses) {
  const std::string table[] = {
      "",
      kHex,
      "Postgres",
      "me/App",
      "app:",
      "app@",
      ":tag",
      "@" + kDigest,
      "app:-tag",
      "app:.tag",
      "app:a b",
      "app:" + std::string(129, 't'),
      "app@sha256:" + kHex.substr(1),
      "app@sha256:" + std::string(64, 'A'),
      "app@md5:" + kHex,
      "app@" + kDigest + ":tag",
      "/app",
      "app/",
      "a//b",
      "-app",
      "app-",
      "a..b",
      "a___b",
      "a_.b",
      "a._b",
      "a b",
      "a\nb",
      "localhost:/app",
      "localhost:port/app",
      "-host.io/app",
      "host-.io/app",
      "a..io/app",
      "a__b.io/app",
      "[::1/app",
      "[]:5000/app",
      "me/localhost:5000/app",
      "https://docker.io/app",
      "\xc3\xa4pp",
      std::string(256, 'a'),
  };
  for (const std::string& text : table) EXPECT_FALSE(parse_reference(text)) << text;
}

TEST(Reference, LimitsTheNameToWhatRegistriesTake) {
  const std::string prefix = "docker.io/me/";
  EXPECT_TRUE(parse_reference("me/" + std::string(255 - prefix.size(), 'a')));
  EXPECT_FALSE(parse_reference("me/" + std::string(256 - prefix.size(), 'a')));
}

TEST(Reference, GivesItsParts) {
  const auto reference = parse_reference("localhost:5000/me/app:1@" + kDigest);
  ASSERT_TRUE(reference);
  EXPECT_EQ(reference->domain, "localhost:5000");
  EXPECT_EQ(reference->path, "me/app");
  EXPECT_EQ(reference->tag, "1");
  EXPECT_EQ(reference->digest, kDigest);
  EXPECT_EQ(reference->familiar_name(), "localhost:5000/me/app");
}

TEST(Reference, PutsLatestInWhereNothingWasGiven) {
  EXPECT_EQ(parse_tagged_reference("postgres")->familiar(), "postgres:latest");
  EXPECT_EQ(parse_tagged_reference("postgres:15")->familiar(), "postgres:15");
  EXPECT_EQ(parse_tagged_reference("postgres@" + kDigest)->tag, "");
  EXPECT_FALSE(parse_tagged_reference("Postgres"));
}

}  // namespace
}  // namespace dksnap::image
