#include "docker/wire/dial.hpp"

#include <array>
#include <cerrno>
#include <cstring>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "base/text.hpp"
#include "docker/endpoint/endpoint_host.hpp"
#include "docker/wire/channel_fd.hpp"

namespace dksnap::docker {
namespace {

using Clock = std::chrono::steady_clock;

// A machine that does not answer is told from a slow one after this. ssh has its own limit, which
// leaves time to type a pass phrase.
constexpr std::chrono::seconds kConnectLimit(10);

Error cannot_reach(const Endpoint& endpoint, std::string why, std::string hint) {
  return {ErrorCode::engine_unreachable,
          "cannot reach the Docker engine at " + printable(endpoint.url), std::move(why),
          std::move(hint)};
}

std::string how_chosen(const Endpoint& endpoint) {
  return endpoint.rule.empty() || endpoint.rule == "the default"
             ? "name another engine with -H, -c or DOCKER_HOST"
             : "this address was chosen by " + endpoint.rule;
}

Error socket_error(const Endpoint& endpoint, int error) {
  switch (error) {
    case ENOENT:
      return cannot_reach(endpoint, "there is no such socket",
                          "is Docker running? Start it; " + how_chosen(endpoint));
    case EACCES:
    case EPERM:
      return cannot_reach(endpoint, "permission denied",
                          "add yourself to the docker group (sudo usermod -aG docker $USER) and "
                          "log in again, or run this as root");
    case ECONNREFUSED:
      return cannot_reach(endpoint, "nothing listens there",
                          "is Docker running? Start it; " + how_chosen(endpoint));
    case ETIMEDOUT:
      return cannot_reach(endpoint, "no answer within 10 seconds",
                          "is the machine up, and no firewall between? " + how_chosen(endpoint));
    default:
      return cannot_reach(endpoint, std::strerror(error), how_chosen(endpoint));
  }
}

// Waits for a connect that is under way; 0 or its errno.
int finish_connect(int fd, const Stopper& stopper, Clock::time_point deadline) {
  for (;;) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now());
    if (left.count() <= 0) return ETIMEDOUT;
    std::array<pollfd, 2> entries{{{fd, POLLOUT, 0}, {stopper.fd(), POLLIN, 0}}};
    const int ready = ::poll(entries.data(), entries.size(), static_cast<int>(left.count()));
    if (ready < 0 && errno != EINTR) return errno;
    stopper.check();
    if (ready > 0 && entries[0].revents != 0) break;
  }
  int error = 0;
  socklen_t size = sizeof error;
  ::getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size);
  return error;
}

struct FreeAddresses {
  void operator()(addrinfo* list) const { ::freeaddrinfo(list); }
};

}  // namespace

Dialer::Dialer(Endpoint endpoint, std::stop_token stop)
    : endpoint_(std::move(endpoint)), stopper_(std::make_shared<Stopper>(std::move(stop))) {
  if (endpoint_.tls && endpoint_.kind == Endpoint::Kind::tcp) {
    tls_ = std::make_unique<TlsContext>(*endpoint_.tls);
  }
}

std::string Dialer::host_header() const {
  if (endpoint_.kind != Endpoint::Kind::tcp) return "docker";
  const bool v6 = endpoint_.address.find(':') != std::string::npos;
  return (v6 ? "[" + endpoint_.address + "]" : endpoint_.address) + ":" + endpoint_.port;
}

std::unique_ptr<Channel> Dialer::dial() const {
  stopper_->check();
  switch (endpoint_.kind) {
    case Endpoint::Kind::unix_socket:
      return dial_unix();
    case Endpoint::Kind::tcp:
      return dial_tcp();
    case Endpoint::Kind::ssh:
      break;
  }
  return dial_ssh();
}

std::unique_ptr<Channel> Dialer::dial_unix() const {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (endpoint_.address.size() >= sizeof address.sun_path) {
    throw cannot_reach(endpoint_, "the path of a socket has at most 107 characters",
                       how_chosen(endpoint_));
  }
  std::memcpy(address.sun_path, endpoint_.address.data(), endpoint_.address.size());
  Fd fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!fd) throw system_error("cannot make a socket");
  const auto deadline = Clock::now() + kConnectLimit;
  while (::connect(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    if (errno == EINTR) continue;
    if (errno != EAGAIN) throw socket_error(endpoint_, errno);
    // The engine's queue is full. poll(2) cannot wait for that (unix(7)): try again shortly.
    if (Clock::now() > deadline) throw socket_error(endpoint_, ETIMEDOUT);
    pollfd stop{stopper_->fd(), POLLIN, 0};
    ::poll(&stop, 1, 10);
    stopper_->check();
  }
  return std::make_unique<SocketChannel>(stopper_, std::move(fd));
}

std::unique_ptr<Channel> Dialer::dial_tcp() const {
  addrinfo wanted{};
  wanted.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  const int failed =
      ::getaddrinfo(endpoint_.address.c_str(), endpoint_.port.c_str(), &wanted, &found);
  if (failed != 0) {
    throw cannot_reach(endpoint_,
                       "the host's name was not found: " + std::string(gai_strerror(failed)),
                       how_chosen(endpoint_));
  }
  const std::unique_ptr<addrinfo, FreeAddresses> addresses(found);
  const auto deadline = Clock::now() + kConnectLimit;
  int error = 0;
  for (const addrinfo* one = found; one != nullptr; one = one->ai_next) {
    Fd fd(::socket(one->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    if (!fd) {
      error = errno;
      continue;
    }
    error = ::connect(fd.get(), one->ai_addr, one->ai_addrlen) == 0 ? 0 : errno;
    if (error == EINPROGRESS) error = finish_connect(fd.get(), *stopper_, deadline);
    if (error != 0) continue;
    const int on = 1;
    ::setsockopt(fd.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    ::setsockopt(fd.get(), SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on);
    if (!tls_) return std::make_unique<SocketChannel>(stopper_, std::move(fd));
    return tls_->handshake(stopper_, std::move(fd), endpoint_.address, deadline);
  }
  throw socket_error(endpoint_, error);
}

// The command line of the docker CLI (docker/cli: cli/connhelper).
std::unique_ptr<Channel> Dialer::dial_ssh() const {
  const SshTarget target = parse_ssh_url(endpoint_.address, endpoint_.rule);
  std::vector<std::string> argv = {"ssh", "-o", "ConnectTimeout=30", "-T"};
  if (!target.user.empty()) argv.insert(argv.end(), {"-l", target.user});
  if (!target.port.empty()) argv.insert(argv.end(), {"-p", target.port});
  argv.insert(argv.end(), {"--", target.host, "docker"});
  // ssh hands the words to a shell on the other side.
  if (!target.socket.empty()) argv.push_back(shell_quote("--host=unix://" + target.socket));
  argv.insert(argv.end(), {"system", "dial-stdio"});
  try {
    auto channel = std::make_unique<ProgramChannel>(stopper_, std::make_unique<ChildProcess>(argv));
    channel->set_hint("check that `ssh " + target.host +
                      " docker version` works without a question");
    return channel;
  } catch (const Error& error) {
    throw cannot_reach(endpoint_, error.what(), "is ssh installed?");
  }
}

}  // namespace dksnap::docker
