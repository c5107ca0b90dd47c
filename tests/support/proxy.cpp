#include "support/proxy.hpp"

#include <array>
#include <cstring>
#include <mutex>
#include <poll.h>
#include <regex>
#include <sys/socket.h>
#include <sys/un.h>
#include <thread>
#include <utility>

#include "base/error.hpp"
#include "base/fd.hpp"
#include "support/proxy_connection.hpp"
#include "support/temp_dir.hpp"

namespace dksnap::test {
namespace {

constexpr std::string_view kUnix = "unix://";

sockaddr_un address_of(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof address.sun_path) {
    throw Error(ErrorCode::failed, "cannot use the socket " + path, "its path is too long");
  }
  std::memcpy(address.sun_path, path.c_str(), path.size() + 1);
  return address;
}

Fd new_socket() {
  Fd fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (!fd) throw system_error("cannot make a socket");
  return fd;
}

Fd listen_at(const std::string& path) {
  Fd fd = new_socket();
  const sockaddr_un address = address_of(path);
  if (::bind(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
      ::listen(fd.get(), SOMAXCONN) != 0) {
    throw system_error("cannot listen at " + path);
  }
  return fd;
}

Fd connect_to(const std::string& path) {
  Fd fd = new_socket();
  const sockaddr_un address = address_of(path);
  if (::connect(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    throw system_error("cannot connect to " + path);
  }
  return fd;
}

std::string path_of(const std::string& target) {
  static const std::regex kVersion("^/v[0-9.]+(?=/)");
  return std::regex_replace(target.substr(0, target.find('?')), kVersion, "");
}

}  // namespace

class FaultProxy::Impl {
  struct Rule {
    FaultRule rule;
    std::regex path;
    int matched = 0;
  };

 public:
  explicit Impl(std::string engine)
      : engine_(std::move(engine)),
        listener_(listen_at(socket_path())),
        stop_(make_pipe()),
        open_(std::make_shared<Pipe>(make_pipe())) {
    acceptor_ = std::jthread([this] { accept_all(); });
  }

  ~Impl() {
    stop_.write_end.reset();
    acceptor_.join();
    set_down(true);
    connections_.clear();
  }

  std::string socket_path() const { return folder_ / "engine.sock"; }

  void add(FaultRule rule) {
    const std::lock_guard lock(mutex_);
    std::regex path(rule.path);
    rules_.push_back({std::move(rule), std::move(path)});
  }

  void clear_rules() {
    const std::lock_guard lock(mutex_);
    rules_.clear();
  }

  void set_down(bool down) {
    const std::lock_guard lock(mutex_);
    down_ = down;
    if (!down) return;
    // Every connection's thread polls the other end.
    open_->write_end.reset();
    open_ = std::make_shared<Pipe>(make_pipe());
  }

  std::vector<ProxyCall> calls() const {
    const std::lock_guard lock(mutex_);
    return calls_;
  }

  int fired() const {
    const std::lock_guard lock(mutex_);
    return fired_;
  }

 private:
  void accept_all() {
    for (;;) {
      std::array<pollfd, 2> fds{{{listener_.get(), POLLIN, 0}, {stop_.read_end.get(), POLLIN, 0}}};
      if (::poll(fds.data(), fds.size(), -1) < 0) continue;
      if (fds[1].revents != 0) return;
      Fd client(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC));
      if (!client) continue;
      const std::lock_guard lock(mutex_);
      if (down_) continue;
      connections_.emplace_back([this, taken = std::move(client), open = open_]() mutable {
        serve(std::move(taken), open->read_end.get());
      });
    }
  }

  void serve(Fd client, int stop) {
    try {
      ProxyConnection connection(std::move(client), connect_to(engine_), stop,
                                 [this](const HttpHead& head) { return decide(head); });
      connection.serve();
    } catch (const Error&) {
      // No engine, or not HTTP: the caller sees a closed connection, as it would without a proxy.
    }
  }

  Decision decide(const HttpHead& head) {
    const std::lock_guard lock(mutex_);
    calls_.push_back(
        {static_cast<int>(calls_.size()) + 1, head.method, path_of(head.target), head.target});
    Decision decision{calls_.back(), std::nullopt};
    for (auto& [rule, path, matched] : rules_) {
      if (!rule.method.empty() && rule.method != head.method) continue;
      if (!std::regex_search(decision.call.path, path)) continue;
      ++matched;
      if (decision.rule || (rule.nth != 0 && matched != rule.nth)) continue;
      decision.rule = rule;
      ++fired_;
    }
    return decision;
  }

  TempDir folder_;
  std::string engine_;
  Fd listener_;
  Pipe stop_;
  mutable std::mutex mutex_;  // guards the next five
  bool down_ = false;
  std::shared_ptr<Pipe> open_;  // of the connections that are open
  std::vector<Rule> rules_;
  std::vector<ProxyCall> calls_;
  int fired_ = 0;
  std::vector<std::jthread> connections_;  // of the acceptor, until it has ended
  std::jthread acceptor_;
};

FaultProxy::FaultProxy(const std::string& engine)
    : impl_(std::make_unique<Impl>(engine.starts_with(kUnix) ? engine.substr(kUnix.size())
                                                             : engine)) {}
FaultProxy::~FaultProxy() = default;

std::string FaultProxy::host() const {
  return std::string(kUnix) + impl_->socket_path();
}
void FaultProxy::add(FaultRule rule) {
  impl_->add(std::move(rule));
}
void FaultProxy::clear_rules() {
  impl_->clear_rules();
}
void FaultProxy::set_down(bool down) {
  impl_->set_down(down);
}
std::vector<ProxyCall> FaultProxy::calls() const {
  return impl_->calls();
}
int FaultProxy::fired() const {
  return impl_->fired();
}

}  // namespace dksnap::test
