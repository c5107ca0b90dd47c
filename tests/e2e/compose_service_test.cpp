// `create` where no container is named: that of the Compose project of the directory.
#include <filesystem>

#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

#include "support/postgres_image.hpp"
#include "support/store_lanes.hpp"
#include "support/temp_dir.hpp"

namespace dksnap::test {
namespace {

using ::testing::HasSubstr;

class ComposeService : public OnOneEngine {
 protected:
  // Labelled as Compose does it.
  std::string start(const std::string& service, const std::string& image,
                    const std::string& of = "shop", const Words& more = {}) {
    const Words labels{"--label", "com.docker.compose.project=" + of,
                       "--label", "com.docker.compose.service=" + service,
                       "--label", "com.docker.compose.project.working_dir=" + project()};
    Words options = labels;
    options.insert(options.end(), {"-e", "POSTGRES_HOST_AUTH_METHOD=trust"});
    options.insert(options.end(), more.begin(), more.end());
    const std::string container = desk().start(service, options, {desk().image(image)});
    if (image.starts_with("postgres")) wait_for_postgres(desk(), container);
    return container;
  }
  std::string project() const { return directory_.path().string(); }
  RunResult create(const Words& more, const std::string& below = "") {
    Words words{"create", "-q"};
    words.insert(words.end(), more.begin(), more.end());
    RunOptions options;
    options.directory = directory_.path() / below;
    return desk().dksnap(words, options);
  }
  TempDir directory_;
};

TEST_F(ComposeService, TheOnlyDatabaseOrTheServiceThatIsNamed) {
  const RunResult nobody = create({});
  EXPECT_EQ(nobody.status, 11) << nobody;
  EXPECT_THAT(nobody.err, HasSubstr("dksnap ps"));
  const std::string web = start("web", "files:1");
  EXPECT_THAT(create({}).err, HasSubstr("no database of this directory's Compose project runs"));
  const std::string db = start("db", "postgres:15");
  std::filesystem::create_directories(directory_.path() / "src/deep");
  const RunResult taken = create({"-m", "by place"}, "src/deep");
  ASSERT_TRUE(succeeded(taken));
  EXPECT_EQ(desk().show(taken.out.substr(0, 8))["container"], db);
  const RunResult named = create({"--service", "web"});
  ASSERT_TRUE(succeeded(named));
  EXPECT_EQ(desk().show(named.out.substr(0, 8))["container"], web);
  EXPECT_EQ(create({"--service", "none"}).status, 11);
  EXPECT_EQ(create({db, "--service", "db"}).status, 2);
  const std::string second = start("other", "postgres:15");
  const RunResult several = create({});
  EXPECT_EQ(several.status, 11) << several;
  EXPECT_THAT(several.err, HasSubstr("db (" + db + ")"));
  EXPECT_THAT(several.err, HasSubstr("--service NAME"));
}

TEST_F(ComposeService, WhatIsNotOfTheProjectDoesNotCount) {
  start("once", "files:1", "shop", {"--label", "com.docker.compose.oneoff=True"});
  const std::string made = desk().start("made", {}, {desk().image("files:1")});
  const std::string image = desk().name("claims") + ":1";
  desk().docker_out({"commit", "--change",
                     "LABEL com.docker.compose.project=shop com.docker.compose.service=web "
                     "com.docker.compose.project.working_dir=" +
                         project(),
                     made, image});
  desk().start("claims", {}, {image});
  desk().start("half",
               {"--label", "com.docker.compose.service=web", "--label",
                "com.docker.compose.project.working_dir=" + project()},
               {desk().image("files:1")});
  for (const char* service : {"web", "once"}) {
    EXPECT_THAT(create({"--service", service}).err,
                HasSubstr("no container belongs to a Compose project of this directory"));
  }
  const std::string web = start("web", "files:1");
  EXPECT_TRUE(succeeded(create({"--service", "web"})));
  const std::string other = start("cache", "files:1", "test");
  const RunResult several = create({"--service", "web"});
  EXPECT_EQ(several.status, 11) << several;
  EXPECT_THAT(several.err, HasSubstr("web of shop (" + web + ")"));
  EXPECT_THAT(several.err, HasSubstr("cache of test (" + other + ")"));
}

}  // namespace
}  // namespace dksnap::test
