// Connections that are not a plain unix socket: TLS, and ssh.
#include <arpa/inet.h>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <netinet/in.h>
#include <sys/socket.h>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include "base/stream.hpp"
#include "docker/http/fake_engine.hpp"

namespace dksnap::docker {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

class TemporaryDirectory {
 public:
  TemporaryDirectory() {
    char name[] = "/tmp/dksnap-dial-XXXXXX";
    path_ = ::mkdtemp(name);
  }
  ~TemporaryDirectory() { fs::remove_all(path_); }
  const fs::path& path() const { return path_; }

 private:
  fs::path path_;
};

// An engine on 127.0.0.1 whose certificate, signed by itself, is for "localhost" only.
class TlsEngine {
 public:
  TlsEngine() {
    key_ = EVP_RSA_gen(2048);
    certificate_ = X509_new();
    X509_set_version(certificate_, 2);
    ASN1_INTEGER_set(X509_get_serialNumber(certificate_), 1);
    X509_gmtime_adj(X509_getm_notBefore(certificate_), -3600);
    X509_gmtime_adj(X509_getm_notAfter(certificate_), 3600);
    X509_set_pubkey(certificate_, key_);
    X509_NAME* name = X509_get_subject_name(certificate_);
    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC,
                               reinterpret_cast<const unsigned char*>("test"), -1, -1, 0);
    X509_set_issuer_name(certificate_, name);
    X509_EXTENSION* names =
        X509V3_EXT_conf_nid(nullptr, nullptr, NID_subject_alt_name, "DNS:localhost");
    X509_add_ext(certificate_, names, -1);
    X509_EXTENSION_free(names);
    X509_sign(certificate_, key_, EVP_sha256());
    FILE* file = std::fopen(certificate_path().c_str(), "w");
    PEM_write_X509(file, certificate_);
    std::fclose(file);

    context_ = SSL_CTX_new(TLS_server_method());
    SSL_CTX_use_certificate(context_, certificate_);
    SSL_CTX_use_PrivateKey(context_, key_);
    listener_ = Fd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    EXPECT_EQ(::bind(listener_.get(), reinterpret_cast<sockaddr*>(&address), size), 0);
    ::getsockname(listener_.get(), reinterpret_cast<sockaddr*>(&address), &size);
    port_ = std::to_string(ntohs(address.sin_port));
    ::listen(listener_.get(), 8);
    thread_ = std::thread([this] { serve(); });
  }

  ~TlsEngine() {
    ::shutdown(listener_.get(), SHUT_RDWR);
    thread_.join();
    SSL_CTX_free(context_);
    X509_free(certificate_);
    EVP_PKEY_free(key_);
  }

  std::string certificate_path() const { return (directory_.path() / "ca.pem").string(); }
  const std::string& port() const { return port_; }
  Endpoint endpoint(const std::string& host) const {
    Endpoint endpoint;
    endpoint.kind = Endpoint::Kind::tcp;
    endpoint.address = host;
    endpoint.port = port_;
    endpoint.url = "tcp://" + host + ":" + port_;
    endpoint.tls = TlsFiles{certificate_path(), "", "", true};
    return endpoint;
  }

 private:
  void serve() {
    for (;;) {
      const Fd fd(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC));
      if (!fd) return;
      SSL* ssl = SSL_new(context_);
      SSL_set_fd(ssl, fd.get());
      if (SSL_accept(ssl) == 1) answer(ssl);
      SSL_free(ssl);
    }
  }
  static void answer(SSL* ssl) {
    std::string head;
    char byte = 0;
    while (!head.ends_with("\r\n\r\n") && SSL_read(ssl, &byte, 1) == 1) head += byte;
    std::string text = "HTTP/1.1 200 OK\r\nApi-Version: 1.41\r\n";
    if (head.rfind("GET /_ping ", 0) == 0) {
      text += "Content-Length: 2\r\n\r\nOK";
    } else {
      // Without a length: its end is that of TLS.
      text += "Connection: close\r\n\r\n" + std::string(1'000'000, 'x');
    }
    SSL_write(ssl, text.data(), static_cast<int>(text.size()));
    SSL_shutdown(ssl);
  }

  TemporaryDirectory directory_;
  EVP_PKEY* key_ = nullptr;
  X509* certificate_ = nullptr;
  SSL_CTX* context_ = nullptr;
  Fd listener_;
  std::string port_;
  std::thread thread_;
};

