#include "recipe_field.hpp"

namespace dksnap::test {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;
using ::testing::MatchesRegex;

class RabbitmqField : public RecipeField {
 protected:
  std::string hostname(const std::string& container) {
    return desk().docker_out({"exec", container, "hostname"});
  }
  // There, and back; the queue that came after the snapshot is lost on the way.
  void go_through(const std::string& source) {
    const std::string host = hostname(source);
    put_message(desk(), source, "orders");
    const json taken = snapshot(source);
    EXPECT_EQ(taken["kind"], "rabbitmq");
    EXPECT_EQ(taken["server_version"], "3.10.8");
    put_message(desk(), source, "later");
    const json copy = boot(taken);
    EXPECT_THAT(copy["connection"].get<std::string>(), MatchesRegex("amqp://127.0.0.1:[0-9]+"));
    EXPECT_EQ(hostname(copy["container"]), host);
    EXPECT_EQ(queues(desk(), copy["container"]), "orders\ttrue\t1");
    desk().remove_container(copy["container"]);
    EXPECT_TRUE(succeeded(replace(source, taken)));
    EXPECT_EQ(hostname(source), host);
    EXPECT_EQ(queues(desk(), source), "orders\ttrue\t1");
    EXPECT_TRUE(succeeded(undo(source)));
    EXPECT_EQ(hostname(source), host);
    const std::string back = queues(desk(), source);
    EXPECT_THAT(back, HasSubstr("orders\ttrue\t1"));
    EXPECT_THAT(back, HasSubstr("later\ttrue\t1"));
  }
};

DKSNAP_ON_EITHER_STORE(RabbitmqField);

TEST_P(RabbitmqField, WithAHostnameAndAVolume) {
  go_through(start_rabbitmq(
      desk(), {"--hostname", "shop-mq", "-v", desk().name("data") + ":/var/lib/rabbitmq", "-e",
               "RABBITMQ_DEFAULT_PASS=hidden"}));
}

// The engine names the host after the container, and the next container otherwise.
TEST_P(RabbitmqField, WithTheHostnameThatTheEngineGave) {
  go_through(start_rabbitmq(desk(), {"-v", desk().name("data") + ":/var/lib/rabbitmq"}));
}

// The old container cannot stay for Compose to find: it is made anew, and is the same host.
TEST_P(RabbitmqField, OfCompose) {
  go_through(start_rabbitmq(
      desk(), {"--label", "com.docker.compose.project=shop", "--label",
               "com.docker.compose.service=mq", "-v", desk().name("data") + ":/var/lib/rabbitmq"}));
}

// Data of another host are of no use under the own name.
TEST_P(RabbitmqField, DataOfAnotherHost) {
  const std::string other = start_rabbitmq(desk(), {"--hostname", "mq-one"});
  put_message(desk(), other, "orders");
  const json taken = snapshot(other);
  desk().remove_container(other);
  const std::string source = start_rabbitmq(desk(), {"--hostname", "mq-two"});
  const RunResult replaced = replace(source, taken);
  EXPECT_TRUE(succeeded(replaced));
  EXPECT_THAT(replaced.err, HasSubstr("mq-one, which the snapshot's data is bound to"));
  EXPECT_EQ(hostname(source), "mq-one");
  EXPECT_EQ(queues(desk(), source), "orders\ttrue\t1");
  EXPECT_TRUE(succeeded(undo(source)));
  EXPECT_EQ(hostname(source), "mq-two");
  EXPECT_EQ(queues(desk(), source), "");
}

TEST_P(RabbitmqField, ACopyIsVerified) {
  const std::string source = start_rabbitmq(desk(), {"--hostname", "shop-mq"});
  put_message(desk(), source, "orders");
  const RunResult created = desk().dksnap({"create", source, "--verify"});
  EXPECT_TRUE(succeeded(created));
  EXPECT_THAT(created.err, HasSubstr("verified: a copy booted and answered"));
}

}  // namespace
}  // namespace dksnap::test
