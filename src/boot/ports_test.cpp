#include "boot/ports.hpp"

#include <gtest/gtest.h>

#include "base/error.hpp"

namespace dksnap::boot {
namespace {

TEST(Ports, AreReadAsDockerReadsThem) {
  const docker::PortBinding plain = parse_port("5432");
  EXPECT_EQ(plain.container_port, "5432/tcp");
  EXPECT_EQ(plain.host_port, "");
  const docker::PortBinding pair = parse_port("5433:5432/udp");
  EXPECT_EQ(pair.container_port, "5432/udp");
  EXPECT_EQ(pair.host_port, "5433");
  const docker::PortBinding full = parse_port("127.0.0.1:5433:5432");
  EXPECT_EQ(full.host_ip, "127.0.0.1");
  EXPECT_EQ(parse_port("[::1]:5433:5432").host_ip, "::1");
  EXPECT_EQ(parse_port("127.0.0.1::5432").host_port, "");
}

TEST(Ports, NonsenseIsRefused) {
  for (const char* text : {"", "x", "0", "70000", "5432:", "a:5432", "5432/ip", "-1", "5432 "}) {
    EXPECT_THROW(parse_port(text), Error) << text;
  }
}

TEST(Ports, WithoutWishesTheKindsOwnAndThePublishedOnesGetFreeLoopbackPorts) {
  snapshot::Snapshot snapshot;
  snapshot.kind = "postgres";
  snapshot.run.ports = {"9000/tcp"};
  const auto bindings = choose_ports(snapshot, {}, {}, "127.0.0.1");
  ASSERT_EQ(bindings.size(), 2U);
  EXPECT_EQ(bindings[0].container_port, "9000/tcp");
  EXPECT_EQ(bindings[1].container_port, "5432/tcp");
  EXPECT_EQ(bindings[1].host_ip, "127.0.0.1");
  EXPECT_EQ(bindings[1].host_port, "");
  EXPECT_EQ(choose_ports(snapshot, {}, {"1:2"}, "127.0.0.1").size(), 1U);
}

TEST(Ports, OnAnotherMachineOnlyWhatTheSourcePublishedAndOnItsLoopback) {
  snapshot::Snapshot snapshot;
  snapshot.kind = "postgres";
  docker::Image image;
  image.config.exposed_ports = {"5432/tcp"};
  for (const char* host : {"", "db.example"}) {
    EXPECT_TRUE(choose_ports(snapshot, image, {}, host).empty()) << host;
  }
  snapshot.run.ports = {"5432/tcp"};
  for (const char* host : {"", "db.example"}) {
    const auto bindings = choose_ports(snapshot, image, {}, host);
    ASSERT_EQ(bindings.size(), 1U);
    EXPECT_EQ(bindings[0].host_ip, "127.0.0.1");
  }
  EXPECT_EQ(choose_ports(snapshot, image, {"5433:5432"}, "")[0].host_ip, "");
}

TEST(Ports, WhatIsNoPortInALabelIsLeftOut) {
  snapshot::Snapshot snapshot;
  snapshot.kind = "files";
  snapshot.run.ports = {"80/tcp", "0/tcp",         "99999/tcp", "1/ip",
                        "22:22",  "127.0.0.1:1:2", "x",         "80"};
  const auto bindings = choose_ports(snapshot, {}, {}, "127.0.0.1");
  ASSERT_EQ(bindings.size(), 1U);
  EXPECT_EQ(bindings[0].container_port, "80/tcp");
}

}  // namespace
}  // namespace dksnap::boot
