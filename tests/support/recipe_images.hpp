// The lab's etcd and RabbitMQ images, from C++.
#pragma once

#include <string>

#include "support/desk.hpp"

namespace dksnap::test {

// `docker run` of etcd, reachable from outside; serves when this returns.
std::string start_etcd(Desk& desk, const Words& options = {}, const Words& arguments = {});
void wait_for_etcd(const Desk& desk, const std::string& container);
// etcdctl with that; what it printed.
std::string etcdctl(const Desk& desk, const std::string& container, Words command);

// The same of RabbitMQ.
std::string start_rabbitmq(Desk& desk, const Words& options = {});
void wait_for_rabbitmq(const Desk& desk, const std::string& container);
// Declares a durable queue and puts a persistent message into it, and waits for its
// confirmation.
void put_message(const Desk& desk, const std::string& container, const std::string& queue);
// "orders durable 1", a line each queue.
std::string queues(const Desk& desk, const std::string& container);

}  // namespace dksnap::test
