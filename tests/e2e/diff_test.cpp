// What changed between two snapshots, or since one, of a PostgreSQL.
#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

#include "base/text.hpp"
#include "diff_fixture.hpp"
#include "support/postgres_image.hpp"

namespace dksnap::test {
namespace {

using nlohmann::json;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

class Diff : public DiffFixture {
 protected:
  // A container that holds this, and a snapshot of it.
  void start(const std::string& statements) {
    const std::string source = start_postgres(desk());
    psql(desk(), source, statements);
    watch(source);
  }
  void change(const std::string& statements) { psql(desk(), source(), statements); }
};

DKSNAP_ON_EITHER_STORE(Diff);

TEST_P(Diff, TellsRowsAndColumnsSinceASnapshot) {
  start(
      "CREATE TABLE people (id int PRIMARY KEY, email text, password text, scan bytea);"
      "INSERT INTO people SELECT i, 'u' || i, 'secret' || i, '\\x00ff' FROM "
      "generate_series(1, 900) i;"
      "CREATE TABLE nokey (a int, b text); INSERT INTO nokey SELECT 1, 'x' FROM "
      "generate_series(1, 3);"
      "CREATE TABLE same AS SELECT 1 AS i; CREATE TABLE gone AS SELECT 1 AS i;"
      "CREATE VIEW v AS SELECT 1 AS one");
  EXPECT_THAT(diff({"--exit-code"}).out, HasSubstr("no difference (4 tables, "));
  change(
      "UPDATE people SET email = NULL WHERE id = 42;"
      "UPDATE people SET email = '', password = 'other' WHERE id = 9;"
      "DELETE FROM people WHERE id = 100; INSERT INTO people VALUES (1000, 'new  ');"
      "DELETE FROM nokey WHERE ctid = '(0,1)'; INSERT INTO nokey VALUES (2, 'y'), (2, 'y');"
      "DROP TABLE gone; CREATE TABLE fresh AS SELECT i FROM generate_series(1, 7) i;"
      "CREATE OR REPLACE VIEW v AS SELECT 2 AS one");
  EXPECT_THAT(tables(),
              ElementsAre("public.fresh added +0 -0 ~0", "public.gone removed +0 -0 ~0",
                          "public.nokey modified +2 -1 ~0", "public.people modified +1 -1 ~2"));
  const RunResult rows = diff({"--rows", "--schema", "--exit-code"}, 1);
  EXPECT_THAT(rows.out, AllOf(HasSubstr("~    id 42: email u42 > NULL"),
                              HasSubstr("~    id 9: email u9 > \"\", password (changed, hidden)"),
                              HasSubstr("+    id=1000  email=new␠␠"), HasSubstr("-    id=100 "),
                              HasSubstr("+    a=2  b=y"), HasSubstr("+    i=7")));
  EXPECT_THAT(rows.out,
              AllOf(HasSubstr("no key: changes show as - and +"), HasSubstr("view  public.v"),
                    HasSubstr("+  SELECT 2 AS one;"),
                    HasSubstr("4 of 5 tables changed: 3 rows added, 2 removed, 2 changed")));
  EXPECT_THAT(rows.out, Not(HasSubstr("secret9")));
  EXPECT_THAT(diff({"--rows", "--show-secrets"}).out, HasSubstr("password secret9 > other"));
  EXPECT_THAT(diff({"--rows", "--table", "people", "--limit", "1"}).out,
              AllOf(HasSubstr("     1 more changed"), Not(HasSubstr("nokey"))));
  EXPECT_TRUE(desk().runs(source()));
}

TEST_P(Diff, PrintsTheObjectsThatAreDocumented) {
  start("CREATE TABLE t AS SELECT 1 AS i");
  const auto keys = [](const json& object) {
    Words names;
    for (const auto& [name, value] : object.items()) names.push_back(name);
    return names;
  };
  const auto documented = [](const std::string& heading) {
    return ::testing::UnorderedElementsAreArray(
        first_column(document_table("docs/scripting.md", heading)));
  };
  const auto objects = json_lines(diff({"--json"}).out);
  ASSERT_EQ(objects.size(), 2U);
  EXPECT_THAT(keys(objects[0]), documented("### `diff`: a line each table"));
  EXPECT_THAT(keys(objects[1]), documented("### `diff`: its last line"));
}

// Files that differ are not rows that do, and the reverse.
TEST_P(Diff, GoesByRowsAndNotByFiles) {
  start(
      "CREATE TYPE mood AS ENUM ('sad', 'fine');"
      "CREATE TABLE moved AS SELECT i, repeat('x', 100) AS filler FROM generate_series(1, 5000) i;"
      "ALTER TABLE moved ADD PRIMARY KEY (i);"
      "CREATE TABLE felt (id int PRIMARY KEY, how mood); INSERT INTO felt VALUES (1, 'sad');"
      "CREATE TABLE wide (id int PRIMARY KEY, a int); INSERT INTO wide VALUES (1, 1);"
      "CREATE TABLE words (w text COLLATE \"C\" PRIMARY KEY, n numeric);"
      "INSERT INTO words VALUES ('a', 1.0), ('B', 2), ('ä', 3), ('A b', 4), ('', 5);"
      "CREATE TABLE parted (id int, at int, PRIMARY KEY (id, at)) PARTITION BY RANGE (at);"
      "CREATE TABLE parted_1 PARTITION OF parted FOR VALUES FROM (0) TO (10);"
      "CREATE TABLE parted_2 PARTITION OF parted FOR VALUES FROM (10) TO (20);"
      "INSERT INTO parted VALUES (1, 5), (2, 15)");
  change("VACUUM FULL moved");
  change("UPDATE moved SET filler = filler WHERE i < 50");
  change(
      "ALTER TYPE mood RENAME VALUE 'sad' TO 'blue'; ALTER TABLE wide ADD COLUMN b int DEFAULT 7;"
      "UPDATE parted SET at = 16 WHERE id = 1; UPDATE words SET n = 6 WHERE w = 'ä';"
      "UPDATE words SET n = 1.000 WHERE w = 'a'");
  EXPECT_THAT(tables(),
              ElementsAre("public.felt modified +0 -0 ~1", "public.parted modified +1 -1 ~0",
                          "public.wide schema +0 -0 ~0", "public.words modified +0 -0 ~1"));
  const std::string all = diff({"--rows", "--schema"}).out;
  EXPECT_THAT(all,
              AllOf(HasSubstr("id 1: how sad > blue"), HasSubstr("+    id=1  at=16"),
                    HasSubstr("column  b  integer DEFAULT 7"), HasSubstr("type  public.mood")));
}

// Rows that were written before the first, and committed after it.
TEST_P(Diff, ATransactionThatWasPreparedBefore) {
  const std::string source =
      desk().start("db", {"-e", "POSTGRES_HOST_AUTH_METHOD=trust"},
                   {desk().image("postgres:15"), "-c", "max_prepared_transactions=5"});
  wait_for_postgres(desk(), source);
  psql(desk(), source, "CREATE TABLE t (i int PRIMARY KEY)");
  psql(desk(), source, "BEGIN; INSERT INTO t VALUES (1), (2); PREPARE TRANSACTION 'later'");
  psql(desk(), source, "CHECKPOINT");
  const std::string before = desk().create(source);
  psql(desk(), source, "COMMIT PREPARED 'later'");
  const std::string after = desk().create(source);
  const RunResult result = desk().dksnap({"diff", before, after, "--rows"});
  EXPECT_THAT(result.out, AllOf(HasSubstr("+    i=1"), HasSubstr("+    i=2")));
}

// What --format sql says makes of a copy of the older one what the newer one is.
TEST_P(Diff, StatementsThatMakeTheNewerOneOfTheOlder) {
  start(
      "CREATE TABLE people (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, email text UNIQUE, "
      "n numeric(10,3), at timestamptz, d date, i interval, f float8, r real, b bytea, j jsonb, "
      "a int[], ok bool, twice numeric GENERATED ALWAYS AS (n * 2) STORED);"
      "INSERT INTO people (email, n, at, d, i, f, r, b, j, a, ok) SELECT 'u' || g, g / 7.0, now(), "
      "now(), '1 day 02:03', g / 3.0, g / 3.0, '\\x00ff', '{\"a\": [1]}', '{1,2}', true FROM "
      "generate_series(1, 300) g;"
      "CREATE TABLE nokey (a int, j json); INSERT INTO nokey VALUES (1, '{}'), (1, '{}'), (1, "
      "NULL);"
      "CREATE TABLE parent (id serial PRIMARY KEY); CREATE TABLE child (id int PRIMARY KEY, p int "
      "REFERENCES parent); INSERT INTO parent VALUES (1), (2); INSERT INTO child VALUES (1, 1);"
      "CREATE TABLE gone AS SELECT 1 AS i; CREATE TABLE wide (id int PRIMARY KEY, old text, v int);"
      "INSERT INTO wide VALUES (1, 'x', 1), (2, 'y', 2);"
      "CREATE TABLE swapped (id int PRIMARY KEY, u int UNIQUE, w text); INSERT INTO swapped VALUES "
      "(1, 10, 'a'), (2, 20, 'b'); CREATE TABLE renamed (id int PRIMARY KEY, price int, i int); "
      "CREATE INDEX by_i ON renamed (i); INSERT INTO renamed VALUES (1, 100, 1), (2, 200, 2);"
      "CREATE TABLE checked (id int PRIMARY KEY, n int CONSTRAINT small CHECK (n < 10));"
      "INSERT INTO checked VALUES (1, 5); CREATE TABLE parted (id int, at int, PRIMARY KEY (id, "
      "at)) "
      "PARTITION BY RANGE (at); CREATE TABLE parted_1 PARTITION OF parted FOR VALUES FROM (0) TO "
      "(10); INSERT INTO parted VALUES (1, 1)");
  change(
      "UPDATE people SET email = 'it''s \\ \"x\"', n = NULL, at = '2000-01-01 00:00:00.123456+05', "
      "d = 'infinity', f = 'NaN', r = 0.1, b = '', j = '{\"a\": \"\\n\"}', a = '{}', ok = NULL "
      "WHERE id = 7; DELETE FROM people WHERE id < 4;"
      "UPDATE people SET email = 'swap' WHERE id = 8; UPDATE people SET email = 'u8' WHERE id = 9;"
      "INSERT INTO people (email) VALUES ('u1'), (''); DELETE FROM nokey WHERE ctid = '(0,1)';"
      "INSERT INTO nokey VALUES (NULL, '[1, 2]'), (NULL, '[1, 2]');"
      "DELETE FROM child; INSERT INTO parent VALUES (9); INSERT INTO child VALUES (2, 9);"
      "DROP TABLE gone; CREATE TABLE fresh (id serial PRIMARY KEY, p int REFERENCES parent, "
      "w text DEFAULT 'd' CHECK (w <> 'x')); INSERT INTO fresh (p) VALUES (9), (NULL);"
      "CREATE INDEX by_w ON fresh (w); ALTER TABLE wide DROP COLUMN old, ADD COLUMN more text "
      "DEFAULT 'm', ALTER COLUMN v TYPE bigint; UPDATE wide SET more = 'other' WHERE id = 2;"
      "UPDATE swapped SET u = -1 WHERE id = 1; UPDATE swapped SET u = 10 WHERE id = 2; UPDATE "
      "swapped SET u = 20 WHERE id = 1; ALTER TABLE renamed DROP COLUMN price, DROP COLUMN i, ADD "
      "COLUMN qty int; UPDATE renamed SET qty = 7; ALTER TABLE checked DROP CONSTRAINT small, ADD "
      "CONSTRAINT small CHECK (n < 100); INSERT INTO checked VALUES (2, 50); CREATE TABLE parted_2 "
      "PARTITION OF parted FOR VALUES FROM (10) TO (20); INSERT INTO parted VALUES (2, 15);"
      "CREATE INDEX ON wide (v); CREATE VIEW v AS SELECT id FROM wide;"
      "CREATE FUNCTION one() RETURNS int LANGUAGE sql AS 'SELECT 1'");
  const std::string safe = diff({"--format", "sql"}).out;
  EXPECT_THAT(safe, AllOf(HasSubstr("-- --with-drops: DROP TABLE \"public\".\"gone\";"),
                          Not(HasSubstr("\nDROP TABLE"))));
  const std::string copy = desk().name("copy");
  ASSERT_TRUE(succeeded(desk().dksnap({"boot", before(), "--name", copy})));
  RunOptions options;
  options.input = diff({"--format", "sql", "--with-drops"}).out;
  const RunResult applied = run({"docker", "-H", desk().host(), "exec", "-i", copy, "psql", "-U",
                                 "postgres", "-q", "-v", "ON_ERROR_STOP=1", "-f", "-"},
                                options);
  ASSERT_TRUE(succeeded(applied)) << options.input;
  const RunResult left = desk().dksnap({"diff", "@" + copy, "@" + source(), "--rows", "--schema"});
  EXPECT_THAT(left.out, HasSubstr("no difference (")) << options.input;
}

// Of several databases each has its own session.
TEST_P(Diff, StatementsOfSeveralDatabases) {
  start("CREATE TABLE t (n numeric PRIMARY KEY, w text); INSERT INTO t VALUES (1.50, 'a')");
  desk().docker_out({"exec", source(), "createdb", "-U", "postgres", "shop"});
  const auto shop = [&](const std::string& container, const std::string& statement) {
    return desk().docker_out(
        {"exec", container, "psql", "-U", "postgres", "-d", "shop", "-XAtqc", statement});
  };
  shop(source(), "CREATE TABLE s (id int PRIMARY KEY); INSERT INTO s VALUES (1), (2)");
  const std::string both = desk().create(source());
  change("UPDATE t SET w = 'b'");
  shop(source(), "DELETE FROM s WHERE id = 2; INSERT INTO s VALUES (3)");
  const std::string copy = desk().name("copy");
  ASSERT_TRUE(succeeded(desk().dksnap({"boot", both, "--name", copy})));
  RunOptions options;
  options.input = desk().dksnap({"diff", both, "--format", "sql"}).out;
  ASSERT_TRUE(succeeded(run({"docker", "-H", desk().host(), "exec", "-i", copy, "psql", "-U",
                             "postgres", "-q", "-v", "ON_ERROR_STOP=1", "-f", "-"},
                            options)))
      << options.input;
  EXPECT_EQ(shop(copy, "SELECT string_agg(id::text, ',' ORDER BY id) FROM s"), "1,3");
  EXPECT_EQ(psql(desk(), copy, "SELECT w FROM t"), "b") << options.input;
}

TEST_P(Diff, ForOtherPrograms) {
  start("CREATE TABLE t (id int PRIMARY KEY, v text, password text)");
  change("INSERT INTO t VALUES (1, 'a,\"b\"', 'secret'), (2, NULL, NULL), (3, '', '')");
  EXPECT_EQ(diff({"--format", "csv"}).out,
            "table,change,key,column,from,to\n"
            "public.t,added,\"{\"\"id\"\":\"\"1\"\"}\",id,,1\n"
            "public.t,added,\"{\"\"id\"\":\"\"1\"\"}\",v,,\"a,\"\"b\"\"\"\n"
            "public.t,added,\"{\"\"id\"\":\"\"1\"\"}\",password,,(hidden)\n"
            "public.t,added,\"{\"\"id\"\":\"\"2\"\"}\",id,,2\n"
            "public.t,added,\"{\"\"id\"\":\"\"2\"\"}\",v,,\n"
            "public.t,added,\"{\"\"id\"\":\"\"2\"\"}\",password,,\n"
            "public.t,added,\"{\"\"id\"\":\"\"3\"\"}\",id,,3\n"
            "public.t,added,\"{\"\"id\"\":\"\"3\"\"}\",v,,\"\"\n"
            "public.t,added,\"{\"\"id\"\":\"\"3\"\"}\",password,,(hidden)\n");
  EXPECT_THAT(diff({"--format", "patch"}).out,
              AllOf(HasSubstr("--- from/public.t\n+++ to/public.t\n@@ rows 0 > 3 @@\n"),
                    HasSubstr("+{\"id\":\"2\",\"v\":null,\"password\":null}\n")));
  EXPECT_EQ(diff({"--format", "xml"}, 2).out, "");
}

TEST_P(Diff, SeveralDatabasesHaveTheirNames) {
  start("CREATE DATABASE shop");
  desk().docker_out({"exec", source(), "psql", "-U", "postgres", "-d", "shop", "-c",
                     "CREATE TABLE t AS SELECT 1 AS i"});
  change("CREATE TABLE t AS SELECT 2 AS i");
  EXPECT_THAT(tables(),
              ElementsAre("postgres.public.t added +0 -0 ~0", "shop.public.t added +0 -0 ~0"));
}

TEST_P(Diff, WhatCannotBeComparedIsSaid) {
  start("CREATE TABLE big AS SELECT i FROM generate_series(1, 100000) i");
  change("INSERT INTO big VALUES (0)");
  const RunResult large = diff({"--max-size", "1MB"}, 3);
  EXPECT_THAT(large.out, HasSubstr("MB > 1.0 MB, use --max-size"));
  EXPECT_THAT(diff({"--max-time", "0"}, 3).out, HasSubstr("the time is over"));
  EXPECT_EQ(diff({"--table", "none"}, 11).out, "");
  EXPECT_EQ(diff({"@none"}, 11).out, "");
  const std::string files = desk().start("files", {}, {desk().image("files:1")});
  const RunResult other = diff({"@" + files}, 2);
  EXPECT_THAT(other.err, HasSubstr("cannot"));
}

}  // namespace
}  // namespace dksnap::test