TEST(Tls, ACertificateThatIsRight) {
  const TlsEngine fake;
  const auto engine = connect(fake.endpoint("localhost"), {});
  NullSink nothing;
  EXPECT_EQ(copy(*engine->get_archive("x", "/"), nothing), 1'000'000U);
}

TEST(Tls, ACertificateOfAnotherName) {
  const TlsEngine fake;
  const Error error = error_of([&] { connect(fake.endpoint("127.0.0.1"), {}); });
  EXPECT_EQ(error.code(), ErrorCode::engine_unreachable);
  EXPECT_THAT(error.message(), HasSubstr("certificate of 127.0.0.1 is not accepted"));
  EXPECT_THAT(error.hint(), HasSubstr("name"));
}

TEST(Tls, ACertificateOfNobodyKnown) {
  const TlsEngine fake;
  Endpoint endpoint = fake.endpoint("localhost");
  endpoint.tls->ca_cert.clear();
  const Error error = error_of([&] { connect(endpoint, {}); });
  EXPECT_THAT(error.message(), HasSubstr("is not accepted"));
  EXPECT_THAT(error.hint(), HasSubstr("--tlscacert"));
  endpoint.tls->verify = false;
  connect(endpoint, {});
}

TEST(Tls, FilesThatCannotBeUsed) {
  const TlsEngine fake;
  Endpoint endpoint = fake.endpoint("localhost");
  endpoint.tls->cert = fake.certificate_path();
  EXPECT_EQ(error_of([&] { connect(endpoint, {}); }).code(), ErrorCode::failed);
  endpoint.tls->key = fake.certificate_path();
  EXPECT_THAT(error_of([&] { connect(endpoint, {}); }).message(), HasSubstr("key"));
  endpoint.tls = TlsFiles{"/none", "", "", true};
  EXPECT_THAT(error_of([&] { connect(endpoint, {}); }).why(), HasSubstr("/none"));
}

// A program `ssh` at the front of PATH.
class FakeSsh {
 public:
  explicit FakeSsh(const std::string& script) : before_(std::getenv("PATH")) {
    const fs::path program = directory_.path() / "ssh";
    std::ofstream(program) << "#!/bin/sh\necho \"$@\" > " << arguments_path() << "\n" << script;
    fs::permissions(program, fs::perms::owner_all);
    ::setenv("PATH", (directory_.path().string() + ":" + before_).c_str(), 1);
  }
  ~FakeSsh() { ::setenv("PATH", before_.c_str(), 1); }

  std::string arguments() const {
    std::string line;
    std::ifstream file(arguments_path());
    std::getline(file, line);
    return line;
  }
  static Endpoint endpoint(const std::string& url) {
    Endpoint endpoint;
    endpoint.kind = Endpoint::Kind::ssh;
    endpoint.address = endpoint.url = url;
    return endpoint;
  }

 private:
  fs::path arguments_path() const { return directory_.path() / "arguments"; }
  TemporaryDirectory directory_;
  std::string before_;
};

TEST(Ssh, SpeaksThroughAProgram) {
  const FakeSsh ssh(
      "read -r line\n"
      "printf 'HTTP/1.1 200 OK\\r\\nApi-Version: 1.41\\r\\nContent-Length: 2\\r\\n\\r\\n[]'\n"
      "cat > /dev/null\n");
  const auto engine = connect(FakeSsh::endpoint("ssh://me@far:2222/run/d.sock"), {});
  EXPECT_TRUE(engine->list_images({}).empty());
  EXPECT_EQ(ssh.arguments(),
            "-o ConnectTimeout=30 -T -l me -p 2222 -- far docker --host=unix:///run/d.sock system "
            "dial-stdio");
}

TEST(Ssh, ProgramThatEnds) {
  const FakeSsh ssh("exit 255\n");
  const Error error = error_of([] { connect(FakeSsh::endpoint("ssh://far"), {}); });
  EXPECT_EQ(error.code(), ErrorCode::engine_unreachable);
  EXPECT_THAT(error.hint(), HasSubstr("ssh far docker version"));
}

}  // namespace
}  // namespace dksnap::docker
