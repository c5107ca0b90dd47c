#include "diff/schema.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace dksnap::diff {
namespace {

using testing::ElementsAre;

Column column(const std::string& name, const std::string& definition) {
  Column one;
  one.name = name;
  one.type = definition.substr(0, definition.find(' '));
  one.definition = definition;
  return one;
}

Table table(const std::string& name, std::vector<Column> columns,
            std::vector<std::string> key = {}) {
  Table one;
  one.name = one.plain_name = name;
  one.columns = std::move(columns);
  one.key = std::move(key);
  return one;
}

std::vector<std::string> names(const std::vector<Column>& columns) {
  std::vector<std::string> all;
  for (const Column& one : columns) all.push_back(one.name);
  return all;
}

TEST(SchemaDiff, TellsColumnsThatCameWentAndChanged) {
  const SchemaDiff diff =
      compare({{table("t", {column("a", "int"), column("b", "int"), column("c", "text")})}, {}},
              {{table("t", {column("a", "int"), column("b", "bigint"), column("d", "json")})}, {}});
  ASSERT_EQ(diff.tables.size(), 1U);
  const auto& changes = diff.tables[0].schema;
  ASSERT_EQ(changes.size(), 3U);
  EXPECT_EQ(changes[0].name + changes[0].from + changes[0].to, "bintbigint");
  EXPECT_EQ(changes[1].change, Change::added);
  EXPECT_EQ(changes[2].change, Change::removed);
}

TEST(SchemaDiff, AColumnOfAnotherNameIsTakenForRenamed) {
  const SchemaDiff diff = compare({{table("t", {column("a", "int"), column("b", "text")})}, {}},
                                  {{table("t", {column("a", "int"), column("B", "text")})}, {}});
  ASSERT_EQ(diff.tables[0].schema.size(), 1U);
  EXPECT_EQ(diff.tables[0].schema[0].renamed_from, "b");
}

// Which of the two it was nobody can tell.
TEST(SchemaDiff, TwoOfOneKindAreNotTakenForRenamed) {
  const SchemaDiff diff = compare({{table("t", {column("a", "int")})}, {}},
                                  {{table("t", {column("b", "int"), column("c", "int")})}, {}});
  EXPECT_EQ(diff.tables[0].schema.size(), 3U);
}

TEST(SchemaDiff, TablesOfOneSideAndObjects) {
  const SchemaDiff diff = compare({{table("old", {})}, {{"view", "v", "SELECT 1", ""}}},
                                  {{table("new", {})}, {{"view", "v", "SELECT 2", ""}}});
  ASSERT_EQ(diff.tables.size(), 2U);
  EXPECT_FALSE(diff.tables[0].from);
  EXPECT_FALSE(diff.tables[1].to);
  ASSERT_EQ(diff.objects.size(), 1U);
  EXPECT_EQ(diff.objects[0].to, "SELECT 2");
}

TEST(Comparable, HasTheKeyFirstAndWhatBothHave) {
  TablePair pair;
  pair.from = table("t", {column("a", "int"), column("id", "int"), column("gone", "int")}, {"id"});
  pair.to = table("t", {column("a", "int"), column("id", "int"), column("new", "int")}, {"id"});
  const Comparable by = comparable(pair, {}, {});
  EXPECT_THAT(names(by.columns), ElementsAre("id", "a"));
  EXPECT_EQ(by.keys, 1U);
  EXPECT_THAT(names(comparable(pair, {}, {"a", "id"}).columns), ElementsAre("id"));
  EXPECT_THAT(names(comparable(pair, {"a"}, {}).columns), ElementsAre("a", "id"));
}

TEST(Comparable, AKeyThatChangedIsNone) {
  TablePair pair;
  pair.from = table("t", {column("a", "int"), column("id", "int")}, {"id"});
  pair.to = table("t", {column("a", "int"), column("id", "int")}, {"a"});
  EXPECT_EQ(comparable(pair, {}, {}).keys, 0U);
  EXPECT_EQ(comparable(pair, {"none"}, {}).keys, 0U);
}

TEST(Comparable, ATableOfOneSideHasAllOfItsColumns) {
  TablePair pair;
  pair.to = table("t", {column("a", "int"), column("id", "int")}, {"id"});
  EXPECT_THAT(names(comparable(pair, {}, {}).columns), ElementsAre("id", "a"));
}

}  // namespace
}  // namespace dksnap::diff
