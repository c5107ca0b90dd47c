// What must not travel with an image does not.
#include <nlohmann/json.hpp>

#include "base/text.hpp"
#include "support/files_image.hpp"
#include "support/postgres_image.hpp"
#include "support/store_lanes.hpp"

namespace dksnap::test {
namespace {

using nlohmann::json;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr const char* kSecret = "s3cr3t-of-the-test-7261";

class Secrets : public OnEitherStore {
 protected:
  static Words variables() {
    return {"-e", std::string("POSTGRES_PASSWORD=") + kSecret,
            "-e", std::string("API_TOKEN=") + kSecret,
            "-e", std::string("UPSTREAM=http://user:") + kSecret + "@example.org/",
            "-e", "COLOUR=green"};
  }
};
DKSNAP_ON_EITHER_STORE(Secrets);

TEST_P(Secrets, VariablesThatLookLikeSecretsAreNamedNotKept) {
  const std::string source = desk().start("files", variables(), {desk().image("files:1")});
  const RunResult result = desk().dksnap({"create", source, "--json", "--verbose"});
  ASSERT_TRUE(succeeded(result));
  EXPECT_THAT(result.out + result.err, Not(HasSubstr(kSecret)));
  const json taken = json::parse(result.out);
  EXPECT_THAT(taken["left_out_env"],
              ::testing::UnorderedElementsAre("POSTGRES_PASSWORD", "API_TOKEN", "UPSTREAM"));
  EXPECT_EQ(desk().show(taken["id"])["left_out_env"], taken["left_out_env"]);
  const std::string image = taken["names"][0];
  EXPECT_THAT(desk().inspect(image)["Config"]["Env"], Contains("COLOUR=green"));
  EXPECT_THAT(desk().docker_out({"image", "inspect", image}), Not(HasSubstr(kSecret)));
  EXPECT_THAT(desk().docker_out({"history", "--no-trunc", image}), Not(HasSubstr(kSecret)));
}

// All bytes of the image, unpacked; also what only the scratch needed must not be in it.
TEST_P(Secrets, NoLayerHoldsThem) {
  const std::string source = desk().start("files", variables(), {desk().image("files:1")});
  const std::string image = desk().show(desk().create(source))["names"][0];
  const std::string folder = desk().home() / "saved";
  const RunResult searched =
      run({"bash", "-c",
           "set -e; mkdir -p \"$1\"; cd \"$1\"; docker save \"$2\" | tar -x;"
           "for blob in $(find . -type f); do"
           "  case $(head -c4 $blob | od -An -tx1 | tr -d ' ') in"
           "    28b52ffd) zstd -dcq $blob >blob.out; mv blob.out $blob;;"
           "    1f8b*) gzip -dc $blob >blob.out; mv blob.out $blob;;"
           "  esac;"
           "done;"
           "echo names: $(for blob in $(find . -type f); do tar -tf $blob 2>/dev/null; done"
           "  | grep '^\\.dksnap' | sort -u);"
           "echo hits: $(grep -rlaF \"$3\" . | wc -l)",
           "bash", folder, image, kSecret},
          {.env = {{"DOCKER_HOST", desk().host()}}});
  ASSERT_TRUE(succeeded(searched));
  EXPECT_THAT(searched.out, HasSubstr("hits: 0\n"));
  EXPECT_THAT(searched.out, HasSubstr("names: .dksnap/ .dksnap/manifest\n"));
}

TEST_P(Secrets, KeepEnvKeepsOne) {
  const std::string source = desk().start("files", variables(), {desk().image("files:1")});
  const json taken = desk().create_json(source, {"--keep-env", "API_TOKEN"});
  EXPECT_THAT(taken["left_out_env"],
              ::testing::UnorderedElementsAre("POSTGRES_PASSWORD", "UPSTREAM"));
  EXPECT_THAT(desk().inspect(taken["names"][0])["Config"]["Env"],
              Contains(std::string("API_TOKEN=") + kSecret));
}

TEST_P(Secrets, ADatabaseBootsWithoutItsPassword) {
  const std::string source =
      desk().start("db",
                   {"-e", std::string("POSTGRES_PASSWORD=") + kSecret, "-e", "POSTGRES_USER=shop",
                    "-e", "POSTGRES_INITDB_ARGS=--no-sync"},
                   {desk().image("postgres:15")});
  wait_for_postgres(desk(), source, "shop");
  const RunResult booted =
      desk().dksnap({"boot", desk().create(source), "--name", desk().name("copy"), "--json"});
  ASSERT_TRUE(succeeded(booted));
  const json copy = json::parse(booted.out);
  EXPECT_THAT(copy["connection"].get<std::string>(),
              ::testing::MatchesRegex("postgresql://shop@127.0.0.1:[0-9]+/shop"));
  // Still asked for from outside: a copy is no more open than its source.
  const std::string container = copy["container"];
  const json networks = desk().inspect(container)["NetworkSettings"]["Networks"];
  const std::string address = networks.begin().value()["IPAddress"];
  const RunResult logged_on = desk().docker(
      {"exec", container, "psql", "-h", address, "-U", "shop", "-w", "-c", "SELECT 1"});
  EXPECT_NE(logged_on.status, 0);
  EXPECT_TRUE(
      succeeded(desk().docker({"exec", "-e", std::string("PGPASSWORD=") + kSecret, container,
                               "psql", "-h", address, "-U", "shop", "-w", "-c", "SELECT 1"})));
}

// Proxies and watchers go by them.
TEST_P(Secrets, TheContainersLabelsStayBehindAndItsImagesDoNot) {
  const std::string image = desk().image("files:1");
  const std::string source =
      desk().start("files",
                   {"--label", "com.docker.compose.project=shop", "--label", "traefik.enable=true",
                    "--label", "token=" + std::string(kSecret)},
                   {image});
  const json taken = desk().create_json(source);
  const json config = desk().inspect(taken["names"][0])["Config"];
  json labels = json::object();
  for (const auto& [name, value] : config["Labels"].items()) {
    if (!name.starts_with("dksnap.")) labels[name] = value;
  }
  const json of_image = desk().inspect(image)["Config"]["Labels"];
  EXPECT_EQ(labels, of_image.is_null() ? json::object() : of_image);
  ASSERT_EQ(taken["left_out"].size(), 1U) << taken["left_out"];
  EXPECT_EQ(taken["left_out"][0]["what"], "the container's labels token, traefik.enable");
  // Its own are its own.
  ASSERT_TRUE(succeeded(desk().dksnap({"replace", source, "--with", taken["id"], "-y"})));
  EXPECT_EQ(desk().inspect(source)["Config"]["Labels"]["traefik.enable"], "true");
  ASSERT_TRUE(succeeded(desk().dksnap({"undo", "-y"})));
  EXPECT_EQ(desk().inspect(source)["Config"]["Labels"]["traefik.enable"], "true");
}

}  // namespace
}  // namespace dksnap::test
