#include "databases/redis/format.hpp"

#include <map>

#include <gtest/gtest.h>

#include "databases/redis/redis.hpp"
#include "databases/redis/settings.hpp"

namespace dksnap::databases::redis {
namespace {

TEST(RedisFormat, OfADumpsFirstBytes) {
  EXPECT_EQ(format_of_head("REDIS0012"), "REDIS0012");
  EXPECT_EQ(format_of_head("VALKEY080"), "VALKEY080");
  for (const char* other : {"", "REDIS", "REDIS00x2", "*2\r\n$6\r\nS", "VALKEY0x0"})
    EXPECT_EQ(format_of_head(other), "") << other;
  EXPECT_EQ(empty_dump("REDIS0012").size(), 18U);
}

// What a server of these settings would start from.
class StartDataOf : public ::testing::Test {
 protected:
  std::map<std::string, std::string> files;
  Recognition reader;

  StartData of(Directives settings) {
    reader.data_paths = {"/data"};
    reader.server.settings = std::move(settings);
    ContainerFacts facts;
    facts.stat = [this](const std::string& path) -> std::optional<docker::PathStat> {
      if (files.count(path) == 0) return std::nullopt;
      return docker::PathStat();
    };
    facts.read = [this](const std::string& path) -> std::optional<std::string> {
      return files.at(path);
    };
    facts.head = [this](const std::string& path, std::size_t bytes) {
      const auto found = files.find(path);
      return found == files.end() ? std::string() : found->second.substr(0, bytes);
    };
    return Redis(kRedis).start_data(facts, reader).value();
  }
};

TEST_F(StartDataOf, ADump) {
  files["/data/dump.rdb"] = "REDIS0011 and more";
  EXPECT_EQ(of({}).format, "REDIS0011");
  EXPECT_EQ(of({}).not_found, "");
  EXPECT_NE(of({{"appendonly", "yes"}}).not_found, "");
  EXPECT_EQ(of({{"dbfilename", "other.rdb"}}).format, "") << "it is another one's";
}

TEST_F(StartDataOf, AnAppendOnlyFile) {
  files["/data/appendonlydir/appendonly.aof.manifest"] =
      "file appendonly.aof.2.base.rdb seq 2 type b\nfile appendonly.aof.2.incr.aof seq 2 type i\n";
  files["/data/appendonlydir/appendonly.aof.2.base.rdb"] = "VALKEY080 and more";
  EXPECT_EQ(of({{"appendonly", "yes"}}).format, "VALKEY080");
  EXPECT_NE(of({}).not_found, "");
  files["/data/dump.rdb"] = "REDIS0011 and more";
  EXPECT_EQ(of({}).format, "REDIS0011");
}

TEST_F(StartDataOf, AnAppendOnlyFileOfOneFile) {
  files["/data/appendonly.aof"] = "REDIS0009 and more";
  EXPECT_EQ(of({{"appendonly", "yes"}}).format, "REDIS0009");
  files["/data/appendonly.aof"] = "*2 and more";
  EXPECT_EQ(of({{"appendonly", "yes"}}).format, "") << "it says of itself what it is not";
}

TEST_F(StartDataOf, Nothing) {
  EXPECT_EQ(of({}).format, "");
  EXPECT_EQ(of({{"appendonly", "yes"}}).not_found, "");
}

}  // namespace
}  // namespace dksnap::databases::redis
