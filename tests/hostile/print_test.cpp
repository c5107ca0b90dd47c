// Names, titles and logs that act on a terminal, and results that cannot be written.
#include <nlohmann/json.hpp>

#include "forge.hpp"
#include "support/files_image.hpp"
#include "support/paths.hpp"
#include "support/store_lanes.hpp"

namespace dksnap::test {
namespace {

using nlohmann::json;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

// Clears the screen, turns the order of what follows, and begins a line that looks like ours.
const std::string kNasty = "x\x1b[2J\u202ey\u2028\u200b\nerror: \u009b1m";

::testing::Matcher<const std::string&> is_harmless() {
  return AllOf(Not(HasSubstr("\x1b")), Not(HasSubstr("\u202e")), Not(HasSubstr("\u2028")),
               Not(HasSubstr("\u200b")), Not(HasSubstr("\u009b")),
               Not(HasSubstr("\nerror: \\xc2")));
}

class Printing : public OnEitherStore {};
DKSNAP_ON_EITHER_STORE(Printing);

TEST_P(Printing, WhatCameFromOutsideDoesNotActOnATerminal) {
  const std::string source = desk().start("files", {}, {desk().image("files:1")});
  const RunResult created =
      desk().dksnap({"create", source, "-m", kNasty, "--name", desk().name("a") + ":1"});
  ASSERT_TRUE(succeeded(created));
  Forgery forgery;
  forgery.name = desk().name("b") + ":1";
  forgery.from = desk().show(created.out.substr(0, 8))["names"][0];
  forgery.labels = {{"dksnap.source", kNasty},
                    {"dksnap.kind", kNasty},
                    {"dksnap.base", kNasty},
                    {"dksnap.libc", kNasty},
                    {"dksnap.note", kNasty},
                    {"dksnap.id", "00aa11bb22cc33dd"},
                    {"dksnap.capture", kNasty},
                    {"dksnap.server-version", kNasty},
                    {"dksnap.left-out", json({{{"what", kNasty}, {"why", kNasty}}}).dump()}};
  forge(desk(), forgery);
  std::string all = created.out + created.err;
  for (const Words& words : {Words{"ls"},
                             {"ls", "--json"},
                             {"show", created.out.substr(0, 8)},
                             {"show", forgery.name},
                             {"show", forgery.name, "--json"},
                             {"boot", forgery.name, "-n"},
                             {"boot", kNasty + "no"}}) {
    const RunResult result = desk().dksnap(words);
    all += result.out + result.err;
  }
  EXPECT_THAT(all, is_harmless());
  EXPECT_THAT(all, HasSubstr("x\\x1b[2J\\u202ey\\u2028\\u200b\\n"));
  EXPECT_EQ(desk().show(created.out.substr(0, 8))["title"], kNasty);
}

TEST_P(Printing, ALogIsShownAndDoesNotAct) {
  const std::string first = desk().start("files", {}, {desk().image("files:1")});
  files_batch(desk(), first, "write /shown \\x1b[2J\\xe2\\x80\\xaelog\\x0aerror:\\x20\\x9b1m\\x0a");
  const std::string image = desk().show(desk().create(first))["names"][0];
  const std::string source = desk().name("cat");
  desk().docker_out({"create", "--name", source, image, "cat", "/shown"});
  const RunResult booted = desk().dksnap({"boot", desk().create(source)});
  EXPECT_EQ(booted.status, 14) << booted;
  EXPECT_THAT(booted.err, AllOf(is_harmless(), HasSubstr("\\x1b[2J\\u202elog")));
  EXPECT_THAT(booted.err, Not(HasSubstr("\nerror: \\x9b")));
}

class Writing : public OnOneEngine {
 protected:
  RunResult to(const std::string& redirection, const Words& words) {
    Words argv{"bash", "-c", "\"$@\" " + redirection, "bash"};
    const Words command = desk().dksnap_command(words);
    argv.insert(argv.end(), command.begin(), command.end());
    return run(argv, desk().dksnap_options());
  }
};

TEST_F(Writing, AResultThatCannotBeWrittenIsAnError) {
  for (const Words& words : {Words{"version"}, {"help"}, {"boot", "--help"}, {"doctor"}}) {
    for (const char* where : {">/dev/full", ">&-"}) {
      const RunResult result = to(where, words);
      EXPECT_EQ(result.status, 2) << where << result;
      EXPECT_THAT(result.err,
                  AllOf(HasSubstr("error: "), HasSubstr("\n  why   "), HasSubstr("\n  do    ")));
    }
  }
  EXPECT_EQ(to(">/dev/full", {"version", "--json"}).status, 2);
  // Nobody reads: no error.
  EXPECT_EQ(to("| true; exit ${PIPESTATUS[0]}", {"help"}).status, 0);
  // Nothing can be said: the result counts.
  EXPECT_EQ(to("2>/dev/full", {"version"}).status, 0);
  EXPECT_EQ(to("2>&- <&-", {"version"}).status, 0);
}

}  // namespace
}  // namespace dksnap::test
