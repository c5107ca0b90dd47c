// Streams: uploads with early answers, cut connections, cancelling.
#include <chrono>
#include <cstring>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/pipe.hpp"
#include "docker/http/fake_engine.hpp"

namespace dksnap::docker {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;

class ZeroSource final : public Source {
 public:
  explicit ZeroSource(std::uint64_t size) : left_(size) {}
  std::size_t read(std::span<std::byte> into) override {
    const auto count = static_cast<std::size_t>(std::min<std::uint64_t>(left_, into.size()));
    std::memset(into.data(), 0, count);
    left_ -= count;
    return count;
  }

 private:
  std::uint64_t left_;
};

constexpr std::uint64_t kEndless = kNoLimit;

std::string chunk(const std::string& text) {
  char size[16];
  std::snprintf(size, sizeof size, "%zx\r\n", text.size());
  return size + text + "\r\n";
}
constexpr const char* kChunked =
    "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n";

TEST(Load, FindsErrorsInTheStream) {
  struct Case {
    std::string line;
    ErrorCode code;
  };
  for (const Case& one :
       {Case{R"({"errorDetail":{"message":"bad tar"},"error":"bad tar"})", ErrorCode::failed},
        Case{R"({"errorDetail":{"message":"bad tar"}})", ErrorCode::failed},
        Case{R"({"stream":"Error unpacking image x:1: layer not found\n"})", ErrorCode::failed},
        Case{R"({"error":"mkdir: no space left on device"})", ErrorCode::no_space}}) {
    FakeEngine fake([&](FakeConnection& connection, const std::string&) {
      connection.read_until("0\r\n\r\n");
      connection.write(kChunked + chunk("{\"stream\":\"Loaded image: x:1\\n\"}\r\n") +
                       chunk(one.line + "\r\n") + "0\r\n\r\n");
    });
    StringSource tar("tar");
    EXPECT_EQ(error_of([&] { fake.connect()->load_images(tar); }).code(), one.code) << one.line;
  }
}

TEST(Load, ReturnsWhatWasLoaded) {
  std::string body;
  FakeEngine fake([&](FakeConnection& connection, const std::string&) {
    body = connection.read_until("0\r\n\r\n");
    connection.write(kChunked + chunk("{\"stream\":\"Loaded image: a:1\\n\"}\n{\"stre") +
                     chunk("am\":\"Loaded image ID: sha256:12\\n\"}") + "0\r\n\r\n");
  });
  StringSource tar("some bytes");
  EXPECT_THAT(fake.connect()->load_images(tar), ElementsAre("a:1", "sha256:12"));
  EXPECT_EQ(body, "0000000a\r\nsome bytes\r\n0\r\n\r\n");
}

TEST(Upload, AnEarlyRefusalIsReported) {
  for (const bool close : {true, false}) {
    FakeEngine fake([&](FakeConnection& connection, const std::string&) {
      connection.write(http("500 Internal Server Error", R"({"message":"no such layer"})"));
      if (!close) connection.wait_for_end();
    });
    ZeroSource endless(kEndless);
    EXPECT_EQ(error_of([&] { fake.connect()->load_images(endless); }).why(), "no such layer");
  }
}

TEST(Upload, ProgressDuringTheUploadDoesNotEndIt) {
  FakeEngine fake([&](FakeConnection& connection, const std::string&) {
    connection.write(kChunked);
    for (int i = 0; i < 1000; ++i) {
      connection.write(chunk("{\"stream\":\"" + std::string(200, '.') + "\"}\n"));
    }
    connection.read_until("0\r\n\r\n");
    connection.write(chunk("{\"stream\":\"Loaded image: a:1\\n\"}\n") + "0\r\n\r\n");
  });
  ZeroSource tar(3'000'000);
  EXPECT_THAT(fake.connect()->load_images(tar), ElementsAre("a:1"));
}

TEST(Upload, BrokenWithoutAnAnswer) {
  FakeEngine fake([](FakeConnection& connection, const std::string&) {
    connection.read_until(std::string(100'000, '\0'));
  });
  ZeroSource endless(kEndless);
  EXPECT_EQ(error_of([&] { fake.connect()->put_archive("x", "/", endless); }).code(),
            ErrorCode::engine_unreachable);
}

TEST(Upload, WhatTheSourceThrowsPassesThrough) {
  std::string body;
  FakeEngine fake(
      [&](FakeConnection& connection, const std::string&) { body = connection.read_until(""); });
  BytePipe source;
  source.write(std::string_view("half"));
  source.fail(std::make_exception_ptr(Error(ErrorCode::credentials, "of the source")));
  EXPECT_EQ(error_of([&] { fake.connect()->load_images(source); }).code(), ErrorCode::credentials);
}

TEST(Cut, AtEveryByteOfAnAnswer) {
  const std::string body = R"({"ServerVersion":"1"})";
  for (const std::string& answer :
       {http("200 OK", body),
        kChunked + chunk(body.substr(0, 7)) + chunk(body.substr(7)) + "0\r\n\r\n"}) {
    std::atomic<std::size_t> length = 0;
    FakeEngine fake([&](FakeConnection& connection, const std::string&) {
      connection.write(answer.substr(0, length));
    });
    const auto engine = fake.connect();
    for (; length < answer.size(); ++length) {
      const Error error = error_of([&] { engine->info(); });
      EXPECT_EQ(error.code(), ErrorCode::engine_unreachable) << length;
      EXPECT_THAT(error.message(), HasSubstr("the connection to the engine broke"));
    }
    EXPECT_EQ(engine->info().server_version, "1");
  }
}

TEST(Cut, InAnArchive) {
  FakeEngine fake(always(kChunked + chunk(std::string(10'000, 'x'))));
  const auto archive = fake.connect()->get_archive("x", "/");
  NullSink nothing;
  const Error error = error_of([&] { copy(*archive, nothing); });
  EXPECT_EQ(error.code(), ErrorCode::engine_unreachable);
  EXPECT_THAT(error.message(), HasSubstr("cannot read / of container x"));
}

// Runs `call` against an engine that stops answering in the middle, and triggers the stop token.
void expect_interrupted(Script script, const std::function<void(Engine&)>& call) {
  FakeEngine fake(std::move(script));
  std::stop_source stop;
  ConnectOptions options;
  options.stop = stop.get_token();
  const auto engine = fake.connect(options);
  std::thread stopper([&] {
    std::this_thread::sleep_for(100ms);
    stop.request_stop();
  });
  const auto begin = std::chrono::steady_clock::now();
  EXPECT_EQ(error_of([&] { call(*engine); }).code(), ErrorCode::interrupted);
  EXPECT_LT(std::chrono::steady_clock::now() - begin, 1100ms);
  stopper.join();
  EXPECT_EQ(error_of([&] { engine->info(); }).code(), ErrorCode::interrupted);
}

TEST(Stop, WhereverACallIsBlocked) {
  const auto silent = [](const std::string& beginning) {
    return [beginning](FakeConnection& connection, const std::string&) {
      connection.write(beginning);
      connection.wait_for_end();
    };
  };
  const auto info = [](Engine& engine) { engine.info(); };
  expect_interrupted(silent(""), info);
  expect_interrupted(silent("HTTP/1.1 20"), info);
  expect_interrupted(silent("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{"), info);
  expect_interrupted(silent(kChunked + chunk("{")), info);
  expect_interrupted(silent("HTTP/1.1 500 Bad\r\nContent-Length: 9\r\n\r\n{"), info);
  expect_interrupted(silent(""), [](Engine& engine) {
    ZeroSource endless(kEndless);  // which nobody takes
    engine.put_archive("x", "/", endless);
  });
  expect_interrupted(silent(kChunked + chunk("x")), [](Engine& engine) {
    const auto archive = engine.get_archive("x", "/");
    NullSink nothing;
    copy(*archive, nothing);
  });
}

TEST(Streams, LargeAnswersArriveWhole) {
  FakeEngine fake([](FakeConnection& connection, const std::string&) {
    connection.write(kChunked);
    for (int i = 0; i < 1000; ++i) connection.write(chunk(std::string(20'001, 'a')));
    connection.write("0\r\n\r\n");
  });
  const auto archive = fake.connect()->get_archive("x", "/");
  NullSink nothing;
  EXPECT_EQ(copy(*archive, nothing), 20'001'000U);
}

}  // namespace
}  // namespace dksnap::docker
