#include "docker/wire/channel_tls.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <cerrno>
#include <cstring>
#include <poll.h>
#include <sys/socket.h>

#include <climits>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include "docker/wire/channel_fd.hpp"

namespace dksnap::docker {
namespace {

struct FreeSsl {
  void operator()(SSL* ssl) const { SSL_free(ssl); }
};
using Ssl = std::unique_ptr<SSL, FreeSsl>;

std::string openssl_reason() {
  const unsigned long code = ERR_peek_last_error();
  ERR_clear_error();
  const char* reason = code == 0 ? nullptr : ERR_reason_error_string(code);
  return reason == nullptr ? "TLS failed" : reason;
}

// OpenSSL's own socket BIO writes with write(2), which can raise SIGPIPE.
BIO_METHOD* quiet_socket_method() {
  static BIO_METHOD* const kMethod = [] {
    BIO_METHOD* method = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "socket");
    BIO_meth_set_write(method, [](BIO* bio, const char* bytes, int size) {
      const int fd = static_cast<int>(reinterpret_cast<std::intptr_t>(BIO_get_data(bio)));
      BIO_clear_retry_flags(bio);
      const ssize_t count = ::send(fd, bytes, static_cast<std::size_t>(size), MSG_NOSIGNAL);
      if (count < 0 && (errno == EAGAIN || errno == EINTR)) BIO_set_retry_write(bio);
      return static_cast<int>(count);
    });
    BIO_meth_set_read(method, [](BIO* bio, char* into, int size) {
      const int fd = static_cast<int>(reinterpret_cast<std::intptr_t>(BIO_get_data(bio)));
      BIO_clear_retry_flags(bio);
      const ssize_t count = ::recv(fd, into, static_cast<std::size_t>(size), 0);
      if (count < 0 && (errno == EAGAIN || errno == EINTR)) BIO_set_retry_read(bio);
      return static_cast<int>(count);
    });
    BIO_meth_set_ctrl(
        method, [](BIO*, int command, long, void*) { return command == BIO_CTRL_FLUSH ? 1L : 0L; });
    return method;
  }();
  return kMethod;
}

class TlsChannel final : public Channel {
 public:
  TlsChannel(std::shared_ptr<const Stopper> stopper, Fd socket, Ssl ssl)
      : Channel(std::move(stopper)), socket_(std::move(socket)), ssl_(std::move(ssl)) {
    make_non_blocking(socket_.get());
    BIO* bio = BIO_new(quiet_socket_method());
    BIO_set_data(bio, reinterpret_cast<void*>(static_cast<std::intptr_t>(socket_.get())));
    BIO_set_init(bio, 1);
    SSL_set_bio(ssl_.get(), bio, bio);
  }

  void handshake(const std::string& host, const Deadline& deadline) {
    for (;;) {
      ERR_clear_error();
      const int done = SSL_connect(ssl_.get());
      if (done == 1) return;
      const int error = SSL_get_error(ssl_.get(), done);
      const bool read = error == SSL_ERROR_WANT_READ;
      if (!read && error != SSL_ERROR_WANT_WRITE) throw refused(host);
      if (!wait({.read = read, .write = !read, .deadline = deadline})) {
        throw Error(ErrorCode::engine_unreachable, "the TLS handshake took too long",
                    host + " did not answer", "does this port speak TLS?");
      }
    }
  }

  std::optional<std::size_t> try_read(std::span<std::byte> into) override {
    std::size_t count = 0;
    ERR_clear_error();
    const int done = SSL_read_ex(ssl_.get(), into.data(), into.size(), &count);
    return result(done, count, read_events_, true);
  }

  std::optional<std::size_t> try_write(std::span<const std::byte> bytes) override {
    std::size_t count = 0;
    ERR_clear_error();
    const int done = SSL_write_ex(ssl_.get(), bytes.data(), bytes.size(), &count);
    return result(done, count, write_events_, false);
  }

  void finish_writing() override { SSL_shutdown(ssl_.get()); }

 protected:
  Poll read_poll() const override { return {socket_.get(), read_events_}; }
  Poll write_poll() const override { return {socket_.get(), write_events_}; }

