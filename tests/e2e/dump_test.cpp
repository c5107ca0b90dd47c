// A snapshot of what a server's own tools tell of it.
#include <csignal>
#include <fstream>

#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

#include "support/eventually.hpp"
#include "support/store_lanes.hpp"
#include "support/temp_dir.hpp"

namespace dksnap::test {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class Dump : public OnEitherStore {
 protected:
  // A PostgreSQL of the user `shop`, which serves when this returns.
  std::string start(const Words& options, const std::string& image = "postgres:15") {
    Words all{"-e", "POSTGRES_USER=shop", "-e", "POSTGRES_DB=store"};
    all.insert(all.end(), options.begin(), options.end());
    const std::string container = desk().start("dumped", all, {desk().image(image)});
    wait(container);
    return container;
  }
  void wait(const std::string& container) {
    // A first run's server does not listen there.
    EXPECT_TRUE(eventually("it serves", [&] {
      const RunResult asked = desk().docker({"exec", container, "psql", "-U", "shop", "-d", "store",
                                             "-h", "127.0.0.1", "-w", "-c", ""});
      return asked.status == 0 || asked.err.find("no password supplied") != std::string::npos;
    }));
  }
  std::string sql(const std::string& container, const std::string& statement,
                  const Words& before = {}) {
    Words words{"exec"};
    words.insert(words.end(), before.begin(), before.end());
    words.insert(words.end(), {container, "psql", "-XqAtw", "-v", "ON_ERROR_STOP=1", "-U", "shop",
                               "-d", "store", "-c", statement});
    return desk().docker_out(words);
  }
  RunResult dump(const std::string& container, const Words& more = {}) {
    Words words{"create", container, "--method", "dump", "-m", "dumped", "-q"};
    words.insert(words.end(), more.begin(), more.end());
    return desk().dksnap(words);
  }
  std::string boot(const std::string& id, int status = 0) {
    std::string copy = desk().name("copy");
    booted_ = desk().dksnap({"boot", id, "--name", copy});
    EXPECT_EQ(booted_.status, status) << booted_;
    return copy;
  }
  RunResult booted_;
};

// Each a kind of thing that a dump of one database, or of its rows alone, would lose.
TEST_P(Dump, AllThatTheServerHasComesBackOnce) {
  const std::string source = start({"-e", "POSTGRES_PASSWORD=s3cr$t'\""});
  sql(source,
      "CREATE ROLE reader LOGIN PASSWORD 'abc'; CREATE TABLE item (id serial PRIMARY KEY, name "
      "text UNIQUE, raw bytea); INSERT INTO item (name, raw) SELECT 'n' || g, "
      "sha256(g::text::bytea) FROM generate_series(1, 1000) g; CREATE VIEW seen AS SELECT count(*) "
      "FROM item; GRANT SELECT ON seen TO reader; CREATE FUNCTION one() RETURNS int LANGUAGE sql "
      "AS "
      "'SELECT 1'; SELECT lo_from_bytea(4711, 'large'); CREATE SEQUENCE s START 77; SELECT "
      "nextval('s')");
  sql(source, "CREATE DATABASE \"Other One\" OWNER reader");
  const RunResult taken = dump(source);
  ASSERT_EQ(taken.status, 0) << taken;
  const std::string id = taken.out.substr(0, 8);
  EXPECT_EQ(desk().show(id)["capture"], "dump");
  const std::string all =
      "SELECT (SELECT * FROM seen), one(), lo_get(4711), (SELECT md5(string_agg(name || raw::text, "
      "'' ORDER BY id)) FROM item), (SELECT string_agg(datname || datdba::regrole, ',' ORDER BY "
      "datname) FROM pg_database), has_table_privilege('reader', 'seen', 'SELECT'), (SELECT "
      "rolpassword FROM pg_authid WHERE rolname = 'shop'), (SELECT last_value FROM s)";
  const std::string copy = boot(id);
  EXPECT_EQ(sql(copy, all), sql(source, all));
  // It is loaded at the first start only.
  sql(copy, "DELETE FROM item WHERE id > 10");
  desk().docker_out({"restart", "-t", "5", copy});
  wait(copy);
  EXPECT_EQ(sql(copy, "SELECT count(*) FROM item"), "10");
  // And a copy of the copy has what that holds.
  const std::string child = desk().create(copy, {"-m", "child"});
  EXPECT_EQ(desk().show(child)["capture"], "copy");
  desk().remove_container(copy);
  const std::string second = desk().name("second");
  ASSERT_TRUE(succeeded(desk().dksnap({"boot", child, "--name", second})));
  EXPECT_EQ(sql(second, "SELECT count(*) FROM item"), "10");
}

TEST_P(Dump, ItTakesTheDataOfAVolumesPlaceAndIsTakenBack) {
  const std::string source = start({"-e", "POSTGRES_HOST_AUTH_METHOD=trust", "-v",
                                    desk().name("data") + ":/var/lib/postgresql/data"});
  sql(source, "CREATE TABLE kept AS SELECT 1 AS n");
  const RunResult taken = dump(source);
  ASSERT_EQ(taken.status, 0) << taken;
  sql(source, "INSERT INTO kept VALUES (2)");
  ASSERT_TRUE(succeeded(desk().dksnap({"replace", source, "--with", "dumped", "-y"})));
  EXPECT_EQ(sql(source, "SELECT sum(n) FROM kept"), "1");
  ASSERT_TRUE(succeeded(desk().dksnap({"undo", source, "-y"})));
  EXPECT_EQ(sql(source, "SELECT sum(n) FROM kept"), "3");
}

// Nobody waits for its load any more, and half of it is no data that anybody has used.
TEST_P(Dump, AReplaceWhoseLoadIsCutOffIsTakenBack) {
  const std::string source = start({"-e", "POSTGRES_HOST_AUTH_METHOD=trust", "-v",
                                    desk().name("data") + ":/var/lib/postgresql/data"});
  sql(source,
      "CREATE TABLE kept AS SELECT 1 AS n; CREATE FUNCTION slow(n int) RETURNS int LANGUAGE sql "
      "IMMUTABLE AS 'SELECT n'; CREATE TABLE wide (n int CHECK (slow(n) > 0)); INSERT INTO wide "
      "VALUES (1); CREATE OR REPLACE FUNCTION slow(n int) RETURNS int LANGUAGE sql IMMUTABLE AS "
      "'SELECT n FROM (SELECT pg_sleep(600)) s'");
  ASSERT_EQ(dump(source).status, 0);
  sql(source, "INSERT INTO kept VALUES (2)");
  RunningProgram replacing(desk().dksnap_command({"replace", source, "--with", "dumped", "-y"}),
                           desk().dksnap_options());
  EXPECT_TRUE(eventually("it loads", [&] {
    return desk()
               .docker({"exec", source, "sh", "-c", "test -e \"$PGDATA/dksnap-is-loading\""})
               .status == 0;
  }));
  replacing.signal_group(SIGKILL);
  replacing.wait();
  desk().docker_out({"kill", source});
  EXPECT_THAT(desk().dksnap({"ls"}).err, HasSubstr("dksnap"));
  const RunResult next = desk().dksnap({"doctor", "--fix"});
  wait(source);
  EXPECT_EQ(sql(source, "SELECT sum(n) FROM kept"), "3") << next;
  EXPECT_THAT(desk().leftovers(), ::testing::IsEmpty());
}

// The password is the container's own, and no word of a command line: who looks at processes or at
// the image finds none.
TEST_P(Dump, WhereTheSocketAsksForAPassword) {
  const Words as{"-e", "PGPASSWORD=s3same"};
  const std::string source =
      start({"-e", "POSTGRES_PASSWORD=s3same", "-e", "POSTGRES_INITDB_ARGS=--auth=scram-sha-256"});
  sql(source, "CREATE TABLE kept AS SELECT 1 AS n; CREATE ROLE mate LOGIN PASSWORD 'm'", as);
  const TempDir folder;
  const std::string file = folder / "password";
  std::ofstream(file) << "wrong\n";
  const RunResult refused = dump(source, {"--db-user", "mate", "--db-password-file", file});
  EXPECT_EQ(refused.status, 4) << refused;
  EXPECT_THAT(refused.err, HasSubstr("--db-password-file"));
  const RunResult taken = dump(source);
  ASSERT_EQ(taken.status, 0) << taken;
  EXPECT_THAT(desk().docker_out({"inspect", "dksnap/" + source + ":dumped"}),
              Not(HasSubstr("s3same")));
  const std::string copy = boot(taken.out.substr(0, 8));
  EXPECT_EQ(sql(copy, "SELECT sum(n) FROM kept", as), "1");
  EXPECT_NE(
      desk().docker({"exec", copy, "psql", "-XqAtw", "-U", "shop", "-d", "store", "-c", ""}).status,
      0)
      << "its socket asks as the source's does";
}

TEST_P(Dump, WhatCannotBeLoadedIsCountedAndShown) {
  const std::string source = start({"-e", "POSTGRES_HOST_AUTH_METHOD=trust"});
  sql(source,
      "CREATE FUNCTION good(n int) RETURNS boolean LANGUAGE sql AS 'SELECT true'; CREATE TABLE bad "
      "(n int CHECK (good(n))); INSERT INTO bad VALUES (1); CREATE OR REPLACE FUNCTION good(n int) "
      "RETURNS boolean LANGUAGE sql AS 'SELECT false'; CREATE TABLE kept AS SELECT 1 AS n");
  const RunResult taken = dump(source);
  ASSERT_EQ(taken.status, 0) << taken;
  const std::string copy = boot(taken.out.substr(0, 8), 3);
  EXPECT_THAT(booted_.err, HasSubstr("INCOMPLETE"));
  EXPECT_THAT(booted_.err, HasSubstr("violates check constraint"));
  EXPECT_EQ(sql(copy, "SELECT count(*) FROM bad"), "0");
  EXPECT_EQ(sql(copy, "SELECT sum(n) FROM kept"), "1") << "all else is there";
}

// A load that is cut off leaves half of the data, which nobody is to take for all.
TEST_P(Dump, ALoadThatWasCutOffIsNoDatabase) {
  const std::string source = start({"-e", "POSTGRES_HOST_AUTH_METHOD=trust"});
  sql(source,
      "CREATE FUNCTION slow(n int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT n FROM (SELECT "
      "pg_sleep(0)) s'; CREATE TABLE wide (n int CHECK (slow(n) > 0)); INSERT INTO wide VALUES "
      "(1); "
      "CREATE OR REPLACE FUNCTION slow(n int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT n FROM "
      "(SELECT pg_sleep(600)) s'");
  const RunResult taken = dump(source);
  ASSERT_EQ(taken.status, 0) << taken;
  const std::string copy = desk().name("cut");
  const RunResult slow =
      desk().dksnap({"boot", taken.out.substr(0, 8), "--name", copy, "--wait", "15"});
  // A busy machine may still be making the cluster.
  ASSERT_TRUE(eventually("it loads", [&] {
    return desk()
               .docker({"exec", copy, "sh", "-c", "test -e \"$PGDATA/dksnap-is-loading\""})
               .status == 0;
  }));
  EXPECT_EQ(slow.status, 14) << slow;
  EXPECT_THAT(slow.err, HasSubstr("not ready"));
  desk().docker_out({"kill", copy});
  desk().docker_out({"start", copy});
  EXPECT_NE(desk().docker_out({"wait", copy}), "0");
}

TEST_P(Dump, AnotherVersionOfTheServerLoadsIt) {
  const std::string source = start({"-e", "POSTGRES_HOST_AUTH_METHOD=trust"});
  sql(source, "CREATE TABLE kept AS SELECT 1 AS n; CREATE ROLE mate LOGIN");
  const RunResult taken = dump(source);
  ASSERT_EQ(taken.status, 0) << taken;
  const std::string newer =
      desk().start("newer",
                   {"-e", "POSTGRES_PASSWORD=p", "-e", "POSTGRES_USER=shop", "-e",
                    "POSTGRES_DB=store", "-v", desk().name("other") + ":/var/lib/postgresql/data"},
                   {desk().image("postgres:17")});
  wait(newer);
  sql(newer, "CREATE TABLE newest AS SELECT 1 AS n");
  const RunResult replaced =
      desk().dksnap({"replace", newer, "--with", taken.out.substr(0, 8), "-y"});
  ASSERT_TRUE(succeeded(replaced));
  EXPECT_THAT(replaced.err, HasSubstr("the new server loads"));
  EXPECT_THAT(sql(newer, "SHOW server_version"), ::testing::StartsWith("17"));
  EXPECT_EQ(sql(newer, "SELECT sum(n) FROM kept"), "1");
  EXPECT_EQ(sql(newer, "SELECT to_regclass('newest') IS NULL, 'mate'::regrole"), "t|mate");
  ASSERT_TRUE(succeeded(desk().dksnap({"undo", newer, "-y"})));
  EXPECT_EQ(sql(newer, "SELECT sum(n) FROM newest"), "1");
}

// The loader is a script of the image, which a mount hides, or runs beside others.
TEST_P(Dump, RefusedWhereTheLoaderWouldNotRunAlone) {
  const std::string source = start({"-e", "POSTGRES_HOST_AUTH_METHOD=trust"});
  sql(source, "CREATE TABLE kept AS SELECT 1 AS n");
  const RunResult taken = dump(source);
  ASSERT_EQ(taken.status, 0) << taken;
  const std::string bound = desk().start(
      "bound",
      {"-e", "POSTGRES_HOST_AUTH_METHOD=trust", "-e", "POSTGRES_USER=shop", "-e",
       "POSTGRES_DB=store", "-v", desk().name("init") + ":/docker-entrypoint-initdb.d"},
      {desk().image("postgres:15")});
  wait(bound);
  const RunResult refused =
      desk().dksnap({"replace", bound, "--with", taken.out.substr(0, 8), "-y"});
  EXPECT_EQ(refused.status, 2) << refused;
  EXPECT_THAT(refused.err, HasSubstr("/docker-entrypoint-initdb.d"));
  // Another entrypoint makes a database of its own, or none.
  const std::string alone =
      desk().start("alone", {"--entrypoint", "gosu", "-v", desk().name("own") + ":/elsewhere"},
                   {desk().image("postgres:15"), "postgres", "sleep", "600"});
  desk().docker_out({"exec", alone, "sh", "-c",
                     "gosu postgres initdb -A trust >/dev/null && gosu postgres pg_ctl -w start "
                     ">/dev/null 2>&1 </dev/null"});
  const RunResult of_alone =
      desk().dksnap({"create", alone, "--method", "dump", "-q", "-m", "alone", "--verify"});
  EXPECT_NE(of_alone.status, 0) << of_alone;
}

// The source's own words decide who is let in, and no variable of its image.
TEST_P(Dump, WhoIsLetInIsWhomTheSourceLetsIn) {
  const std::string source = start({"-e", "POSTGRES_HOST_AUTH_METHOD=trust", "-e", "PGHOST=nowhere",
                                    "-e", "PGHOSTADDR=127.0.0.9"});
  const Words here{"-e", "PGHOST=", "-e", "PGHOSTADDR="};
  sql(source, "CREATE TABLE kept AS SELECT 1 AS n", here);
  sql(source, "CREATE DATABASE closed", here);
  sql(source, "ALTER DATABASE closed ALLOW_CONNECTIONS false", here);
  desk().docker_out({"exec", source, "sh", "-c",
                     "printf 'local all all trust\\nhost all all all reject\\n' "
                     ">$PGDATA/pg_hba.conf"});
  const RunResult taken = dump(source);
  EXPECT_EQ(taken.status, 3) << taken;
  EXPECT_THAT(taken.err, HasSubstr("the database closed, which takes no connections"));
  const std::string copy = boot(taken.out.substr(0, 8));
  EXPECT_EQ(sql(copy, "SELECT sum(n) FROM kept", here), "1");
  EXPECT_THAT(desk()
                  .docker({"exec", copy, "psql", "-h", "127.0.0.1", "-U", "shop", "-d", "store",
                           "-w", "-c", ""})
                  .err,
              HasSubstr("rejects"));
  EXPECT_EQ(desk().docker_out(
                {"exec", copy, "stat", "-c", "%a %U", "/var/lib/dksnap/dump/part-00000001"}),
            "400 postgres");
}

// Scripts of the image that are no plain files; a data directory below its volume; a user without a
// name.
TEST_P(Dump, WhereTheDataLieAndWhoOwnsThem) {
  const std::string source =
      desk().start("odd",
                   {"--user", "1000:1000", "-e", "POSTGRES_USER=shop", "-e", "POSTGRES_DB=store",
                    "-e", "POSTGRES_HOST_AUTH_METHOD=trust", "-e", "PGDATA=/tmp/data/pg", "-v",
                    desk().name("odd") + ":/elsewhere"},
                   {desk().image("postgres:15")});
  wait(source);
  desk().docker_out({"exec", "-u", "0", source, "sh", "-c",
                     "echo 'INSERT INTO kept VALUES (9);' >/opt/x.sql; ln -s /opt/x.sql "
                     "/docker-entrypoint-initdb.d/zzzz.sql"});
  sql(source, "CREATE TABLE kept AS SELECT 1 AS n");
  const RunResult taken = dump(source);
  ASSERT_EQ(taken.status, 0) << taken;
  const std::string copy = boot(taken.out.substr(0, 8));
  EXPECT_EQ(sql(copy, "SELECT sum(n) FROM kept"), "1");
  ASSERT_TRUE(
      succeeded(desk().dksnap({"replace", source, "--with", taken.out.substr(0, 8), "-y"})));
  EXPECT_EQ(sql(source, "SELECT sum(n) FROM kept"), "1");
}

TEST_P(Dump, RefusedWhereNothingTellsOfIt) {
  const std::string files = desk().start("files", {}, {desk().image("files:1")});
  const RunResult none = dump(files);
  EXPECT_EQ(none.status, 2) << none;
  EXPECT_THAT(none.err, HasSubstr("leave out --method dump"));
  const std::string source = start({"-e", "POSTGRES_HOST_AUTH_METHOD=trust"});
  sql(source, "CREATE ROLE mate LOGIN");
  EXPECT_EQ(dump(source, {"--db-user", "mate"}).status, 13) << "it may not see all";
  desk().docker_out({"stop", "-t", "5", source});
  const RunResult stopped = dump(source);
  EXPECT_EQ(stopped.status, 2) << stopped;
  EXPECT_THAT(stopped.err, HasSubstr("does not run"));
  EXPECT_TRUE(desk().docker_out({"images", "-q", "dksnap/" + source}).empty());
}

DKSNAP_ON_EITHER_STORE(Dump);

}  // namespace
}  // namespace dksnap::test
