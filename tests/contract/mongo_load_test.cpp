// A snapshot that is taken while MongoDB is written to has what was answered for, and no half of
// anything.
#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

#include "support/load.hpp"
#include "support/mongo_image.hpp"
#include "support/requirements.hpp"

namespace dksnap::test {
namespace {

using nlohmann::json;

class MongoLoad : public ::testing::TestWithParam<std::string> {};

json first_of(const Desk& desk, const std::string& container, const std::string& command) {
  const json answer = json::parse(mongo(desk, container, "load", command));
  const json& batch = answer["cursor"]["firstBatch"];
  return batch.empty() ? json() : batch[0];
}

// `mongo-command --load` adds 1, 2, 3, …, each once the one before was answered for.
int last_number(const Desk& desk, const std::string& container) {
  const json last =
      first_of(desk, container, R"({"find": "log", "sort": {"_id": -1}, "limit": 1})");
  return last.is_null() ? 0 : last["_id"].get<int>();
}

void expect_whole(Desk& desk, const std::string& source, const json& taken, long at_least,
                  long at_most) {
  const std::string copy = desk.boot(taken["id"]);
  const int last = last_number(desk, copy);
  EXPECT_GE(last, at_least) << "what was answered for before is in it";
  EXPECT_LE(last, at_most);
  const json count = json::parse(mongo(desk, copy, "load", R"({"count": "log"})"));
  EXPECT_EQ(count["n"], last) << "no number is missing";
  const json pair = first_of(desk, copy, R"({"find": "pair"})");
  EXPECT_EQ(pair["left"].get<int>() + pair["right"].get<int>(), 0);
  EXPECT_GE(pair["right"].get<int>(), last - 1);
  EXPECT_LE(pair["right"].get<int>(), last);
  Words complaints =
      new_complaints(desk, copy, source, {"WARN", "ERROR", "FATAL", "panic", "corrupt"});
  // The stand-in's, of clients that went away before it had noticed.
  std::erase_if(complaints, [](const std::string& line) {
    return line.find("use of closed network connection") != std::string::npos;
  });
  EXPECT_THAT(complaints, ::testing::IsEmpty());
  desk.remove_container(copy);
}

TEST_P(MongoLoad, SnapshotsAreWholeAndTheWriterNoticesNothing) {
  DKSNAP_NEEDS("docker");
  DKSNAP_NEEDS(GetParam());
  Desk desk(GetParam());
  const std::string source = start_mongo(desk);
  RunningProgram writer(
      {"docker", "-H", desk.host(), "exec", source, "mongo-command", "--load", "/tmp/enough"},
      {.limit = kLoadLimit});
  while (last_number(desk, source) < 100) {
  }
  expect_whole_under_load(
      desk, source,
      {.written = [&] { return last_number(desk, source); },
       .expect_whole = [&](const json& taken, long before,
                           long after) { expect_whole(desk, source, taken, before, after); }});
  desk.docker_out({"exec", source, "touch", "/tmp/enough"});
  EXPECT_TRUE(succeeded(writer.wait()));
  EXPECT_THAT(desk.leftovers(), ::testing::IsEmpty());
}

INSTANTIATE_TEST_SUITE_P(Engines, MongoLoad, ::testing::Values("overlay2", "containerd"),
                         [](const auto& test) { return "mongo_" + test.param; });

}  // namespace
}  // namespace dksnap::test
