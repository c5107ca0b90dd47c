#include "support/mongo_image.hpp"

#include "support/eventually.hpp"

namespace dksnap::test {

std::string start_mongo(Desk& desk, const Words& options, const Words& arguments) {
  Words last{desk.image("mongo:ferret")};
  last.insert(last.end(), arguments.begin(), arguments.end());
  std::string container = desk.start("db", options, last);
  wait_for_mongo(desk, container);
  return container;
}

void wait_for_mongo(const Desk& desk, const std::string& container) {
  EXPECT_TRUE(eventually(
      "MongoDB in " + container + " answers",
      [&] {
        return desk.docker({"exec", container, "mongo-command", "admin", R"({"ping": 1})"})
                   .status == 0;
      },
      std::chrono::seconds(60)))
      << desk.docker({"logs", container});
}

std::string mongo(const Desk& desk, const std::string& container, const std::string& database,
                  const std::string& command) {
  return desk.docker_out({"exec", container, "mongo-command", database, command});
}

}  // namespace dksnap::test
