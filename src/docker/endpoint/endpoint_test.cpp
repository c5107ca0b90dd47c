#include "docker/endpoint/endpoint.hpp"

#include <filesystem>
#include <fstream>
#include <map>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/digest.hpp"
#include "base/error.hpp"
#include "docker/endpoint/endpoint_host.hpp"

namespace dksnap::docker {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

class EndpointTest : public testing::Test {
 protected:
  EndpointTest() {
    char name[] = "/tmp/dksnap-endpoint-XXXXXX";
    home_ = ::mkdtemp(name);
  }
  ~EndpointTest() override { fs::remove_all(home_); }

  void write(const fs::path& path, const std::string& text) {
    fs::create_directories(path.parent_path());
    std::ofstream(path) << text;
  }
  fs::path docker() const { return home_ / ".docker"; }
  static std::string id(const std::string& name) { return sha256_digest(name).substr(7); }
  void store(const std::string& name, const std::string& endpoint) {
    write(docker() / "contexts/meta" / id(name) / "meta.json",
          R"({"Name":")" + name + R"(","Endpoints":{"docker":)" + endpoint + "}}");
  }
  Endpoint resolve(const EndpointOptions& options = {}) {
    Surroundings surroundings;
    surroundings.home = home_;
    surroundings.env = [this](const std::string& name) -> std::optional<std::string> {
      const auto found = env_.find(name);
      if (found == env_.end()) return std::nullopt;
      return found->second;
    };
    return resolve_endpoint(options, surroundings);
  }
  Error error(const EndpointOptions& options = {}) {
    try {
      resolve(options);
    } catch (const Error& thrown) {
      return thrown;
    }
    ADD_FAILURE() << "nothing was thrown";
    return {ErrorCode::failed, ""};
  }

