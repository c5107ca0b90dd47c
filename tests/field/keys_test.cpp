#include "field.hpp"

namespace dksnap::test {
namespace {

TEST_P(Field, KeysThatAreBoundInStayBehind) {
  const std::string image = desk().image("postgres:15");
  const std::string folder = outside("keys/.made", "");
  const std::string keys = folder.substr(0, folder.rfind('/'));
  ASSERT_TRUE(
      succeeded(run({"openssl", "req", "-new", "-x509", "-nodes", "-days", "30", "-subj", "/CN=db",
                     "-keyout", keys + "/server.key", "-out", keys + "/server.crt"})));
  ASSERT_TRUE(succeeded(run({"chown", "999:999", keys + "/server.key"})));
  start({"-v", keys + ":/keys:ro"}, {"-c", "ssl=on", "-c", "ssl_key_file=/keys/server.key", "-c",
                                     "ssl_cert_file=/keys/server.crt"});
  const RunResult taken = snapshot();
  EXPECT_THAT(taken.err, testing::HasSubstr("/keys/server.key"));
  const std::string copy = boot();
  EXPECT_EQ(sql(copy, "SHOW ssl"), "off");
  EXPECT_NE(desk().docker({"exec", copy, "cat", "/keys/server.key"}).status, 0);
  replace_and_undo();
  EXPECT_EQ(sql(source(), "SHOW ssl"), "on");
}

}  // namespace
}  // namespace dksnap::test
