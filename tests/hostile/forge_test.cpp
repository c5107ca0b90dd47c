// What the other tests here stand on.
#include "forge.hpp"

#include <gmock/gmock.h>

#include "support/files_image.hpp"
#include "support/store_lanes.hpp"

namespace dksnap::test {
namespace {

class Forge : public OnBothStores {};
DKSNAP_ON_BOTH_STORES(Forge);

TEST_P(Forge, MakesWhatItIsToldTo) {
  Forgery forgery;
  forgery.name = desk().name("forged") + ":one";
  forgery.from = desk().image("files:1");
  forgery.labels["a.label"] = "of mine";
  forgery.config["config"]["User"] = "7";
  forgery.files = {{{"made/up", "one"}}, {{"made/more", "two"}}};
  const std::string id = forge(desk(), forgery);
  const auto image = desk().inspect(id);
  EXPECT_EQ(image["Config"]["Labels"]["a.label"], "of mine");
  EXPECT_EQ(image["Config"]["User"], "7");
  EXPECT_EQ(image["RootFS"]["Layers"].size(),
            desk().inspect(forgery.from)["RootFS"]["Layers"].size() + 2);
  const std::string container = desk().start("one", {"--user", "0"}, {forgery.name});
  EXPECT_EQ(files(desk(), container, {"cat", "/made/more"}), "two");

  Forgery less = forgery;
  less.name = desk().name("less") + ":one";
  less.from = forgery.name;
  less.files.clear();
  less.layers_taken_away = 1;
  forge(desk(), less);
  EXPECT_EQ(desk().inspect(less.name)["RootFS"]["Layers"].size(),
            image["RootFS"]["Layers"].size() - 1);
}

}  // namespace
}  // namespace dksnap::test
