// Labels that no snapshot has: they cost their image, and nothing else.
#include <chrono>

#include <gmock/gmock.h>

#include "forge.hpp"
#include "support/store_lanes.hpp"

namespace dksnap::test {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr const char* kTime = "2026-01-02T03:04:05Z";

class Labels : public OnEitherStore {
 protected:
  // An image that says it is a snapshot, made before layers were noted in a label.
  Forgery claiming(const std::string& word, const std::string& id) {
    Forgery forgery;
    forgery.name = desk().name(word) + ":1";
    forgery.from = desk().image("files:1");
    forgery.config["created"] = kTime;
    forgery.labels = {{"dksnap.format", "1"},   {"dksnap.id", id},
                      {"dksnap.title", word},   {"dksnap.created", kTime},
                      {"dksnap.kind", "files"}, {"dksnap.source", desk().name("nobody")}};
    return forgery;
  }
};
DKSNAP_ON_EITHER_STORE(Labels);

TEST_P(Labels, NonsenseCostsOnlyItself) {
  Forgery deep = claiming("deep", "0123456789abcdef");
  for (const char* name : {"dksnap.run", "dksnap.paths", "dksnap.left-out"})
    deep.labels[name] = std::string(500'000, '[') + std::string(500'000, ']');
  forge(desk(), deep);
  Forgery path = claiming("path", "../../../containers/x");
  forge(desk(), path);

  const std::string source = desk().start("files", {}, {desk().image("files:1")});
  const std::string id = desk().create(source, {"-m", "good"});
  const auto start = std::chrono::steady_clock::now();
  const RunResult listed = desk().dksnap({"ls"});
  ASSERT_TRUE(succeeded(listed));
  EXPECT_THAT(listed.out, HasSubstr(id));
  EXPECT_THAT(listed.out, Not(HasSubstr("containers/x")));
  EXPECT_THAT(listed.err, HasSubstr(deep.name + ": "));
  EXPECT_THAT(listed.err, HasSubstr(path.name + ": "));
  const RunResult as_json = desk().dksnap({"ls", "--json"});
  ASSERT_TRUE(succeeded(as_json));
  for (const json& one : json_lines(as_json.out)) {
    EXPECT_NE(one["names"], json::array({deep.name}));
    EXPECT_NE(one["names"], json::array({path.name}));
  }
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(20));

  EXPECT_TRUE(succeeded(desk().dksnap({"ps"})));
  EXPECT_TRUE(succeeded(desk().dksnap({"undo", "--list"})));
  EXPECT_THAT(desk().dksnap({"doctor"}).out, HasSubstr("labelled as one and none"));
  EXPECT_EQ(desk().dksnap({"show", deep.name}).status, 11);
  const std::string next = desk().create(source, {"-m", "next"});
  EXPECT_TRUE(succeeded(desk().dksnap({"rm", next, "-y"})));
}

TEST_P(Labels, ParentsInACircleEndSomewhere) {
  const std::string one = "c1c1c1c1c1c1c1c1";
  const std::string two = "c2c2c2c2c2c2c2c2";
  Forgery first = claiming("first", one);
  first.labels["dksnap.parent"] = two;
  forge(desk(), first);
  Forgery second = claiming("second", two);
  second.labels["dksnap.parent"] = one;
  forge(desk(), second);
  const RunResult listed = desk().dksnap({"ls"});
  ASSERT_TRUE(succeeded(listed));
  EXPECT_THAT(listed.out, HasSubstr(one.substr(0, 8)));
  EXPECT_THAT(listed.out, HasSubstr(two.substr(0, 8)));
  EXPECT_EQ(desk().dksnap({"show", first.name + "~1000000"}).status, 11);
  EXPECT_TRUE(desk().show(one)["parent"] == "" || desk().show(two)["parent"] == "");
}

// Only data that are bound to a name get one.
TEST_P(Labels, AHostnameThatTheKindDoesNotNeedIsNotGiven) {
  Forgery named = claiming("named", "0123456789abcde1");
  named.labels["dksnap.run"] = R"({"hostname": "db.shop.example"})";
  forge(desk(), named);
  const std::string copy = desk().name("copy");
  ASSERT_TRUE(succeeded(desk().dksnap({"boot", named.name, "--name", copy})));
  EXPECT_NE(desk().docker_out({"inspect", "-f", "{{.Config.Hostname}}", copy}), "db.shop.example");
  const std::string source = desk().start("files", {}, {desk().image("files:1")});
  ASSERT_TRUE(succeeded(desk().dksnap({"replace", source, "--with", named.name, "-y"})));
  EXPECT_NE(desk().docker_out({"inspect", "-f", "{{.Config.Hostname}}", source}),
            "db.shop.example");
}

TEST_P(Labels, AKindThatIsNotKnownIsShownAndNotBooted) {
  Forgery oracle = claiming("oracle", "0badc0de0badc0de");
  oracle.labels["dksnap.kind"] = "oracle";
  forge(desk(), oracle);
  EXPECT_EQ(desk().show(oracle.name)["kind"], "oracle");
  const std::string copy = desk().name("copy");
  const RunResult booted = desk().dksnap({"boot", oracle.name, "--name", copy});
  EXPECT_EQ(booted.status, 2);
  EXPECT_THAT(booted.err, HasSubstr("oracle"));
  EXPECT_NE(desk().docker({"inspect", copy}).status, 0);
}

}  // namespace
}  // namespace dksnap::test
