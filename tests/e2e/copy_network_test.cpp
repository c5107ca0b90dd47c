// Who reaches a booted copy.
#include <future>

#include <nlohmann/json.hpp>

#include "support/postgres_image.hpp"
#include "support/store_lanes.hpp"

namespace dksnap::test {
namespace {

using nlohmann::json;

class CopyNetwork : public OnEitherStore {
 protected:
  std::string address_of(const std::string& container) {
    const json inspected = desk().inspect(container);
    return inspected["NetworkSettings"]["Networks"].begin()->at("IPAddress");
  }
  bool reaches(const std::string& from, const std::string& container) {
    const std::string target = "/dev/tcp/" + address_of(container) + "/5432";
    return desk()
               .docker({"exec", from, "timeout", "2", "bash", "-c", "exec 3<>" + target})
               .status == 0;
  }
};
DKSNAP_ON_EITHER_STORE(CopyNetwork);

// The source can be reached by those in its network, who do not know of the copy.
TEST_P(CopyNetwork, NobodyReachesACopyButByItsPorts) {
  const std::string network = desk().name("inner");
  desk().docker_out({"network", "create", "--internal", network});
  const std::string source = start_postgres(desk(), {"--network", network});
  const std::string id = desk().create(source);
  const std::string copy = desk().boot(id);
  const std::string second = desk().boot(id);
  const std::string asked = desk().boot(id, {"--network", "bridge"});
  const std::string stranger = start_postgres(desk());
  EXPECT_TRUE(reaches(stranger, asked)) << "what was asked for";
  EXPECT_FALSE(reaches(stranger, copy));
  EXPECT_FALSE(reaches(second, copy));
  EXPECT_FALSE(reaches(source, copy));
  // It is there as long as somebody is in it.
  desk().dksnap({"prune"});
  EXPECT_EQ(desk().docker({"network", "inspect", "dksnap-copies"}).status, 0);
  EXPECT_EQ(psql(desk(), copy, "SELECT 1"), "1");
  desk().remove_containers_but({});
  desk().docker_out({"network", "rm", network});
}

TEST_P(CopyNetwork, ManyFirstBootsMakeOne) {
  const std::string source =
      desk().start("files", {"-p", "127.0.0.1::80"}, {desk().image("files:1")});
  const std::string id = desk().create(source);
  std::vector<std::future<std::string>> boots;
  for (int i = 0; i < 4; ++i)
    boots.push_back(std::async(std::launch::async, [&] {
      return desk().boot(id, {"--wait", "0"});
    }));
  for (auto& boot : boots) EXPECT_TRUE(desk().runs(boot.get()));
}

// Who gives them no name gets a free one for each, however many ask at once.
TEST_P(CopyNetwork, ManyBootsOfOneAtOnceAllHaveAName) {
  const std::string source = desk().start("files", {}, {desk().image("files:1")});
  const std::string id = desk().create(source);
  std::vector<std::future<RunResult>> boots;
  for (int i = 0; i < 5; ++i)
    boots.push_back(std::async(std::launch::async, [&] {
      return desk().dksnap({"boot", id, "--wait", "0"});
    }));
  for (auto& boot : boots) EXPECT_TRUE(succeeded(boot.get()));
}

}  // namespace
}  // namespace dksnap::test
