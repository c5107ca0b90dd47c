// Somebody else's image has the name that the stage image would get.
#include <gmock/gmock.h>

#include "base/text.hpp"
#include "forge.hpp"
#include "support/files_image.hpp"
#include "support/store_lanes.hpp"

namespace dksnap::test {
namespace {

using nlohmann::json;
using ::testing::IsEmpty;

class Stage : public OnBothStores {
 protected:
  // The names of stage images with these layers.
  Words stages(const json& layers) {
    Words names;
    const std::string all = desk().docker_out({"images", "dksnap/base", "--format", "{{.Tag}}"});
    for (const std::string& tag : split(all, '\n')) {
      const RunResult image = desk().docker({"image", "inspect", "dksnap/base:" + tag});
      if (image.status == 0 && json::parse(image.out)[0]["RootFS"]["Layers"] == layers)
        names.push_back("dksnap/base:" + tag);
    }
    return names;
  }
};
DKSNAP_ON_BOTH_STORES(Stage);

TEST_P(Stage, IsKnownByItsLayersAndConfiguration) {
  Forgery base;
  base.name = desk().name("base") + ":1";
  base.from = desk().image("files:1");
  base.files = {{{"made/up", base.name}}};
  forge(desk(), base);
  const json layers = desk().inspect(base.name)["RootFS"]["Layers"];
  const std::string source = desk().start("files", {}, {base.name});
  files_batch(desk(), source, "write /data/a one\n");
  desk().create(source, {"-m", "one"});
  const Words made = stages(layers);
  ASSERT_EQ(made.size(), 1U);
  // The same again is used again.
  desk().create(source, {"-m", "two", "--full"});
  EXPECT_EQ(stages(layers), made);

  desk().docker_out({"rmi", made[0]});
  Forgery evil;
  evil.name = made[0];
  evil.from = base.name;
  evil.labels["dksnap.role"] = "stage";
  evil.config["config"]["Env"] = json::array({"LD_PRELOAD=/made/up"});
  evil.config["config"]["Volumes"] = nullptr;
  const std::string evil_id = forge(desk(), evil);
  const json third = desk().create_json(source, {"-m", "three", "--full"});
  EXPECT_EQ(desk().inspect(made[0])["Id"], evil_id) << "it is not ours to take away";
  const Words now = stages(layers);
  EXPECT_EQ(now.size(), 2U);
  const std::string copy = desk().boot(third["id"], kAtOnce);
  EXPECT_EQ(files(desk(), copy, {"cat", "/data/a"}), "one");
  EXPECT_EQ(desk().inspect(third["image_id"])["Config"]["Env"],
            desk().inspect(base.name)["Config"]["Env"]);
  for (const std::string& name : now) desk().docker_out({"rmi", name});
  EXPECT_THAT(stages(layers), IsEmpty());
}

}  // namespace
}  // namespace dksnap::test
