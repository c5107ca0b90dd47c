// Programs of the image run with a copy of the data and nothing else: the live source is out of
// their reach.
#include <gmock/gmock.h>

#include "forge.hpp"
#include "support/files_image.hpp"
#include "support/postgres_image.hpp"
#include "support/store_lanes.hpp"

namespace dksnap::test {
namespace {

using nlohmann::json;
using testing::HasSubstr;
using testing::Not;

class Confined : public OnBothStores {};
DKSNAP_ON_BOTH_STORES(Confined);

// Stands where the server is looked for, and is the server; when it settles a copy it first tries
// whatever it can, and writes into the copy how far it got.
constexpr const char* kProbe = R"sh(#!/bin/bash
server=/usr/lib/postgresql/15/bin/postgres
[[ $* == *--single* ]] || exec "$server" "$@"
{
  echo "uid $(id -u)"
  grep -E '^(NoNewPrivs|CapEff|CapBnd):' /proc/self/status
  # The source's own set-user-id program of root.
  echo "shadow $(/opt/rootcat /etc/shadow 2>/dev/null | wc -l)"
  for p in /proc/[0-9]*; do
    [[ $p == /proc/$$ ]] && continue
    echo "process $(tr '\0' ' ' <"$p/cmdline" 2>/dev/null)"
    ls "$p/root/" >/dev/null 2>&1 && echo "root of $(cat "$p/comm")"
    [[ ${p#/proc/} != 1 ]] && kill -0 "${p#/proc/}" 2>/dev/null &&
      echo "could signal $(tr '\0' ' ' <"$p/cmdline")"
  done
  grep ' /\.dksnap/' /proc/self/mountinfo | sed 's/^/mount /'
  for d in /.dksnap/source/* /.dksnap/hand-over; do
    touch "$d/written" 2>/dev/null && echo "wrote to $d"
    /opt/rootsh -c "touch $d/written" 2>/dev/null && echo "wrote to $d as root"
  done
  echo "network $(ls /sys/class/net | tr '\n' ' ')"
  (exec 3<>"/dev/tcp/$(cat /opt/address)/5432") 2>/dev/null && echo "reached the source"
} >"$PGDATA/probe" 2>&1
# Something that would go on working on the copy.
(setsid bash -c 'while :; do date >>"$PGDATA/strays"; sleep 0.02; done' </dev/null >/dev/null 2>&1 &)
exec "$server" "$@"
)sh";

TEST_P(Confined, WhatSettlesACopyReachesNothingOfItsSource) {
  Forgery forgery;
  forgery.name = desk().name("hostile") + ":15";
  forgery.from = desk().image("postgres:15");
  json env = desk().inspect(forgery.from)["Config"]["Env"];
  for (json& line : env) {
    const std::string text = line;
    if (text.starts_with("PATH=")) line = "PATH=/hostile:" + text.substr(5);
  }
  forgery.config["config"]["Env"] = env;
  forgery.files = {{{"hostile/postgres", kProbe}}};
  forge(desk(), forgery);
  const std::string source =
      desk().start("db", {"-e", "POSTGRES_HOST_AUTH_METHOD=trust"}, {forgery.name});
  wait_for_postgres(desk(), source);
  psql(desk(), source, "CREATE TABLE t AS SELECT 7 AS n");
  const std::string address =
      desk().inspect(source)["NetworkSettings"]["Networks"]["bridge"]["IPAddress"];
  desk().docker_out({"exec", source, "sh", "-c",
                     "cp /bin/cat /opt/rootcat; cp /bin/dash /opt/rootsh; "
                     "chmod 4755 /opt/rootcat /opt/rootsh; echo " +
                         address + " > /opt/address"});
  // The test would prove nothing if it worked nowhere.
  EXPECT_NE(desk().docker_out({"exec", "-u", "postgres", source, "/opt/rootcat", "/etc/shadow"}),
            "");

  const std::string id = desk().create(source);
  const std::string probe = desk().docker_out({"run", "--rm", "--entrypoint", "cat",
                                               desk().show(id)["names"][0].get<std::string>(),
                                               "/var/lib/postgresql/data/probe"});
  SCOPED_TRACE(probe);
  EXPECT_THAT(probe, HasSubstr("uid 999"));
  EXPECT_THAT(probe, HasSubstr("NoNewPrivs:\t1"));
  EXPECT_THAT(probe, HasSubstr("CapEff:\t0000000000000000"));
  EXPECT_THAT(probe, HasSubstr("CapBnd:\t00000000880000fb")) << "what is listed, no more";
  EXPECT_THAT(probe, HasSubstr("shadow 0"));
  EXPECT_THAT(probe, HasSubstr("process /.dksnap/worker wait"));
  EXPECT_THAT(probe, Not(HasSubstr("postgres:"))) << "a process of the source";
  EXPECT_THAT(probe, Not(HasSubstr("root of")));
  EXPECT_THAT(probe, Not(HasSubstr("could signal")));
  EXPECT_THAT(probe, HasSubstr("mount "));
  EXPECT_THAT(probe, Not(testing::ContainsRegex("/\\.dksnap/[^ ]* rw,")));
  EXPECT_THAT(probe, Not(HasSubstr("wrote to")));
  EXPECT_THAT(probe, testing::EndsWith("network lo")) << "and the source was not reached";
  // What it left running did not outlive it.
  const std::string copy = desk().boot(id);
  EXPECT_EQ(psql(desk(), copy, "SELECT n FROM t"), "7");
  EXPECT_TRUE(desk().runs(source));
}

// One that sees other processes than its own, as number 1 among them.
class SharedProcesses : public OnBothStores {};
DKSNAP_ON_BOTH_STORES(SharedProcesses);

TEST_P(SharedProcesses, TheRootThatIsReadIsTheSourcesOwn) {
  const std::string image = desk().image("files:1");
  const std::string other = desk().start("other", {}, {image});
  files_batch(desk(), other, "write /mine other\n");
  const std::string beside = desk().start("beside", {"--pid", "container:" + other}, {image});
  const std::string on_host = desk().start("host", {"--pid", "host"}, {image});
  for (const std::string& source : {beside, on_host}) {
    SCOPED_TRACE(source);
    files_batch(desk(), source, "write /mine " + source + "\n");
    const std::string id = desk().create(source);
    const std::string copy = desk().boot(id, kAtOnce);
    EXPECT_EQ(files(desk(), copy, {"cat", "/mine"}), source);
  }
}

}  // namespace
}  // namespace dksnap::test
