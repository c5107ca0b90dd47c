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
  enum class Then { let_go, keep };
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
      ::send(client.get(), answer.data(), answer.size(), MSG_NOSIGNAL);
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

}  // namespace
}  // namespace dksnap::databases::recipes
