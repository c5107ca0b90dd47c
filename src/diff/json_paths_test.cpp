#include "diff/json_paths.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace dksnap::diff {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

std::vector<std::string> paths(const std::string& from, const std::string& to) {
  std::vector<std::string> lines;
  for (const PathChange& change : compare_json(from, to)) {
    lines.push_back(change.path + ": " + change.from.value_or("(none)") + " > " +
                    change.to.value_or("(none)"));
  }
  return lines;
}

TEST(JsonPaths, WhatDiffersInside) {
  EXPECT_THAT(paths(R"({"a":{"b":[1,{"c":2}]},"gone":1,"same":[]})",
                    R"({"a":{"b":[1,{"c":"2"},3]},"same":[],"new":null})"),
              ElementsAre("a.b[1].c: 2 > \"2\"", "a.b[2]: (none) > 3", "new: (none) > null",
                          "gone: 1 > (none)"));
}

TEST(JsonPaths, NamesThatAreNoNames) {
  EXPECT_THAT(paths(R"({"a.b":{"":1}})", R"({"a.b":{"":2}})"),
              ElementsAre("[\"a.b\"][\"\"]: 1 > 2"));
}

TEST(JsonPaths, TypesOfMongo) {
  EXPECT_THAT(
      paths(R"({"n":{"$numberInt":"1"},"o":{"$oid":"5d"},"d":{"$date":{"$numberLong":"1"}}})",
            R"({"n":{"$numberLong":"2"},"o":{"$oid":"5e"},"d":{"$date":{"$numberLong":"2"}}})"),
      ElementsAre("n: 1 > 2", "o: ObjectId(5d) > ObjectId(5e)",
                  "d: {\"$date\":{\"$numberLong\":\"1\"}} > "
                  "{\"$date\":{\"$numberLong\":\"2\"}}"));
}

TEST(JsonPaths, AnotherOrderIsADifference) {
  EXPECT_THAT(paths(R"({"a":1,"b":2})", R"({"b":2,"a":1})"),
              ElementsAre(": {\"a\":1,\"b\":2} > {\"b\":2,\"a\":1}"));
}

TEST(JsonPaths, WhatIsNoJsonIsText) {
  EXPECT_THAT(paths("{", "1"), ElementsAre(": { > 1"));
  EXPECT_THAT(paths("1", "1"), IsEmpty());
  EXPECT_THAT(paths("[1]", "{}"), ElementsAre(": [1] > {}"));
}

}  // namespace
}  // namespace dksnap::diff
