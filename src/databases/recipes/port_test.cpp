#include "databases/recipes/port.hpp"

#include <netinet/in.h>
#include <sys/socket.h>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/fd.hpp"

namespace dksnap::databases::recipes {
namespace {

// Takes one connection, and says something or lets go of it.
class OneAnswer {
 public:
  enum class Then { let_go, keep, drip };
  explicit OneAnswer(std::string answer, Then then = Then::let_go)
      : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in where{};
    where.sin_family = AF_INET;
    where.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof where;
    auto* any = reinterpret_cast<sockaddr*>(&where);
    EXPECT_EQ(::bind(socket_.get(), any, size), 0);
    EXPECT_EQ(::listen(socket_.get(), 1), 0);
    EXPECT_EQ(::getsockname(socket_.get(), any, &size), 0);
    port_ = ntohs(where.sin_port);
    server_ = std::jthread([this, answer = std::move(answer), then] {
      const Fd client(::accept(socket_.get(), nullptr, nullptr));
      const std::size_t step = then == Then::drip ? 1 : answer.size();
      for (std::size_t at = 0; at < answer.size(); at += step) {
        if (::send(client.get(), answer.data() + at, step, MSG_NOSIGNAL) < 0) return;
        if (then == Then::drip) std::this_thread::sleep_for(std::chrono::milliseconds(250));
      }
      char letter = 0;
      if (then == Then::keep) ::recv(client.get(), &letter, 1, 0);
      // What it was asked is read, or closing would throw away what was said.
      while (!answer.empty() && ::recv(client.get(), &letter, 1, MSG_DONTWAIT) == 1)
        asked_ += letter;
    });
  }
  Address address() const { return {"127.0.0.1", port_}; }

 private:
  Fd socket_;
  std::uint16_t port_ = 0;
  std::string asked_;
  std::jthread server_;
};

Address nobody() {
  const OneAnswer gone("");
  const Address address = gone.address();
  no_connection(address);
  return address;
}

TEST(Port, WhoKeepsAConnectionServes) {
  EXPECT_EQ(no_connection(OneAnswer("", OneAnswer::Then::keep).address()), std::nullopt);
  EXPECT_EQ(no_connection(OneAnswer("AMQP\n", OneAnswer::Then::keep).address()), std::nullopt);
}

TEST(Port, WhoLetsGoOfItDoesNot) {
  EXPECT_NE(no_connection(OneAnswer("").address()), std::nullopt);
  EXPECT_NE(no_connection(nobody()), std::nullopt);
}

std::optional<std::string> asked(const std::string& answer) {
  const OneAnswer server(answer);
  return no_http_answer(server.address(), "/health");
}

TEST(Port, AnHttpAnswerIsOneUnlessTheServerFails) {
  EXPECT_EQ(asked("HTTP/1.1 204 No Content\r\n\r\n"), std::nullopt);
  EXPECT_EQ(asked("HTTP/1.0 401 Unauthorized\r\n\r\n"), std::nullopt);
  EXPECT_EQ(asked("HTTP/1.1 503 Service Unavailable\r\n\r\n"), "/health is answered with 503");
  EXPECT_NE(asked("SSH-2.0-x\r\n"), std::nullopt);
  EXPECT_NE(asked("HTTP/1.1 xyz\r\n"), std::nullopt);
  EXPECT_NE(asked(""), std::nullopt);
  EXPECT_NE(no_http_answer(nobody(), "/"), std::nullopt);
}

// A letter a quarter of a second, for ten seconds.
TEST(Port, AnAnswerThatDripsIsNotWaitedForLongerThanOneThatDoesNotCome) {
  OneAnswer server("HTTP/1.1 200 " + std::string(40, 'x'), OneAnswer::Then::drip);
  const auto begin = std::chrono::steady_clock::now();
  no_http_answer(server.address(), "/health");
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(4));
}

}  // namespace
}  // namespace dksnap::databases::recipes
