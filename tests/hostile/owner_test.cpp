// A container is a scratch only where that cannot have come from its image.
#include <nlohmann/json.hpp>

#include "forge.hpp"
#include "support/files_image.hpp"
#include "support/store_lanes.hpp"

namespace dksnap::test {
namespace {

class ScratchOwner : public OnEitherStore {};
DKSNAP_ON_EITHER_STORE(ScratchOwner);

TEST_P(ScratchOwner, ADatabaseWithTheLabelsOfADeadScratchIsLeftAlone) {
  Forgery forgery;
  forgery.name = desk().name("forged") + ":1";
  forgery.from = desk().image("files:1");
  forgery.labels = {{"dksnap.role", "scratch"}, {"dksnap.owner", "1@nobody:1"}};
  forge(desk(), forgery);
  const std::string database = desk().start("database", {}, {forgery.name});
  // Even one of that name.
  const std::string named =
      "dksnap-scratch-" + std::string(12, desk().has_containerd_store() ? 'c' : 'a');
  desk().docker_out({"run", "-d", "--name", named, forgery.name});
  desk().docker_out({"stop", "-t", "1", named});
  // And one with labels of its own that has another name.
  const std::string labelled =
      desk().start("labelled", {"--label", "dksnap.role=scratch", "--label", "dksnap.owner=1@x:1"},
                   {desk().image("files:1")});
  const std::string source = desk().start("files", {}, {desk().image("files:1")});
  desk().create(source);
  EXPECT_TRUE(succeeded(desk().dksnap({"doctor", "--fix"})));
  EXPECT_TRUE(desk().runs(database));
  EXPECT_TRUE(desk().runs(labelled));
  EXPECT_EQ(desk().docker({"container", "inspect", named}).status, 0);
  desk().remove_container(named);
}

}  // namespace
}  // namespace dksnap::test
