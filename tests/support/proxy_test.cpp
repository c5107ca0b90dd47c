#include "support/proxy.hpp"

#include <atomic>
#include <chrono>
#include <cstring>
#include <memory>
#include <string>
#include <sys/socket.h>
#include <sys/un.h>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "base/error.hpp"
#include "base/fd.hpp"
#include "support/eventually.hpp"
#include "support/http_framing.hpp"
#include "support/temp_dir.hpp"

namespace dksnap::test {
namespace {

using namespace std::chrono_literals;

sockaddr_un address_of(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::strncpy(address.sun_path, path.c_str(), sizeof address.sun_path - 1);
  return address;
}

std::string receive(int fd) {
  char buffer[64 * 1024];
  const ssize_t count = ::recv(fd, buffer, sizeof buffer, 0);
  return count > 0 ? std::string(buffer, static_cast<std::size_t>(count)) : std::string();
}

void send_all(int fd, std::string_view text) {
  while (!text.empty()) {
    const ssize_t count = ::send(fd, text.data(), text.size(), MSG_NOSIGNAL);
    if (count <= 0) return;
    text.remove_prefix(static_cast<std::size_t>(count));
  }
}

// Answers each request with its target; /exec/… upgrades and sends back what it gets.
class FakeEngine {
 public:
  FakeEngine() : listener_(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    const sockaddr_un address = address_of(path());
    EXPECT_EQ(::bind(listener_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address),
              0);
    EXPECT_EQ(::listen(listener_.get(), 10), 0);
    acceptor_ = std::jthread([this] {
      for (;;) {
        Fd client(::accept(listener_.get(), nullptr, nullptr));
        if (!client) return;
        threads_.emplace_back([this, taken = std::move(client)] { serve(taken.get()); });
      }
    });
  }
  ~FakeEngine() {
    ::shutdown(listener_.get(), SHUT_RDWR);
    acceptor_.join();
  }

  std::string path() const { return folder_ / "fake.sock"; }
  int answered() const { return answered_; }
  std::size_t received() const { return received_; }

 private:
  void serve(int fd) {
    HttpFraming framing(HttpFraming::Side::requests);
    for (std::string bytes = receive(fd); !bytes.empty(); bytes = receive(fd)) {
      std::string_view rest = bytes;
      for (;;) {
        const auto step = framing.feed(rest);
        if (step.is_body) received_ += step.used;
        rest.remove_prefix(step.used);
        if (step.event == HttpEvent::none) break;
        if (step.event != HttpEvent::end) continue;
        if (framing.head().upgrade) return echo(fd);
        ++answered_;
        const std::string body = framing.head().method == "HEAD" ? "" : framing.head().target;
        send_all(fd, "HTTP/1.1 200 OK\r\nContent-Length: " +
                         std::to_string(framing.head().target.size()) + "\r\n\r\n" + body);
      }
    }
  }

  void echo(int fd) {
    send_all(fd, "HTTP/1.1 101 UPGRADED\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n");
    for (std::string bytes = receive(fd); !bytes.empty(); bytes = receive(fd)) send_all(fd, bytes);
    // Reached through a half-close: the other direction still works.
    send_all(fd, "goodbye");
  }

