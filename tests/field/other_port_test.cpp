#include "field.hpp"

namespace dksnap::test {
namespace {

TEST_P(Field, AnotherPortPublishedAtAnotherLoopbackAddress) {
  way.port = 5433;
  start({"-p", "127.0.0.2::5433"}, {"-p", "5433"});
  go_through();
  EXPECT_THAT(booted()["connection"].get<std::string>(),
              testing::MatchesRegex("postgresql://postgres@127.0.0.1:[0-9]+/postgres"));
  const auto listed =
      desk().dksnap({"boot", id(), "-p", "127.0.0.3::5433", "--name", desk().name("other"), "-q"});
  ASSERT_TRUE(succeeded(listed));
  EXPECT_THAT(listed.out, testing::StartsWith("postgresql://postgres@127.0.0.3:"));
  EXPECT_THAT(listed.err, testing::Not(testing::HasSubstr("cannot be reached")));
}

}  // namespace
}  // namespace dksnap::test
