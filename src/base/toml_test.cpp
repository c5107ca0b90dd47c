#include "base/toml.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace dksnap {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

std::string why_not(const std::string& text) {
  try {
    const TomlValue value = parse_toml(text, "config.toml");
    TomlReader reader(value, "config.toml", "the settings");
    reader.text("color");
    reader.number("timeout", 0, 100);
    reader.flag("no-input");
    reader.texts("words");
    reader.table("inner");
    reader.tables("recipe");
    reader.refuse_others();
  } catch (const Error& error) {
    EXPECT_EQ(error.message(), "cannot use config.toml");
    EXPECT_FALSE(error.hint().empty());
    return error.why() + "; " + error.hint();
  }
  ADD_FAILURE() << text << " was taken";
  return {};
}

TEST(Toml, ReadsWhatIsThere) {
  const TomlValue value = parse_toml(
      "color = \"never\"\ntimeout = 5\nno-input = true\nwords = [\"a\", \"b\"]\n"
      "[[recipe]]\nname = \"x\"\n",
      "f");
  TomlReader reader(value, "f", "");
  EXPECT_EQ(reader.text("color"), "never");
  EXPECT_EQ(reader.number("timeout", 0, 9), 5);
  EXPECT_TRUE(reader.flag("no-input"));
  EXPECT_THAT(reader.texts("words"), ElementsAre("a", "b"));
  ASSERT_EQ(reader.tables("recipe").size(), 1U);
  EXPECT_EQ(reader.tables("recipe")[0].line, 5);
  EXPECT_EQ(reader.text("nothing"), std::nullopt);
  EXPECT_FALSE(reader.flag("neither"));
  reader.refuse_others();
}

TEST(Toml, WhatIsWrongIsSaidWithItsLine) {
  EXPECT_THAT(why_not("a = 1\n= 2\n"), HasSubstr("line 2: "));
  EXPECT_THAT(why_not("\n\ncolour = \"never\""),
              HasSubstr("line 3: the settings: there is no \"colour\" here; did you mean "
                        "\"color\"?"));
  EXPECT_THAT(why_not("zebra = 1"), HasSubstr("docs/settings.md"));
  EXPECT_THAT(why_not("color = 1"), HasSubstr("\"color\" is a text"));
  EXPECT_THAT(why_not("timeout = \"1\""), HasSubstr("\"timeout\" is a number"));
  EXPECT_THAT(why_not("timeout = 101"), HasSubstr("a number from 0 to 100"));
  EXPECT_THAT(why_not("no-input = 1"), HasSubstr("true or false"));
  EXPECT_THAT(why_not("words = \"a\""), HasSubstr("a list of texts"));
  EXPECT_THAT(why_not("words = [1]"), HasSubstr("a list of texts"));
  EXPECT_THAT(why_not("words = [\"\"]"), HasSubstr("a list of texts"));
  EXPECT_THAT(why_not("recipe = 1"), HasSubstr("[[recipe]]"));
  EXPECT_THAT(why_not("inner = 1"), HasSubstr("a table"));
}

}  // namespace
}  // namespace dksnap
