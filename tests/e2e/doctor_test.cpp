#include <unistd.h>

#include <nlohmann/json.hpp>

#include "base/text.hpp"
#include "support/eventually.hpp"
#include "support/store_lanes.hpp"

namespace dksnap::test {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;

class Doctor : public OnOneEngine {
 protected:
  // A scratch whose dksnap is dead. Any other dksnap at this engine may clean it up, and that is as
  // it should be.
  std::string make_leftover() {
    char host[256] = "";
    ::gethostname(host, sizeof host - 1);
    // Nothing else is taken for a scratch.
    const std::string container = "dksnap-scratch-" + random_hex(6);
    desk().docker_out({"create", "--name", container, "--label", "dksnap.role=scratch", "--label",
                       std::string("dksnap.owner=4194304@") + host + ":1",
                       desk().image("files:1")});
    return container;
  }
  bool exists(const std::string& container) {
    return desk().docker({"container", "inspect", container}).status == 0;
  }
};

TEST_F(Doctor, IsContentWithAHealthyEngine) {
  RunResult result;
  // A test of faults may just have left something at this engine.
  EXPECT_TRUE(eventually("nothing is wrong", [&] {
    result = desk().dksnap({"doctor"});
    return result.status == 0;
  })) << result;
  for (const std::string& text :
       {std::string("engine"), desk().host(), std::string("classic"), std::string("overlay2"),
        std::string("worker"), std::string("disk"), desk().home() / "state/dksnap"}) {
    EXPECT_THAT(result.out, HasSubstr(text));
  }
}

TEST_F(Doctor, FindsAndRemovesWhatAKilledDksnapLeft) {
  std::string leftover;
  RunResult found;
  EXPECT_TRUE(eventually("the doctor finds it before another dksnap does", [&] {
    leftover = make_leftover();
    found = desk().dksnap({"doctor"});
    return found.out.find(leftover) != std::string::npos;
  }));
  EXPECT_EQ(found.status, 1);
  EXPECT_THAT(found.out, HasSubstr("doctor --fix"));
  const RunResult fixed = desk().dksnap({"doctor", "--fix"});
  EXPECT_FALSE(exists(leftover)) << fixed;
}

TEST_F(Doctor, SaysThatThereIsNoEngine) {
  const RunResult result =
      desk().dksnap({"-H", "unix:///nonexistent/docker.sock", "doctor", "--json"});
  EXPECT_EQ(result.status, 1);
  bool named = false;
  for (const json& finding : json_lines(result.out)) {
    if (finding["check"] != "engine") continue;
    named = true;
    EXPECT_FALSE(finding["ok"].get<bool>());
    EXPECT_THAT(finding["text"].get<std::string>(), HasSubstr("/nonexistent/docker.sock"));
    EXPECT_NE(finding["hint"], "");
  }
  EXPECT_TRUE(named) << result;
}

TEST_F(Doctor, TheNextCreateRemovesItToo) {
  const std::string leftover = make_leftover();
  const std::string source = desk().start("files", {}, {desk().image("files:1")});
  desk().create(source);
  EXPECT_FALSE(exists(leftover));
}

}  // namespace
}  // namespace dksnap::test
