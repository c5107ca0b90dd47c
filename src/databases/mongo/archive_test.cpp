#include "databases/mongo/archive.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "base/error.hpp"

namespace dksnap::databases::mongo {
namespace {

using nlohmann::json;

constexpr const char* kMagic = "\x6d\xe2\x99\x81";
constexpr const char* kEnd = "\xff\xff\xff\xff";

std::string bson(const json& document) {
  const std::vector<std::uint8_t> bytes = json::to_bson(document);
  return {bytes.begin(), bytes.end()};
}

TEST(Archive, SaysWhatThereIs) {
  const std::string text =
      std::string(kMagic) + bson({{"server_version", "7.0.4"}, {"version", "0.1"}}) +
      bson({{"db", "shop"}, {"collection", "orders"}, {"metadata", "{}"}, {"size", 12}}) +
      bson({{"db", "shop"}, {"collection", "v"}, {"type", "view"}, {"size", -1}}) + kEnd + "bodies";
  StringSource source(text);
  const Prelude prelude = read_prelude(source);
  EXPECT_EQ(prelude.server_version, "7.0.4");
  ASSERT_EQ(prelude.collections.size(), 2U);
  EXPECT_EQ(prelude.collections[0].name, "orders");
  EXPECT_EQ(prelude.collections[0].bytes, 12U);
  EXPECT_EQ(prelude.collections[1].type, "view");
  EXPECT_EQ(prelude.collections[1].bytes, 0U);
}

TEST(Archive, WhateverIsNoneIsAnError) {
  const std::string head = std::string(kMagic) + bson({{"server_version", "7"}});
  const std::vector<std::string> bad{"",
                                     "abcd",
                                     std::string(kMagic),
                                     head,
                                     head + "\x05",
                                     head + std::string("\x01\x00\x00\x00", 4),
                                     head + "\xff\xff\xff\x7f",
                                     head + std::string("\x06\x00\x00\x00\x09\x00", 6),
                                     head + bson({{"db", "x"}})};
  for (const std::string& text : bad) {
    StringSource source(text);
    EXPECT_THROW(read_prelude(source), Error) << text.size();
  }
}

}  // namespace
}  // namespace dksnap::databases::mongo
