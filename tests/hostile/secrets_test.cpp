// Secrets of a container that are not where everybody looks for them.
#include <nlohmann/json.hpp>

#include "support/files_image.hpp"
#include "support/postgres_image.hpp"
#include "support/store_lanes.hpp"

namespace dksnap::test {
namespace {

using nlohmann::json;
using ::testing::AllOf;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Not;

const std::string kSecret = "hidden-of-the-test-5120";

class HiddenSecrets : public OnEitherStore {};
DKSNAP_ON_EITHER_STORE(HiddenSecrets);

// Variables of the usual servers and clients, each with the secret in it.
Words variables() {
  Words words;
  for (const std::string& value : {
           "MYSQL_PWD=" + kSecret,
           "DB_PASS=" + kSecret,
           "PGPASS=" + kSecret,
           "NEO4J_AUTH=neo4j/" + kSecret,
           "JDBC=jdbc:postgresql://h/db?user=u&password=" + kSecret,
           "ORA=jdbc:oracle:thin:scott/" + kSecret + "@h:1521/x",
           "LIBPQ=host=h password=" + kSecret,
           "ADO=Server=x;Uid=u;Pwd=" + kSecret + ";",
           "URLS=http://a,amqp://u:" + kSecret + "@b",
           "SSH_ID=-----BEGIN PRIVATE KEY-----\n" + kSecret + "\n-----END PRIVATE KEY-----",
           R"(SETTINGS={"db":{"password":")" + kSecret + "\"}}",
           "HEADERS=Authorization: Bearer " + kSecret,
           "HINT=db.example:5432:*:shop:" + kSecret,
           "GREETING=hello " + kSecret + "!",
       }) {
    words.insert(words.end(), {"-e", value});
  }
  return words;
}

TEST_P(HiddenSecrets, StandNowhereInTheConfigurationOfAnImage) {
  Words options = variables();
  options.insert(options.end(), {"-e", "COLOUR=green", "--label", "note=" + kSecret, "--label",
                                 "team=blue", "--health-cmd", "redis-cli -a " + kSecret + " ping"});
  const std::string source = desk().start("files", options,
                                          {desk().image("files:1"), "serve", "--requirepass",
                                           kSecret, "--url=amqp://u:" + kSecret + "@b"});
  const RunResult result =
      desk().dksnap({"create", source, "--json", "--progress", "plain", "-vv", "--verify"});
  ASSERT_TRUE(succeeded(result));
  EXPECT_THAT(result.out + result.err, Not(HasSubstr(kSecret)));
  EXPECT_THAT(result.err, AllOf(HasSubstr("MYSQL_PWD"), HasSubstr("the argument "),
                                HasSubstr("the health check")));
  const json taken = json::parse(result.out);
  EXPECT_EQ(taken["left_out_env"].size(), variables().size() / 2) << taken["left_out_env"];
  EXPECT_EQ(taken["left_out_config"], json({"health check"}));
  EXPECT_EQ(desk().show(taken["id"])["left_out_args"], taken["left_out_args"]);
  const std::string image = taken["names"][0];
  EXPECT_THAT(desk().docker_out({"image", "inspect", image}), Not(HasSubstr(kSecret)));
  EXPECT_THAT(desk().docker_out({"history", "--no-trunc", image}), Not(HasSubstr(kSecret)));
  const json config = desk().inspect(image)["Config"];
  EXPECT_THAT(config["Env"], Contains("COLOUR=green"));
  EXPECT_THAT(config["Cmd"], Contains("serve"));

  // Nor by the words of the user.
  const RunResult titled = desk().dksnap({"create", source, "-m", "with " + kSecret});
  EXPECT_EQ(titled.status, 2) << titled;
  EXPECT_THAT(titled.err, HasSubstr("secret of the container"));
}

// The first by a proxy that goes by its variables, the second since its file is in no copy.
TEST_P(HiddenSecrets, VariablesThatACopyIsNotToHaveAreLeftOut) {
  const std::string source =
      desk().start("files",
                   {"-e", "VIRTUAL_HOST=shop.example.org", "-e", "COLOUR=green", "-e",
                    "DB_PASSWORD_FILE=/run/secrets/pw", "-e", "CONFIG_FILE=/etc/c"},
                   {desk().image("files:1")});
  const RunResult created = desk().dksnap({"create", source, "--json"});
  ASSERT_TRUE(succeeded(created));
  EXPECT_THAT(created.err, AllOf(HasSubstr("VIRTUAL_HOST"), HasSubstr("DB_PASSWORD_FILE")));
  const json config = desk().inspect(json::parse(created.out)["names"][0])["Config"];
  EXPECT_THAT(config["Env"].dump(),
              AllOf(Not(HasSubstr("VIRTUAL_HOST")), Not(HasSubstr("DB_PASSWORD_FILE")),
                    HasSubstr("COLOUR=green"), HasSubstr("CONFIG_FILE=/etc/c")));
}

TEST_P(HiddenSecrets, ACopyThatLacksItsPasswordIsNotStarted) {
  const std::string source = desk().start(
      "files", {}, {desk().image("files:1"), "serve", "--requirepass", kSecret, "--port", "1"});
  const std::string id = desk().create(source);
  const std::string image = desk().show(id)["names"][0];
  const std::string copy = desk().name("copy");
  const RunResult bare = desk().dksnap({"boot", id, "--name", copy});
  EXPECT_EQ(bare.status, 4) << bare;
  EXPECT_THAT(bare.err, AllOf(HasSubstr("REQUIREPASS"), HasSubstr("-e REQUIREPASS=..."),
                              HasSubstr("--without-secrets")));
  EXPECT_NE(desk().docker({"inspect", copy}).status, 0);
  const RunResult plain = desk().docker({"run", "--name", desk().name("plain"), image});
  EXPECT_NE(plain.status, 0);
  EXPECT_THAT(plain.err, HasSubstr("secrets-were-left-out"));

  RunOptions with_value;
  with_value.env["REQUIREPASS"] = "another one";
  ASSERT_TRUE(
      succeeded(desk().dksnap({"boot", id, "--name", copy, "-e", "REQUIREPASS"}, with_value)));
  const json closed = desk().inspect(copy)["Config"];
  EXPECT_EQ(closed["Cmd"], json({"serve", "--requirepass", "another one", "--port", "1"}));
  EXPECT_EQ(closed["Entrypoint"], json({"/files"}));
  EXPECT_THAT(closed["Env"].dump(), Not(HasSubstr("REQUIREPASS")));

  const json open = desk().inspect(desk().boot(id, {"--without-secrets", "--wait", "0"}))["Config"];
  EXPECT_EQ(open["Cmd"], json({"serve", "--port", "1"}));

  // A container's own arguments are its own.
  ASSERT_TRUE(succeeded(desk().dksnap({"replace", source, "--with", id, "-y", "--wait", "0"})));
  EXPECT_EQ(desk().inspect(source)["Config"]["Cmd"],
            json({"serve", "--requirepass", kSecret, "--port", "1"}));
}

TEST_P(HiddenSecrets, OfTheRootFileSystemAreNamedAndThoseOfTheEngineNotCaptured) {
  const TempDir folder;
  const std::string mounted = folder / "mounted";
  ASSERT_TRUE(succeeded(run({"bash", "-c", "echo \"$1\" >\"$2\"", "bash", kSecret, mounted})));
  const std::string source = desk().start(
      "files", {"-v", mounted + ":/run/secrets/db:ro", "-v", mounted + ":/srv/server.key:ro"},
      {desk().image("files:1")});
  files_batch(desk(), source,
              "mkdir /root\nwrite /root/.pgpass x\nwrite /srv/own.pem x\nwrite /srv/fine x\n");
  const RunResult result = desk().dksnap({"create", source});
  ASSERT_TRUE(succeeded(result));
  EXPECT_THAT(result.err, AllOf(HasSubstr("/root/.pgpass"), HasSubstr("/srv/own.pem")));
  const std::string copy =
      desk().boot(result.out.substr(0, 8), {"--wait", "0", "--without-secrets"});
  EXPECT_NE(desk().docker({"exec", copy, "/files", "cat", "/run/secrets/db"}).status, 0);
  const RunResult key = desk().docker({"exec", copy, "/files", "cat", "/srv/server.key"});
  EXPECT_THAT(key.out, Not(HasSubstr(kSecret)));
  EXPECT_EQ(files(desk(), copy, {"cat", "/srv/own.pem"}), "x");
}

// A key among the data is no data: neither beside a volume, nor in a root file system that is read
// through the source's own view or, when it is stopped, through the engine.
TEST_P(HiddenSecrets, BoundIntoADataDirectoryAreNotCaptured) {
  const TempDir folder;
  ASSERT_TRUE(succeeded(run(
      {"bash", "-c",
       "mkdir \"$2/certs\"; echo \"$1\" | tee \"$2/key\" >\"$2/certs/ca\"; chmod -R a+rX \"$2\"",
       "bash", kSecret, folder.path()})));
  const std::string data = "/var/lib/postgresql/data";
  const std::string volume = desk().name("volume");
  const std::string first = start_postgres(desk(), {"-v", volume + ":" + data});
  psql(desk(), first, "CREATE TABLE kept AS SELECT 42 AS answer");
  ASSERT_TRUE(succeeded(desk().docker({"stop", first})));
  const Words binds{"-v", folder / "key" + ":" + data + "/server.key", "-v",
                    folder / "certs" + ":" + data + "/certs"};
  const auto expect_none = [&](const std::string& source) {
    const json taken = desk().create_json(source);
    std::string named = taken["left_out"].dump();
    EXPECT_THAT(named, AllOf(HasSubstr(data + "/server.key (bind"), HasSubstr(data + "/certs (")));
    const std::string copy = desk().boot(taken["id"]);
    EXPECT_EQ(psql(desk(), copy, "SELECT answer FROM kept"), "42");
    EXPECT_NE(desk().docker({"exec", copy, "grep", "-r", kSecret, data}).status, 0);
    return taken["names"][0].get<std::string>();
  };
  Words options{"-v", volume + ":" + data};
  options.insert(options.end(), binds.begin(), binds.end());
  const std::string beside = start_postgres(desk(), options);
  const std::string image = expect_none(beside);
  const std::string inside = desk().start("inside", binds, {image});
  wait_for_postgres(desk(), inside);
  expect_none(inside);
  ASSERT_TRUE(succeeded(desk().docker({"stop", inside})));
  expect_none(inside);
}

}  // namespace
}  // namespace dksnap::test