  TempDir folder_;
  Fd listener_;
  std::atomic<int> answered_ = 0;
  std::atomic<std::size_t> received_ = 0;
  std::vector<std::jthread> threads_;
  std::jthread acceptor_;
};

class Client {
 public:
  explicit Client(const FaultProxy& proxy) : fd_(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    const sockaddr_un address = address_of(proxy.host().substr(7));
    EXPECT_EQ(::connect(fd_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
  }
  void send(std::string_view text) { send_all(fd_.get(), text); }
  void half_close() { ::shutdown(fd_.get(), SHUT_WR); }
  // Until the answer holds `text`, or the connection ends.
  std::string until(std::string_view text) {
    std::string all;
    while (all.find(text) == std::string::npos) {
      const std::string more = receive(fd_.get());
      if (more.empty()) break;
      all += more;
    }
    return all;
  }
  std::string to_end() { return until(std::string_view("\0 never \0", 9)); }
  std::string get(const std::string& target) {
    send("GET " + target + " HTTP/1.1\r\nHost: d\r\n\r\n");
    return until("\r\n\r\n" + target);
  }

 private:
  Fd fd_;
};

class ProxyTest : public ::testing::Test {
 protected:
  FakeEngine engine_;
  FaultProxy proxy_{engine_.path()};
};

TEST_F(ProxyTest, PassesCallsThroughAndRecordsThem) {
  Client client(proxy_);
  EXPECT_NE(client.get("/v1.41/info?x=1").find("200 OK"), std::string::npos);
  EXPECT_NE(client.get("/_ping").find("200 OK"), std::string::npos);
  const auto calls = proxy_.calls();
  ASSERT_EQ(calls.size(), 2U);
  EXPECT_EQ(calls[0].path, "/info");
  EXPECT_EQ(calls[0].target, "/v1.41/info?x=1");
  EXPECT_EQ(calls[1].number, 2);
  EXPECT_EQ(calls[1].method, "GET");
  EXPECT_EQ(proxy_.fired(), 0);
}

TEST_F(ProxyTest, PassesHeadAndLargeBodies) {
  Client client(proxy_);
  client.send("HEAD /_ping HTTP/1.1\r\n\r\n");
  EXPECT_NE(client.until("\r\n\r\n").find("200"), std::string::npos);
  std::string upload = "POST /images/load HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n";
  for (int i = 0; i < 100; ++i) upload += "10000\r\n" + std::string(0x10000, 'x') + "\r\n";
  client.send(upload + "0\r\n\r\n");
  EXPECT_NE(client.until("/images/load").find("200 OK"), std::string::npos);
  EXPECT_GT(engine_.received(), 100U * 0x10000);
}

TEST_F(ProxyTest, PassesStreamsInBothDirectionsAndHalfCloses) {
  Client client(proxy_);
  // The stream's first bytes come right behind the request.
  client.send("POST /exec/1/start HTTP/1.1\r\nUpgrade: tcp\r\nContent-Length: 2\r\n\r\n{}early ");
  EXPECT_NE(client.until("early ").find("101 UPGRADED"), std::string::npos);
  // More than all buffers on the way hold, and what looks like a request is none.
  const std::string sent = std::string(3'000'000, 'x') + "GET /x HTTP/1.1\r\n\r\n";
  std::jthread writer([&] {
    client.send(sent);
    client.half_close();
  });
  const std::string got = client.to_end();
  EXPECT_EQ(got.size(), sent.size() + 7);
  EXPECT_TRUE(got.ends_with("goodbye"));
  EXPECT_EQ(proxy_.calls().size(), 1U);
}

TEST_F(ProxyTest, CutsBeforeTheEngineSeesIt) {
  proxy_.add({.method = "GET", .path = "^/b$", .nth = 2, .fault = Fault::cut_before});
  Client client(proxy_);
  EXPECT_NE(client.get("/v1.41/b").find("200"), std::string::npos);
  EXPECT_NE(client.get("/a").find("200"), std::string::npos);
  EXPECT_EQ(client.get("/v1.41/b"), "");
  EXPECT_EQ(engine_.answered(), 2);
  EXPECT_EQ(proxy_.fired(), 1);
  EXPECT_NE(Client(proxy_).get("/v1.41/b").find("200"), std::string::npos);
}

TEST_F(ProxyTest, CutsAfterTheEngineGotIt) {
  proxy_.add({.path = "/load$", .fault = Fault::cut_after_request});
  Client client(proxy_);
  client.send("POST /load HTTP/1.1\r\nContent-Length: 4\r\n\r\nbody");
  EXPECT_EQ(client.to_end(), "");
  EXPECT_TRUE(eventually("the engine carried it out", [&] { return engine_.answered() == 1; }));
  EXPECT_EQ(engine_.received(), 4U);
}

TEST_F(ProxyTest, CutsInTheMiddleOfAnAnswer) {
  proxy_.add({.path = "/long", .fault = Fault::cut_in_response, .bytes = 3});
  const std::string got = Client(proxy_).get("/long-answer");
  EXPECT_TRUE(got.ends_with("\r\n\r\n/lo")) << got;
}

TEST_F(ProxyTest, CutsInTheMiddleOfAStream) {
  proxy_.add({.path = "/exec/", .fault = Fault::cut_in_response, .bytes = 100'000});
  Client client(proxy_);
  client.send("POST /exec/1/start HTTP/1.1\r\nUpgrade: tcp\r\n\r\n");
  std::jthread writer([&] { client.send(std::string(1'000'000, 'x')); });
  const std::string got = client.to_end();
  EXPECT_EQ(got.size() - got.find("\r\n\r\n") - 4, 100'000U);
}

TEST_F(ProxyTest, AnswersInTheEnginesPlace) {
  proxy_.add({.nth = 1, .fault = Fault::answer, .status = 500, .body = "{\"message\":\"no\"}"});
  Client client(proxy_);
  client.send("POST /pause HTTP/1.1\r\nContent-Length: 4\r\n\r\nbody");
  const std::string got = client.until("}");
  EXPECT_TRUE(got.starts_with("HTTP/1.1 500 ")) << got;
  EXPECT_TRUE(got.ends_with("\r\n\r\n{\"message\":\"no\"}")) << got;
  EXPECT_EQ(engine_.received(), 0U);
  // The connection is as good as before.
  EXPECT_NE(client.get("/next").find("200"), std::string::npos);
}

TEST_F(ProxyTest, DelaysAndTellsWhatItSees) {
  std::atomic<int> number = 0;
  proxy_.add({.path = "/slow", .nth = 0, .delay = 100ms, .on_call = [&](const ProxyCall& call) {
                number = call.number;
              }});
  Client client(proxy_);
  const auto start = std::chrono::steady_clock::now();
  client.get("/first");
  client.get("/slow");
  EXPECT_GE(std::chrono::steady_clock::now() - start, 100ms);
  EXPECT_EQ(number, 2);
  client.get("/slow");
  EXPECT_EQ(number, 3);
  EXPECT_EQ(proxy_.fired(), 2);
}

TEST_F(ProxyTest, AClientThatDiesClosesTheEnginesSide) {
  {
    Client client(proxy_);
    client.send("POST /exec/1/start HTTP/1.1\r\nUpgrade: tcp\r\n\r\n");
    client.until("\r\n\r\n");
  }
  // The destructors of both end, which they would not with a connection left open.
  EXPECT_EQ(proxy_.calls().size(), 1U);
}

TEST(Proxy, WithoutAnEngineIsAClosedConnection) {
  const FaultProxy proxy("/nonexistent/engine.sock");
  EXPECT_EQ(Client(proxy).get("/info"), "");
}

TEST(Proxy, CutsWhatIsOpenWhenItEnds) {
  FakeEngine engine;
  auto proxy = std::make_unique<FaultProxy>("unix://" + engine.path());
  proxy->add({.path = "/slow", .delay = 60s});
  Client client(*proxy);
  client.send("GET /slow HTTP/1.1\r\n\r\n");
  EXPECT_TRUE(eventually("the call began", [&] { return proxy->calls().size() == 1; }));
  proxy.reset();
  EXPECT_EQ(client.to_end(), "");
}

}  // namespace
}  // namespace dksnap::test
