#include "databases/mongo/probe.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace dksnap::databases::mongo {
namespace {

using testing::HasSubstr;
using testing::Optional;

// A document of truths, as an answer has them, and whatever bytes stand before.
std::string document(const std::vector<std::pair<std::string, bool>>& truths,
                     const std::string& before = {}) {
  std::string body = before;
  for (const auto& [name, value] : truths) {
    body += '\x08' + name;
    body += '\0';
    body += value ? '\1' : '\0';
  }
  body += '\0';
  const std::size_t size = body.size() + 4;
  std::string bytes;
  bytes += static_cast<char>(size & 0xff);
  bytes += static_cast<char>(size >> 8);
  bytes += std::string(2, '\0');
  return bytes + body;
}

std::string text_element(const std::string& name, const std::string& text) {
  std::string bytes = '\x02' + name;
  bytes += '\0';
  bytes += static_cast<char>(text.size() + 1);
  bytes += std::string(3, '\0') + text;
  return bytes + '\0';
}

TEST(MongoProbe, TheQuestionIsOneMessageOfTheProtocol) {
  const std::string message = hello_message();
  EXPECT_EQ(static_cast<unsigned char>(message[0]), message.size());
  EXPECT_EQ(message.substr(12, 4), std::string("\xdd\x07\0\0", 4));
  EXPECT_EQ(static_cast<unsigned char>(message[21]), message.size() - 21);
  EXPECT_THAT(message, HasSubstr(std::string("\x10isMaster\0\1\0\0\0", 14)));
}

TEST(MongoProbe, WhoeverTakesReadsIsUp) {
  EXPECT_EQ(judge_hello(document({{"ismaster", true}, {"ok", true}})), std::nullopt);
  EXPECT_EQ(judge_hello(document({{"ismaster", false}, {"secondary", true}, {"ok", true}})),
            std::nullopt);
  EXPECT_EQ(judge_hello(document({{"ismaster", false}, {"isreplicaset", true}, {"ok", true}})),
            std::nullopt)
      << "of a set that was never made";
  const std::string objects(
      "\x07id\0abcdefghijkl\x03sub\0\5\0\0\0\0\x09t\0"
      "12345678",
      37);
  EXPECT_EQ(judge_hello(document({{"ismaster", true}, {"ok", true}}, objects)), std::nullopt);
}

TEST(MongoProbe, OthersAreNot) {
  EXPECT_THAT(judge_hello(document({{"ismaster", false}, {"secondary", false}, {"ok", true}})),
              Optional(HasSubstr("takes no reads yet")));
  EXPECT_THAT(judge_hello(document({{"ok", false}}, text_element("errmsg", "going down"))),
              Optional(HasSubstr("going down")));
  EXPECT_THAT(judge_hello(document({{"ismaster", true}})), Optional(HasSubstr("not MongoDB")));
}

TEST(MongoProbe, BytesThatAreNoDocumentAreNoAnswer) {
  const std::string good = document({{"ismaster", true}, {"ok", true}}, text_element("a", "b"));
  for (std::size_t size = 0; size < good.size(); ++size)
    EXPECT_TRUE(judge_hello(good.substr(0, size))) << size;
  for (std::size_t at = 0; at < good.size(); ++at) {
    std::string bad = good;
    bad[at] = '\xff';
    judge_hello(bad);  // whatever it says, within its bytes
  }
}

}  // namespace
}  // namespace dksnap::databases::mongo
