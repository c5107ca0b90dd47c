#include "support/proxy_connection.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <poll.h>
#include <sys/socket.h>
#include <utility>

#include <fmt/format.h>

namespace dksnap::test {
namespace {

constexpr std::size_t kBuffer = 64 * 1024;

bool hung_up(const pollfd& entry) {
  return (entry.revents & (POLLHUP | POLLERR)) != 0;
}

}  // namespace

void ProxyConnection::serve() {
  while (!cut_ && wait_and_move()) {
  }
}

// One round. Never writes where it could block: with both directions full, that would be for good.
bool ProxyConnection::wait_and_move() {
  const auto events = [](const Flow& in, const Flow& out) {
    return static_cast<short>((in.pending.empty() && !in.ended ? POLLIN : 0) |
                              (out.pending.empty() ? 0 : POLLOUT));
  };
  std::array<pollfd, 3> fds{{{client_.get(), events(up_, down_), 0},
                             {engine_.get(), events(down_, up_), 0},
                             {stop_, POLLIN, 0}}};
  if (::poll(fds.data(), fds.size(), -1) < 0) return errno == EINTR;
  if (fds[2].revents != 0) return false;

  // A side that hung up is read to its end, which is no more than its socket's buffer.
  if (client_ && (hung_up(fds[0]) || (fds[0].revents & POLLIN) != 0)) {
    do {
      receive(client_, up_, &ProxyConnection::take_client);
    } while (hung_up(fds[0]) && !up_.ended && !cut_);
    if (hung_up(fds[0])) client_.reset();
  }
  if (engine_ && !cut_ && (hung_up(fds[1]) || (fds[1].revents & POLLIN) != 0)) {
    do {
      receive(engine_, down_, &ProxyConnection::take_engine);
    } while (hung_up(fds[1]) && !down_.ended && !cut_);
    if (hung_up(fds[1])) engine_.reset();
  }
  if (cut_) return false;
  send(engine_, up_);
  send(client_, down_);
  if (cut_after_flush_ && down_.pending.empty()) return false;
  // One side is gone: what it sent is still delivered, what it would get is not.
  if (!client_ && !client_cut_) return !up_.pending.empty() && engine_;
  if (!engine_) return !down_.pending.empty() && client_;
  return !(up_.shut && down_.shut);
}

void ProxyConnection::receive(Fd& from, Flow& flow,
                              void (ProxyConnection::*take)(std::string_view)) {
  std::array<char, kBuffer> buffer;
  const ssize_t count = ::recv(from.get(), buffer.data(), buffer.size(), MSG_DONTWAIT);
  if (count < 0 && (errno == EINTR || errno == EAGAIN)) return;
  if (count <= 0) {
    flow.ended = true;
    return;
  }
  (this->*take)(std::string_view(buffer.data(), static_cast<std::size_t>(count)));
}

void ProxyConnection::send(Fd& to, Flow& flow) {
  if (!to) {
    flow.pending.clear();
    return;
  }
  while (!flow.pending.empty()) {
    const ssize_t count =
        ::send(to.get(), flow.pending.data(), flow.pending.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0 && errno == EAGAIN) return;
    if (count < 0) {
      flow.pending.clear();  // poll will report the hang-up
      return;
    }
    flow.pending.erase(0, static_cast<std::size_t>(count));
  }
  if (flow.ended && !flow.shut && !client_cut_) {
    ::shutdown(to.get(), SHUT_WR);
    flow.shut = true;
  }
}

void ProxyConnection::take_client(std::string_view bytes) {
  while (!cut_ && !client_cut_) {
    if (upgrade_asked_) {
      held_ += bytes;
      return;
    }
    const HttpFraming::Step step = requests_.feed(bytes);
    const bool swallowed = rule_ && rule_->fault == Fault::answer;
    if (step.is_body && !swallowed) up_.pending += bytes.substr(0, step.used);
    bytes.remove_prefix(step.used);
    if (step.event == HttpEvent::none) return;
    if (step.event == HttpEvent::head) {
      begin_request();
    } else {
      end_request();
    }
  }
}

void ProxyConnection::begin_request() {
  const HttpHead& head = requests_.head();
  const Decision decision = decide_(head);
  rule_ = decision.rule;
  method_ = head.method;
  body_sent_ = 0;
  if (rule_) {
    if (!delayed(rule_->delay)) return cut();
    if (rule_->on_call) rule_->on_call(decision.call);
    if (rule_->fault == Fault::cut_before) return cut();
    if (rule_->fault == Fault::answer) return;
  }
  up_.pending += head.text;
}

void ProxyConnection::end_request() {
  if (rule_ && rule_->fault == Fault::answer) {
    down_.pending += fmt::format(
        "HTTP/1.1 {} Fault\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{}",
        rule_->status, rule_->body.size(), method_ == "HEAD" ? "" : rule_->body);
    rule_.reset();
    return;
  }
  upgrade_asked_ = requests_.head().upgrade;
  if (!rule_ || rule_->fault != Fault::cut_after_request) return;
  // The engine's side stays open until it has answered: it would take a broken connection for a
  // reason to stop. A stream would never end by itself.
  client_cut_ = true;
  client_.reset();
  if (upgrade_asked_) cut_after_flush_ = true;
}

void ProxyConnection::take_engine(std::string_view bytes) {
  while (!cut_ && !cut_after_flush_) {
    const HttpFraming::Step step = responses_.feed(bytes);
    if (step.is_body) pass_response_body(bytes.substr(0, step.used));
    bytes.remove_prefix(step.used);
    if (step.event == HttpEvent::none) return;
    if (step.event == HttpEvent::head) {
      begin_response();
      continue;
    }
    if (responses_.head().status == 100) continue;  // the answer proper follows
    if (client_cut_) return cut();
    if (rule_ && rule_->fault == Fault::cut_in_response) cut_after_flush_ = true;
    rule_.reset();
  }
}

void ProxyConnection::begin_response() {
  const HttpHead& head = responses_.head();
  down_.pending += head.text;
  if (head.status == 100) return;
  if (method_ == "HEAD") responses_.no_body();
  if (upgrade_asked_) {
    // Engines before 1.24 of the API, and some proxies, upgrade with a plain 200.
    const bool upgraded = head.status == 101 || (head.status == 200 && responses_.until_close());
    upgrade_asked_ = false;
    if (upgraded) {
      responses_.raw();
      requests_.raw();
    }
    const std::string held = std::exchange(held_, {});
    take_client(held);
  }
  pass_response_body({});
}

void ProxyConnection::pass_response_body(std::string_view bytes) {
  if (rule_ && rule_->fault == Fault::cut_in_response) {
    const std::uint64_t left = rule_->bytes - body_sent_;
    if (bytes.size() >= left) {
      bytes = bytes.substr(0, static_cast<std::size_t>(left));
      cut_after_flush_ = true;
    }
  }
  body_sent_ += bytes.size();
  down_.pending += bytes;
}

// Waits, unless the proxy ends meanwhile.
bool ProxyConnection::delayed(std::chrono::milliseconds delay) const {
  if (delay.count() == 0) return true;
  pollfd stop{stop_, POLLIN, 0};
  return ::poll(&stop, 1, static_cast<int>(delay.count())) == 0;
}

}  // namespace dksnap::test
