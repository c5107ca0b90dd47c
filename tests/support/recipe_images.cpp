#include "support/recipe_images.hpp"

#include "support/eventually.hpp"

namespace dksnap::test {

std::string start_etcd(Desk& desk, const Words& options, const Words& arguments) {
  Words all{"-e", "ETCD_LISTEN_CLIENT_URLS=http://0.0.0.0:2379", "-e",
            "ETCD_ADVERTISE_CLIENT_URLS=http://127.0.0.1:2379"};
  all.insert(all.end(), options.begin(), options.end());
  Words last{desk.image("etcd:3.4")};
  last.insert(last.end(), arguments.begin(), arguments.end());
  std::string container = desk.start("etcd", all, last);
  wait_for_etcd(desk, container);
  return container;
}

void wait_for_etcd(const Desk& desk, const std::string& container) {
  EXPECT_TRUE(eventually(
      "etcd in " + container + " answers",
      [&] {
        return desk.docker({"exec", container, "etcdctl", "endpoint", "health"}).status == 0;
      },
      std::chrono::seconds(60)))
      << desk.docker({"logs", container});
}

std::string etcdctl(const Desk& desk, const std::string& container, Words command) {
  command.insert(command.begin(), {"exec", container, "etcdctl"});
  return desk.docker_out(command);
}

std::string start_rabbitmq(Desk& desk, const Words& options) {
  std::string container = desk.start("mq", options, {desk.image("rabbitmq:3.10")});
  // Before the server has made its cookie, a program of its would make one that is root's.
  desk.wait_for_log(container, "Server startup complete");
  wait_for_rabbitmq(desk, container);
  return container;
}

void wait_for_rabbitmq(const Desk& desk, const std::string& container) {
  EXPECT_TRUE(eventually(
      "RabbitMQ in " + container + " runs",
      [&] {
        return desk.docker({"exec", container, "rabbitmq-diagnostics", "-q", "check_running"})
                   .status == 0;
      },
      std::chrono::seconds(180)))
      << desk.docker({"logs", container});
}

// By the server's own functions: Debian has no client for a shell.
void put_message(const Desk& desk, const std::string& container, const std::string& queue) {
  const std::string name = "<<\"" + queue + "\">>";
  desk.docker_out(
      {"exec", container, "rabbitmqctl", "eval",
       "rabbit_amqqueue:declare(rabbit_misc:r(<<\"/\">>, queue, " + name +
           "), true, false, [], none, <<\"guest\">>), "
           "M = rabbit_basic:message(rabbit_misc:r(<<\"/\">>, exchange, <<>>), " +
           name +
           ", [{delivery_mode, 2}], <<\"kept\">>), "
           "rabbit_basic:publish(rabbit_basic:delivery(false, true, M, 1)), "
           "receive {'$gen_cast', Confirm} -> Confirm after 10000 -> exit(unconfirmed) end."});
}

std::string queues(const Desk& desk, const std::string& container) {
  return desk.docker_out({"exec", container, "rabbitmqctl", "-q", "list_queues",
                          "--no-table-headers", "name", "durable", "messages_persistent"});
}

}  // namespace dksnap::test