 private:
  std::optional<std::size_t> result(int done, std::size_t count, short& events, bool reading) {
    events = reading ? POLLIN : POLLOUT;
    if (done == 1) return count;
    switch (SSL_get_error(ssl_.get(), done)) {
      case SSL_ERROR_WANT_READ:
        events = POLLIN;
        return std::nullopt;
      case SSL_ERROR_WANT_WRITE:
        events = POLLOUT;
        return std::nullopt;
      case SSL_ERROR_ZERO_RETURN:
        if (reading) return 0;
        throw broken("the engine ended it");
      case SSL_ERROR_SYSCALL:
        throw broken(errno != 0 ? std::strerror(errno) : "the engine ended it");
      default:
        throw broken(openssl_reason());
    }
  }

  Error refused(const std::string& host) {
    const long verified = SSL_get_verify_result(ssl_.get());
    if (verified == X509_V_OK) {
      return {ErrorCode::engine_unreachable, "no TLS connection with " + host, openssl_reason(),
              "does this port speak TLS, and is our certificate right (DOCKER_CERT_PATH)?"};
    }
    ERR_clear_error();
    const bool name =
        verified == X509_V_ERR_HOSTNAME_MISMATCH || verified == X509_V_ERR_IP_ADDRESS_MISMATCH;
    return {
        ErrorCode::engine_unreachable, "the certificate of " + host + " is not accepted",
        X509_verify_cert_error_string(verified),
        name ? "use the name that the certificate was made for"
             : "name the certificate that signed it: --tlscacert, or ca.pem in DOCKER_CERT_PATH"};
  }

  Fd socket_;
  Ssl ssl_;
  short read_events_ = POLLIN;
  short write_events_ = POLLOUT;
};

[[noreturn]] void unusable(const std::string& path, const char* what) {
  throw Error(ErrorCode::failed, std::string("cannot use the ") + what,
              path + ": " + openssl_reason(),
              "check --tlscacert, --tlscert, --tlskey or the files in DOCKER_CERT_PATH");
}

}  // namespace

struct TlsContext::State {
  struct Free {
    void operator()(SSL_CTX* one) const { SSL_CTX_free(one); }
  };
  std::unique_ptr<SSL_CTX, Free> context;
};

TlsContext::TlsContext(const TlsFiles& files) : state_(std::make_unique<State>()) {
  state_->context.reset(SSL_CTX_new(TLS_client_method()));
  SSL_CTX* context = state_->context.get();
  if (context == nullptr) throw Error(ErrorCode::failed, "cannot start TLS", openssl_reason());
  SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
  SSL_CTX_set_mode(context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  SSL_CTX_set_verify(context, files.verify ? SSL_VERIFY_PEER : SSL_VERIFY_NONE, nullptr);
  if (files.verify && files.ca_cert.empty()) SSL_CTX_set_default_verify_paths(context);
  if (files.verify && !files.ca_cert.empty() &&
      SSL_CTX_load_verify_file(context, files.ca_cert.c_str()) != 1) {
    unusable(files.ca_cert, "certificate authority");
  }
  if (files.cert.empty() != files.key.empty()) {
    throw Error(ErrorCode::failed, "a TLS certificate and its key belong together",
                "only one of them was given: " + files.cert + files.key);
  }
  if (files.cert.empty()) return;
  if (SSL_CTX_use_certificate_chain_file(context, files.cert.c_str()) != 1) {
    unusable(files.cert, "client certificate");
  }
  if (SSL_CTX_use_PrivateKey_file(context, files.key.c_str(), SSL_FILETYPE_PEM) != 1) {
    unusable(files.key, "key of the client certificate");
  }
}

TlsContext::~TlsContext() = default;

std::unique_ptr<Channel> TlsContext::handshake(std::shared_ptr<const Stopper> stopper, Fd socket,
                                               const std::string& host,
                                               const Deadline& deadline) const {
  Ssl ssl(SSL_new(state_->context.get()));
  if (!ssl) throw Error(ErrorCode::failed, "cannot start TLS", openssl_reason());
  in6_addr address;
  const bool numeric = ::inet_pton(AF_INET, host.c_str(), &address) == 1 ||
                       ::inet_pton(AF_INET6, host.c_str(), &address) == 1;
  if (numeric) {
    X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl.get()), host.c_str());
  } else {
    SSL_set_tlsext_host_name(ssl.get(), host.c_str());
    SSL_set1_host(ssl.get(), host.c_str());
  }
  auto channel =
      std::make_unique<TlsChannel>(std::move(stopper), std::move(socket), std::move(ssl));
  channel->handshake(host, deadline);
  return channel;
}

}  // namespace dksnap::docker
