// Exec over a connection that is not HTTP any longer.
#include <atomic>
#include <chrono>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/pipe.hpp"
#include "docker/http/fake_engine.hpp"
#include "docker/wire/frames.hpp"

namespace dksnap::docker {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

std::string frame(char stream, const std::string& text) {
  std::string head(8, '\0');
  head[0] = stream;
  for (unsigned i = 0; i < 4; ++i) {
    head[4 + i] = static_cast<char>(text.size() >> (8 * (3 - i)) & 0xFFU);
  }
  return head + text;
}

constexpr const char* kUpgraded =
    "HTTP/1.1 101 UPGRADED\r\nContent-Type: application/vnd.docker.raw-stream\r\n"
    "Connection: Upgrade\r\nUpgrade: tcp\r\n\r\n";
constexpr const char* kNotUpgraded =
    "HTTP/1.1 200 OK\r\nContent-Type: application/vnd.docker.raw-stream\r\n\r\n";

// Serves the three calls of an exec; `attached` has the connection of the second.
Script exec_script(const Script& attached, int exit_code = 0) {
  return [=, asked = std::make_shared<std::atomic<int>>(0)](FakeConnection& connection,
                                                            const std::string& head) {
    if (head.find("/containers/") != std::string::npos) {
      connection.write(http("201 Created", R"({"Id":"e1"})"));
    } else if (head.find("/start ") != std::string::npos) {
      connection.read_until("}");
      attached(connection, head);
    } else if ((*asked)++ == 0) {
      connection.write(http("200 OK", R"({"Running":true,"ExitCode":null})"));
    } else {
      connection.write(
          http("200 OK", R"({"Running":false,"ExitCode":)" + std::to_string(exit_code) + "}"));
    }
  };
}

struct Result {
  int exit_code = -1;
  std::string out;
  std::string err;
};
Result run(FakeEngine& fake, Source* in = nullptr, std::function<void()> interrupt = {}) {
  StringSink out;
  StringSink err;
  ExecSpec spec;
  spec.argv = {"program"};
  const int code = fake.connect()->exec("x", spec, {in, &out, &err, std::move(interrupt)});
  return {code, out.text(), err.text()};
}

TEST(Exec, SplitsFramesThatArriveInPieces) {
  const std::string frames = frame(1, "one ") + frame(2, "error ") + frame(1, "") +
                             frame(1, std::string(300, 'x')) + frame(2, "end");
  for (const char* head : {kUpgraded, kNotUpgraded}) {
    for (const std::size_t step : {1U, 3U, 7U, 1000U}) {
      FakeEngine fake(exec_script(
          [&](FakeConnection& connection, const std::string&) {
            const std::string all = head + frames;  // the first frame may come with the head
            for (std::size_t at = 0; at < all.size(); at += step) {
              connection.write(all.substr(at, step));
            }
          },
          7));
      const Result result = run(fake);
      EXPECT_EQ(result.exit_code, 7);
      EXPECT_EQ(result.out, "one " + std::string(300, 'x'));
      EXPECT_EQ(result.err, "error end");
    }
  }
}

TEST(Exec, InputGoesInAndItsEndToo) {
  FakeEngine fake(exec_script([](FakeConnection& connection, const std::string& head) {
    connection.write(kUpgraded);
    const std::string input = connection.read_until("");
    connection.write(frame(1, input + (head.find("Upgrade: tcp") == std::string::npos ? "!" : "")));
  }));
  const std::string sent(500'000, 'q');
  StringSource in(sent);
  EXPECT_EQ(run(fake, &in).out, sent);
}

TEST(Exec, ReturnsWhenTheProgramEndsFirst) {
  FakeEngine fake(exec_script([](FakeConnection& connection, const std::string&) {
    connection.write(kUpgraded + frame(1, "done"));
  }));
  BytePipe pipe;  // never written to
  int interrupts = 0;
  EXPECT_EQ(run(fake, &pipe,
                [&] {
                  ++interrupts;
                  pipe.close();
                })
                .out,
            "done");
  EXPECT_EQ(interrupts, 1);
}

TEST(Exec, InputThatTheProgramDidNotReadIsNoError) {
  // Closing with unread bytes resets the connection, after the output.
  FakeEngine resetting(exec_script([](FakeConnection& connection, const std::string&) {
    connection.write(kUpgraded + frame(1, "done"));
    connection.read_until("xxx");
  }));
  StringSource in(std::string(300'000, 'x'));
  EXPECT_EQ(run(resetting, &in).out, "done");
}

TEST(Exec, FailureOfTheInputEndsTheCall) {
  FakeEngine fake(exec_script([](FakeConnection& connection, const std::string&) {
    connection.write(kUpgraded);
    connection.wait_for_end();
  }));
  BytePipe pipe;
  pipe.fail(std::make_exception_ptr(Error(ErrorCode::credentials, "of the source")));
  EXPECT_EQ(error_of([&] { run(fake, &pipe); }).code(), ErrorCode::credentials);
}

TEST(Exec, CutInsideAFrame) {
  const std::string whole = frame(1, "some output");
  for (std::size_t length = 1; length < whole.size(); ++length) {
    FakeEngine fake(exec_script([&](FakeConnection& connection, const std::string&) {
      connection.write(kUpgraded + whole.substr(0, length));
    }));
    EXPECT_EQ(error_of([&] { run(fake); }).code(), ErrorCode::engine_unreachable) << length;
  }
}

TEST(Exec, WhatCannotBeStarted) {
  FakeEngine fake(exec_script(
      [](FakeConnection& connection, const std::string&) {
        connection.write(kUpgraded + frame(1,
                                           "OCI runtime exec failed: exec failed: \"p\": "
                                           "executable file not found in $PATH: unknown\r\n"));
      },
      126));
  const Result result = run(fake);
  EXPECT_EQ(result.exit_code, 127);
  EXPECT_THAT(result.err, HasSubstr("not found"));
}

TEST(Exec, StopWhileItRuns) {
  FakeEngine fake(exec_script([](FakeConnection& connection, const std::string&) {
    connection.write(kUpgraded + frame(1, "x"));
    connection.wait_for_end();
  }));
  std::stop_source stop;
  ConnectOptions options;
  options.stop = stop.get_token();
  const auto engine = fake.connect(options);
  std::thread stopper([&] {
    std::this_thread::sleep_for(100ms);
    stop.request_stop();
  });
  BytePipe pipe;
  NullSink out;
  const auto begin = std::chrono::steady_clock::now();
  EXPECT_EQ(error_of([&] {
              engine->exec("x", {}, {&pipe, &out, &out, [&] { pipe.close(); }});
            }).code(),
            ErrorCode::interrupted);
  EXPECT_LT(std::chrono::steady_clock::now() - begin, 1100ms);
  stopper.join();
}

TEST(Exec, ContainerThatIsPaused) {
  FakeEngine fake(always(http("409 Conflict", R"({"message":"Container x is paused"})")));
  EXPECT_EQ(error_of([&] { run(fake); }).code(), ErrorCode::in_use);
}

TEST(Attach, InputIsHeldUntilItsObjectGoes) {
  std::atomic<bool> ended = false;
  FakeEngine fake([&](FakeConnection& connection, const std::string&) {
    connection.write(kUpgraded);
    connection.read_until("");
    ended = true;
  });
  auto input = fake.connect()->attach_input("x");
  std::this_thread::sleep_for(50ms);
  EXPECT_FALSE(ended);
  input.reset();
  for (int i = 0; i < 100 && !ended; ++i) std::this_thread::sleep_for(10ms);
  EXPECT_TRUE(ended);
  EXPECT_EQ(fake.requests().at(0), "POST /v1.41/containers/x/attach?stream=1&stdin=1 HTTP/1.1");
}

TEST(Frames, AnUnknownStreamIsAnError) {
  NullSink nothing;
  FrameSplitter frames(nothing, nothing);
  EXPECT_THROW(frames.write(frame(9, "x")), Error);
}

}  // namespace
}  // namespace dksnap::docker
