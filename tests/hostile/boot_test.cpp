// Copies that are less than they look, or more open than their source.
#include <nlohmann/json.hpp>

#include "support/eventually.hpp"
#include "support/files_image.hpp"
#include "support/lab.hpp"
#include "support/postgres_image.hpp"
#include "support/store_lanes.hpp"

namespace dksnap::test {
namespace {

using nlohmann::json;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

class TrueBoot : public OnEitherStore {};
DKSNAP_ON_EITHER_STORE(TrueBoot);

TEST_P(TrueBoot, AProgramThatEndsAtOnceIsNotReady) {
  const std::string source = desk().start("files", {}, {desk().image("files:1"), "sleep", "1"});
  EXPECT_TRUE(eventually("it has ended", [&] { return !desk().runs(source); }));
  const std::string id = desk().create(source);
  const std::string copy = desk().name("copy");
  const RunResult ended = desk().dksnap({"boot", id, "--name", copy});
  EXPECT_EQ(ended.status, 14) << ended;
  EXPECT_THAT(ended.err, HasSubstr("ended with exit code 0"));
  EXPECT_NE(desk().docker({"inspect", copy}).status, 0);
  const RunResult gone = desk().dksnap({"boot", id, "--name", copy, "--rm"});
  EXPECT_EQ(gone.status, 14) << gone;
  const RunResult verified = desk().dksnap({"create", source, "--verify"});
  EXPECT_EQ(verified.status, 14) << verified;
}

TEST_P(TrueBoot, AnUnhealthyProgramIsNotReadyAndAHealthyOneIs) {
  // No shell is there to run it.
  const Words options{"--health-cmd", "true", "--health-interval", "1s", "--health-retries", "1"};
  const std::string source = desk().start("files", options, {desk().image("files:1")});
  const std::string id = desk().create(source);
  const RunResult ill = desk().dksnap({"boot", id, "--name", desk().name("copy")});
  EXPECT_EQ(ill.status, 14) << ill;
  EXPECT_THAT(ill.err, HasSubstr("unhealthy"));

  // Put in place of what ran, it takes itself back.
  const RunResult replaced = desk().dksnap({"replace", source, "--with", id, "-y"});
  EXPECT_EQ(replaced.status, 20) << replaced;
  EXPECT_TRUE(desk().runs(source));
}

TEST_P(TrueBoot, WhatOnlyRunsIsNotSaidToAnswer) {
  const std::string source = desk().start("files", {}, {desk().image("files:1")});
  const RunResult booted =
      desk().dksnap({"boot", desk().create(source), "--name", desk().name("copy")});
  ASSERT_TRUE(succeeded(booted));
  EXPECT_THAT(booted.err, AllOf(HasSubstr(" runs"), Not(HasSubstr("answers"))));
}

// Listens on all addresses, and passes on to a unix socket; prints its port.
constexpr const char* kForwarder = R"(
import socket, sys, threading
def pump(a, b):
    try:
        while data := a.recv(65536): b.sendall(data)
        b.shutdown(socket.SHUT_WR)
    except OSError: pass
server = socket.create_server(("0.0.0.0", int(sys.argv[2])))
print("listening", file=sys.stderr, flush=True)
while True:
    client, _ = server.accept()
    engine = socket.socket(socket.AF_UNIX)
    engine.connect(sys.argv[1])
    for a, b in ((client, engine), (engine, client)):
        threading.Thread(target=pump, args=(a, b), daemon=True).start()
)";

// An engine at an address that is not the loopback is on another machine, for all that is known.
TEST_P(TrueBoot, ACopyOnAnotherMachineIsNotOfferedToTheNetwork) {
  const std::string port = std::to_string(20000 + ::getpid() % 20000);
  const std::string socket = desk().host().substr(std::string("unix://").size());
  RunningProgram forwarder({"nsenter", "--net=" + lab_network(desk().engine()), "--", "python3",
                            "-c", kForwarder, socket, port});
  const std::string address = desk().docker_out(
      {"network", "inspect", "bridge", "--format", "{{(index .IPAM.Config 0).Gateway}}"});
  const std::string host = "tcp://" + address + ":" + port;
  const auto answers = [&] { return desk().dksnap({"-H", host, "ps"}).status == 0; };
  ASSERT_TRUE(eventually("the forwarder listens", answers));

  const std::string hidden = desk().create(start_postgres(desk()));
  const RunResult first =
      desk().dksnap({"-H", host, "boot", hidden, "--name", desk().name("copy"), "--json"});
  ASSERT_TRUE(succeeded(first));
  EXPECT_EQ(json::parse(first.out)["ports"], json::array());
  EXPECT_EQ(json::parse(first.out)["connection"], "");

  const std::string shown = desk().create(start_postgres(desk(), {"-p", "5432"}));
  const RunResult second =
      desk().dksnap({"-H", host, "boot", shown, "--name", desk().name("copy")});
  ASSERT_TRUE(succeeded(second));
  EXPECT_THAT(second.err, AllOf(HasSubstr("127.0.0.1:"), HasSubstr("ssh -N -L "),
                                HasSubstr(address), Not(HasSubstr("0.0.0.0"))));
  forwarder.signal(SIGKILL);
  forwarder.wait();
}

TEST_P(TrueBoot, ACopyOfOneWithoutANetworkHasNone) {
  const std::string source =
      desk().start("files", {"--network", "none"}, {desk().image("files:1")});
  const std::string copy = desk().boot(desk().create(source), kAtOnce);
  EXPECT_EQ(desk().inspect(copy)["HostConfig"]["NetworkMode"], "none");
}

}  // namespace
}  // namespace dksnap::test
