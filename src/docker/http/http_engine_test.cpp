// Answers, errors, versions and addresses.
#include "docker/http/http_engine.hpp"

#include <atomic>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "docker/http/api_version.hpp"
#include "docker/http/fake_engine.hpp"

namespace dksnap::docker {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::MatchesRegex;

constexpr const char* kInfo =
    R"({"ServerVersion":"29.1","OSType":"linux","Architecture":"aarch64","Driver":"overlayfs",)"
    R"("DriverStatus":[["driver-type","io.containerd.snapshotter.v1"]],"Name":"vm"})";

TEST(Versions, TheOlderOfBothIsSpoken) {
  const auto spoken = [](const std::string& offered) {
    FakeEngine fake(always(http("200 OK", kInfo)), offered);
    fake.connect()->info();
    return fake.requests().at(0);
  };
  EXPECT_EQ(spoken("1.41"), "GET /v1.41/info HTTP/1.1");
  EXPECT_EQ(spoken("1.51"), "GET /v1.51/info HTTP/1.1");
  EXPECT_EQ(spoken("1.99"), "GET /v1.51/info HTTP/1.1");
}

TEST(Versions, EngineThatIsTooOld) {
  FakeEngine fake(always(http("200 OK", kInfo)), "1.40");
  const Error error = error_of([&] { fake.connect(); });
  EXPECT_EQ(error.code(), ErrorCode::failed);
  EXPECT_THAT(error.why(), HasSubstr("1.40"));
  EXPECT_FALSE(error.hint().empty());
}

TEST(Versions, WhatIsNoEngine) {
  FakeEngine fake(always(""), "");
  EXPECT_EQ(error_of([&] { fake.connect(); }).code(), ErrorCode::engine_unreachable);
}

TEST(Versions, TheVariableWins) {
  EXPECT_EQ(choose_api_version("1.51", "1.43"), (ApiVersion{1, 43}));
  EXPECT_EQ(choose_api_version("1.41", "v1.45"), (ApiVersion{1, 45}));
  EXPECT_THAT(error_of([] { choose_api_version("1.51", "1.30"); }).message(),
              HasSubstr("DOCKER_API_VERSION"));
  EXPECT_THAT(error_of([] { choose_api_version("1.51", "new"); }).message(),
              HasSubstr("DOCKER_API_VERSION"));
}

TEST(Answers, InEveryFraming) {
  const std::string body = kInfo;
  const std::vector<std::string> answers = {
      http("200 OK", body),
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n" + body.substr(0, 5) + "\r\n" +
          [&] {
            char size[16];
            std::snprintf(size, sizeof size, "%zx", body.size() - 5);
            return std::string(size);
          }() +
          ";x=y\r\n" + body.substr(5) + "\r\n0\r\nTrailer: x\r\n\r\n",
      "HTTP/1.0 200 OK\r\n\r\n" + body,
      "HTTP/1.1 100 Continue\r\n\r\n" + http("200 OK", body),
  };
  for (const std::string& answer : answers) {
    FakeEngine fake(always(answer));
    const EngineInfo info = fake.connect()->info();
    EXPECT_EQ(info.architecture, "arm64");
    EXPECT_EQ(info.store, Store::containerd);
    EXPECT_EQ(info.api_version, "1.41");
  }
}

TEST(Answers, ErrorsByStatusAndWords) {
  struct Case {
    const char* status;
    const char* message;
    ErrorCode code;
  };
  for (const Case& one :
       {Case{"404 Not Found", "No such container: x", ErrorCode::not_found},
        Case{"409 Conflict", "Conflict. The name is in use", ErrorCode::in_use},
        Case{"400 Bad Request", "bad", ErrorCode::failed},
        Case{"500 Internal Server Error", "write: no space left on device", ErrorCode::no_space}}) {
    FakeEngine fake(always(http(one.status, std::string(R"({"message":")") + one.message + "\"}")));
    const Error error = error_of([&] { fake.connect()->start_container("x"); });
    EXPECT_EQ(error.code(), one.code) << one.status;
    EXPECT_EQ(error.message(), "cannot start container x");
    EXPECT_EQ(error.why(), one.message);
  }
  FakeEngine not_modified(always("HTTP/1.1 304 Not Modified\r\n\r\n"));
  not_modified.connect()->start_container("x");
  FakeEngine missing(always(http("404 Not Found", "{}")));
  missing.connect()->remove_container("x");
}

TEST(Answers, ThatAreNotWhatWasAskedFor) {
  FakeEngine not_json(always(http("200 OK", "<html>")));
  EXPECT_EQ(error_of([&] { not_json.connect()->info(); }).code(), ErrorCode::failed);
  FakeEngine other_json(always(http("200 OK", "[1]")));
  EXPECT_EQ(error_of([&] { other_json.connect()->inspect_container("x"); }).code(),
            ErrorCode::failed);
  FakeEngine not_http(always("SSH-2.0-OpenSSH_9.2\r\n\r\n"));
  EXPECT_EQ(error_of([&] { not_http.connect()->info(); }).code(), ErrorCode::engine_unreachable);
  FakeEngine nulls(always(http("200 OK", "null")));
  const auto engine = nulls.connect();
  EXPECT_TRUE(engine->list_containers({}).empty());
  EXPECT_TRUE(engine->list_volumes().empty());
  EXPECT_TRUE(engine->container_changes("x").empty());
}

// An image that went while it was looked at.
TEST(Answers, AListingThatFindsSomethingGoneIsAskedForAgain) {
  std::atomic<int> calls = 0;
  FakeEngine fake([&](FakeConnection& connection, const std::string&) {
    connection.write(++calls < 3 ? http("404 Not Found", R"({"message":"content not found"})")
                                 : http("200 OK", R"([{"Id":"sha256:a"}])"));
  });
  EXPECT_EQ(fake.connect()->list_images({}).size(), 1U);
  EXPECT_EQ(calls, 3);
}

TEST(Answers, TargetsAreEscaped) {
  FakeEngine fake(always(http("200 OK", "[]")));
  const auto engine = fake.connect();
  engine->list_images({"a=b c", "d/*"});
  engine->image_history("host:5000/a/b:t@sha256:0");
  error_of([&] { engine->inspect_container("../a?b\r\nX: y"); });
  error_of([&] { engine->inspect_container(""); });
  EXPECT_THAT(fake.requests(),
              ElementsAre("GET "
                          "/v1.41/images/"
                          "json?filters=%7B%22label%22%3A%5B%22a%3Db%20c%22%5D%2C%22reference%22%"
                          "3A%5B%22d%2F%2A%22%5D%7D HTTP/1.1",
                          "GET /v1.41/images/host:5000/a/b:t@sha256:0/history HTTP/1.1",
                          "GET /v1.41/containers/..%2Fa%3Fb%0D%0AX%3A%20y/json HTTP/1.1"));
}

TEST(Answers, EachCallIsTraced) {
  FakeEngine fake(always("HTTP/1.1 204 No Content\r\n\r\n"));
  std::vector<std::string> lines;
  ConnectOptions options;
  options.trace = [&](const std::string& line) { lines.push_back(line); };
  fake.connect(options)->start_container("x");
  EXPECT_THAT(lines, ElementsAre(MatchesRegex("GET /_ping 200 [0-9]+ ms"),
                                 MatchesRegex("POST /containers/x/start 204 [0-9]+ ms")));
}

TEST(Connecting, NoSuchSocketAndNoListener) {
  Endpoint endpoint;
  endpoint.address = "/tmp/dksnap-no-such-socket";
  endpoint.url = "unix://" + endpoint.address;
  endpoint.rule = "DOCKER_HOST";
  const Error missing = error_of([&] { connect(endpoint, {}); });
  EXPECT_EQ(missing.code(), ErrorCode::engine_unreachable);
  EXPECT_THAT(missing.message(), HasSubstr(endpoint.url));
  EXPECT_THAT(missing.hint(), HasSubstr("is Docker running?"));
  EXPECT_THAT(missing.hint(), HasSubstr("DOCKER_HOST"));

  endpoint.kind = Endpoint::Kind::tcp;
  endpoint.address = "127.0.0.1";
  endpoint.port = "1";
  EXPECT_THAT(error_of([&] { connect(endpoint, {}); }).why(), HasSubstr("nothing listens"));
  endpoint.address = "no-such-host.invalid";
  EXPECT_THAT(error_of([&] { connect(endpoint, {}); }).why(), HasSubstr("name was not found"));
  endpoint.kind = Endpoint::Kind::unix_socket;
  endpoint.address = std::string(200, 'x');
  EXPECT_EQ(error_of([&] { connect(endpoint, {}); }).code(), ErrorCode::engine_unreachable);
}

TEST(Connecting, EndpointTextNamesTheRule) {
  FakeEngine fake(always(""));
  EXPECT_EQ(fake.connect()->endpoint_text(), "unix://" + fake.path() + " (-H)");
}

}  // namespace
}  // namespace dksnap::docker
