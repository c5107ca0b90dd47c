#include "base/error.hpp"

#include <cerrno>
#include <set>
#include <string>

#include <gtest/gtest.h>

namespace dksnap {
namespace {

TEST(Error, KeepsItsThreeParts) {
  const Error error(ErrorCode::not_found, "cannot show shop", "there is no such snapshot",
                    "run dksnap ls");
  EXPECT_EQ(error.code(), ErrorCode::not_found);
  EXPECT_EQ(error.message(), "cannot show shop");
  EXPECT_EQ(error.why(), "there is no such snapshot");
  EXPECT_EQ(error.hint(), "run dksnap ls");
  EXPECT_STREQ(error.what(), "cannot show shop: there is no such snapshot");
}

TEST(Error, WithoutReasonIsItsMessage) {
  EXPECT_STREQ(Error(ErrorCode::failed, "cannot stop").what(), "cannot stop");
}

TEST(Error, ContextsStandFromTheOutsideIn) {
  Error error(ErrorCode::failed, "cannot read x", "it is a directory");
  error.add_context("cannot pack").add_context("cannot snapshot db");
  EXPECT_STREQ(error.what(), "cannot snapshot db: cannot pack: cannot read x: it is a directory");
  EXPECT_EQ(error.why(), "it is a directory");
}

TEST(Error, TheFirstHintStays) {
  Error error(ErrorCode::failed, "cannot read x");
  error.default_hint("nearer").default_hint("further");
  EXPECT_EQ(error.hint(), "nearer");
}

TEST(ErrorCodes, AreOrderedAndNamedOnce) {
  std::set<std::string_view> names;
  int last = 0;
  for (const auto& info : error_codes()) {
    EXPECT_GT(static_cast<int>(info.code), last);
    last = static_cast<int>(info.code);
    EXPECT_TRUE(names.insert(info.name).second) << info.name;
    EXPECT_FALSE(info.meaning.empty()) << info.name;
    EXPECT_EQ(error_code_name(info.code), info.name);
  }
}

// A promise to scripts: a line may be added here, none may change.
TEST(ErrorCodes, KeepTheirExitStatus) {
  EXPECT_EQ(static_cast<int>(ErrorCode::answer_is_no), 1);
  EXPECT_EQ(static_cast<int>(ErrorCode::failed), 2);
  EXPECT_EQ(static_cast<int>(ErrorCode::incomplete), 3);
  EXPECT_EQ(static_cast<int>(ErrorCode::credentials), 4);
  EXPECT_EQ(static_cast<int>(ErrorCode::engine_unreachable), 10);
  EXPECT_EQ(static_cast<int>(ErrorCode::not_found), 11);
  EXPECT_EQ(static_cast<int>(ErrorCode::in_use), 12);
  EXPECT_EQ(static_cast<int>(ErrorCode::database_refused), 13);
  EXPECT_EQ(static_cast<int>(ErrorCode::not_ready), 14);
  EXPECT_EQ(static_cast<int>(ErrorCode::no_space), 15);
  EXPECT_EQ(static_cast<int>(ErrorCode::replace_rolled_back), 20);
  EXPECT_EQ(static_cast<int>(ErrorCode::replace_stuck), 21);
  EXPECT_EQ(static_cast<int>(ErrorCode::interrupted), 130);
  EXPECT_EQ(static_cast<int>(ErrorCode::terminated), 143);
}

TEST(SystemError, TellsAFullDiskFromTheRest) {
  EXPECT_EQ(system_error("cannot write x", ENOSPC).code(), ErrorCode::no_space);
  EXPECT_EQ(system_error("cannot write x", EDQUOT).code(), ErrorCode::no_space);
  EXPECT_FALSE(system_error("cannot write x", ENOSPC).hint().empty());
  EXPECT_EQ(system_error("cannot write x", EACCES).code(), ErrorCode::failed);
}

TEST(SystemError, TakesErrnoUnlessGivenANumber) {
  errno = ENOENT;
  EXPECT_EQ(system_error("cannot open x").why(), "No such file or directory");
  EXPECT_EQ(system_error("cannot open x", EACCES).why(), "Permission denied");
}

}  // namespace
}  // namespace dksnap