  fs::path home_;
  std::map<std::string, std::string> env_;
};

TEST_F(EndpointTest, TheDefault) {
  const Endpoint endpoint = resolve();
  EXPECT_EQ(endpoint.kind, Endpoint::Kind::unix_socket);
  EXPECT_EQ(endpoint.address, "/var/run/docker.sock");
  EXPECT_EQ(endpoint.url, "unix:///var/run/docker.sock");
  EXPECT_EQ(endpoint.rule, "the default");
  EXPECT_FALSE(endpoint.tls);
}

// Everything is given, and taken away from the top.
TEST_F(EndpointTest, TheOrder) {
  for (const char* name : {"flag", "variable", "current"}) {
    store(name, std::string(R"({"Host":"tcp://)") + name + R"(:1"})");
  }
  write(docker() / "config.json", R"({"currentContext":"current"})");
  env_ = {{"DOCKER_HOST", "tcp://host-variable:1"}, {"DOCKER_CONTEXT", "variable"}};

  EndpointOptions both{.host = "tcp://a", .context = "flag"};
  EXPECT_THAT(error(both).message(), HasSubstr("-H and -c"));
  EXPECT_EQ(resolve({.host = "tcp://host-flag:1"}).address, "host-flag");
  EXPECT_EQ(resolve({.host = "tcp://host-flag:1"}).rule, "-H");
  EXPECT_EQ(resolve({.context = "flag"}).address, "flag");
  EXPECT_EQ(resolve().address, "host-variable");
  EXPECT_EQ(resolve().rule, "DOCKER_HOST");
  env_.erase("DOCKER_HOST");
  EXPECT_EQ(resolve().address, "variable");
  EXPECT_EQ(resolve().rule, "DOCKER_CONTEXT");
  env_["DOCKER_CONTEXT"] = "";
  EXPECT_EQ(resolve().address, "current");
  EXPECT_EQ(resolve().rule, "currentContext in " + (docker() / "config.json").string());
  write(docker() / "config.json", "{}");
  EXPECT_EQ(resolve().rule, "the default");
}

TEST_F(EndpointTest, TheContextCalledDefaultIsNotStored) {
  write(docker() / "config.json", R"({"currentContext":"default"})");
  EXPECT_EQ(resolve().address, "/var/run/docker.sock");
  env_["DOCKER_HOST"] = "tcp://variable:1";
  EXPECT_EQ(resolve({.context = "default"}).address, "variable");
}

TEST_F(EndpointTest, AnotherConfigurationDirectory) {
  env_["DOCKER_CONFIG"] = (home_ / "other").string();
  write(home_ / "other/config.json", R"({"currentContext":"far"})");
  write(home_ / "other/contexts/meta" / id("far") / "meta.json",
        R"({"Endpoints":{"docker":{"Host":"ssh://me@far"}}})");
  EXPECT_EQ(resolve().kind, Endpoint::Kind::ssh);
  EXPECT_EQ(resolve().address, "ssh://me@far");
}

TEST_F(EndpointTest, CertificatesOfAContext) {
  store("secure", R"({"Host":"tcp://secure:2376","SkipTLSVerify":false})");
  EXPECT_FALSE(resolve({.context = "secure"}).tls);
  const fs::path files = docker() / "contexts/tls" / id("secure") / "docker";
  for (const char* name : {"ca.pem", "cert.pem", "key.pem"}) write(files / name, "x");
  const Endpoint endpoint = resolve({.context = "secure"});
  ASSERT_TRUE(endpoint.tls);
  EXPECT_EQ(endpoint.tls->ca_cert, (files / "ca.pem").string());
  EXPECT_EQ(endpoint.tls->cert, (files / "cert.pem").string());
  EXPECT_EQ(endpoint.tls->key, (files / "key.pem").string());
  EXPECT_TRUE(endpoint.tls->verify);
  store("careless", R"({"Host":"tcp://careless","SkipTLSVerify":true})");
  ASSERT_TRUE(resolve({.context = "careless"}).tls);
  EXPECT_FALSE(resolve({.context = "careless"}).tls->verify);
  EXPECT_EQ(resolve({.context = "careless"}).port, "2376");
}

TEST_F(EndpointTest, CertificatesOfTheEnvironmentAndFlags) {
  env_ = {{"DOCKER_HOST", "tcp://host"},
          {"DOCKER_TLS_VERIFY", "1"},
          {"DOCKER_CERT_PATH", (home_ / "certs").string()}};
  EXPECT_THAT(error().why(), HasSubstr("DOCKER_CERT_PATH"));
  write(home_ / "certs/ca.pem", "x");
  Endpoint endpoint = resolve();
  ASSERT_TRUE(endpoint.tls);
  EXPECT_TRUE(endpoint.tls->verify);
  EXPECT_EQ(endpoint.tls->ca_cert, (home_ / "certs/ca.pem").string());
  EXPECT_EQ(endpoint.tls->cert, "");
  EXPECT_EQ(endpoint.port, "2376");
  // TLS is for TCP only.
  EXPECT_FALSE(resolve({.host = "unix:///x"}).tls);

  env_ = {};
  endpoint = resolve({.host = "tcp://host", .tls = true});
  ASSERT_TRUE(endpoint.tls);
  EXPECT_FALSE(endpoint.tls->verify);
  EXPECT_THAT(error({.host = "tcp://host", .tls_verify = true, .tls_ca_cert = "/none"}).message(),
              HasSubstr("--tlscacert"));
  // As the docker CLI: TLS without an address is TCP on this machine.
  EXPECT_EQ(resolve({.tls = true}).url, "tcp://localhost:2376");
}

TEST_F(EndpointTest, BadValuesNameTheirOrigin) {
  env_["DOCKER_HOST"] = "ftp://x";
  EXPECT_THAT(error().why(), HasSubstr("DOCKER_HOST"));
  EXPECT_FALSE(error().hint().empty());
  EXPECT_THAT(error({.host = "fd://"}).why(), HasSubstr("-H"));
  EXPECT_THAT(error({.host = "npipe:////./pipe/docker_engine"}).why(), HasSubstr("Windows"));
  env_ = {{"DOCKER_CONTEXT", "gone"}};
  EXPECT_THAT(error().why(), HasSubstr("DOCKER_CONTEXT"));
  env_ = {};
  store("bad", R"({"Host":"tcp://x:port"})");
  EXPECT_THAT(error({.context = "bad"}).why(), HasSubstr("meta.json"));
  write(docker() / "config.json", "{");
  EXPECT_THAT(error().message(), HasSubstr("config.json"));
  EXPECT_EQ(resolve({.host = "tcp://x"}).address, "x");  // what is not used is not read
}

TEST_F(EndpointTest, VersionVariable) {
  env_["DOCKER_API_VERSION"] = "1.43";
  EXPECT_EQ(resolve().api_version, "1.43");
}

TEST(Host, EverySyntax) {
  struct Case {
    const char* value;
    Endpoint::Kind kind;
    const char* address;
    const char* port;
  };
  constexpr auto kUnix = Endpoint::Kind::unix_socket;
  constexpr auto kTcp = Endpoint::Kind::tcp;
  for (const Case& one :
       {Case{"unix:///run/x.sock", kUnix, "/run/x.sock", ""},
        Case{"unix://", kUnix, "/var/run/docker.sock", ""},
        Case{"unix://relative", kUnix, "relative", ""},
        Case{"/run/x.sock", kUnix, "/run/x.sock", ""}, Case{"tcp://", kTcp, "localhost", "2375"},
        Case{"tcp://host", kTcp, "host", "2375"}, Case{"tcp://:5555", kTcp, "localhost", "5555"},
        Case{"tcp://host:1/", kTcp, "host", "1"}, Case{"host:2", kTcp, "host", "2"},
        Case{"host", kTcp, "host", "2375"}, Case{" tcp://host:3 ", kTcp, "host", "3"},
        Case{"http://host:4", kTcp, "host", "4"}, Case{"https://host", kTcp, "host", "2376"},
        Case{"tcp://[::1]:5", kTcp, "::1", "5"},
        Case{"tcp://[fe80::1]", kTcp, "fe80::1", "2375"}}) {
    const Endpoint endpoint = parse_host(one.value, "-H", false);
    EXPECT_EQ(endpoint.kind, one.kind) << one.value;
    EXPECT_EQ(endpoint.address, one.address) << one.value;
    EXPECT_EQ(endpoint.port, one.port) << one.value;
  }
  EXPECT_EQ(parse_host("tcp://host", "-H", true).port, "2376");
  EXPECT_EQ(parse_host("tcp://host:1/engine/", "-H", false).base_path, "/engine");
  for (const char* bad : {"tcp://a:b:c", "tcp://host:0", "tcp://host:65536", "tcp://host:x",
                          "tcp://[::1", "tcp://u@host", "tcp://tcp://x", "x://y", "ssh://",
                          "ssh://u:secret@host", "ssh://host?x", "ssh://host:x"}) {
    EXPECT_THROW(parse_host(bad, "-H", false), Error) << bad;
  }
}

TEST(Host, SshParts) {
  const SshTarget target = parse_ssh_url("ssh://me@host:22/run/x.sock", "-H");
  EXPECT_EQ(target.user, "me");
  EXPECT_EQ(target.host, "host");
  EXPECT_EQ(target.port, "22");
  EXPECT_EQ(target.socket, "/run/x.sock");
  EXPECT_EQ(parse_ssh_url("ssh://host/", "-H").socket, "");
}

}  // namespace
}  // namespace dksnap::docker
