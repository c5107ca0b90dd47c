// What changed since a snapshot of other servers than PostgreSQL, and of files.
#include <gmock/gmock.h>

#include "diff_fixture.hpp"
#include "support/files_image.hpp"
#include "support/mongo_image.hpp"
#include "support/mysql_image.hpp"
#include "support/postgres_image.hpp"
#include "support/redis_image.hpp"

namespace dksnap::test {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

class DiffKinds : public DiffFixture {
 protected:
  void innodb(const std::string& image);
  void keys(const std::string& image);
};

DKSNAP_ON_EITHER_STORE(DiffKinds);

// Each a kind of value, key or table that is easily told wrong.
void DiffKinds::innodb(const std::string& image) {
  const std::string source = start_mysql(desk(), image);
  mysql(
      desk(), source,
      "CREATE TABLE people (id bigint PRIMARY KEY, email varchar(80), password text, scan "
      "longblob, at timestamp NULL, f float, d double, n decimal(10,4), j json, b bit(9), "
      "y year, e enum('a','b'), g point);"
      "INSERT INTO people SELECT n, CONCAT('u', n), 's', x'00ff0a09', '2026-01-02 03:04:05', "
      "0.1, 0.1, 1.5, '{\"a\": 1}', 257, 2026, 'a', ST_GeomFromText('POINT(1 2)') FROM (WITH "
      "RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r WHERE n < 900) SELECT n FROM r) "
      "s;"
      "CREATE TABLE nokey (a int, t longtext); INSERT INTO nokey VALUES (1,'x'),(1,'x'),(1,'x');"
      "CREATE TABLE words (w varchar(20) CHARACTER SET latin1 PRIMARY KEY, n int);"
      "INSERT INTO words VALUES ('a',1),('B',2),('\xC3\xA4',3),('A b',4),('',5),('NULL',6);"
      "CREATE TABLE pairs (a int, b varchar(5) NOT NULL, c int NOT NULL, v text, UNIQUE KEY (a), "
      "UNIQUE KEY u (c, b)); INSERT INTO pairs VALUES (NULL,'x',1,'one'),(NULL,'x',2,'two');"
      "CREATE TABLE parted (id int, at int, PRIMARY KEY (id, at)) PARTITION BY RANGE (at) "
      "(PARTITION p0 VALUES LESS THAN (10), PARTITION p1 VALUES LESS THAN (20));"
      "INSERT INTO parted VALUES (1,5),(2,15);"
      "CREATE TABLE same (id int AUTO_INCREMENT PRIMARY KEY, v text); INSERT INTO same (v) "
      "VALUES ('a\\tb\\nc\\\\d');"
      "CREATE TABLE wide (id int PRIMARY KEY); INSERT INTO wide VALUES (1);"
      "CREATE TABLE gone AS SELECT 1 AS i; CREATE VIEW v AS SELECT 1 AS one;"
      "CREATE TABLE swapped (id int PRIMARY KEY, u int UNIQUE); INSERT INTO swapped VALUES "
      "(1,10),(2,20); CREATE TABLE renamed (id int PRIMARY KEY, price int, i int, KEY by_i (i));"
      "INSERT INTO renamed VALUES (1,100,1),(2,200,2); CREATE TABLE touched (id int PRIMARY KEY, "
      "a int, t timestamp DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP);"
      "INSERT INTO touched VALUES (1,1,'2020-01-01'); CREATE TABLE checked (id int PRIMARY KEY, n "
      "int, CONSTRAINT small CHECK (n < 10)); INSERT INTO checked VALUES (1,5);"
      "CREATE TABLE shapes (g point, n int); INSERT INTO shapes VALUES "
      "(ST_GeomFromText('POINT(1 2)'), 1); CREATE TABLE child (id int PRIMARY KEY, p int, "
      "CONSTRAINT of_same FOREIGN KEY (p) REFERENCES same (id)); INSERT INTO child VALUES (1,1);"
      "CREATE FUNCTION twice(n int) RETURNS int DETERMINISTIC RETURN n * 2");
  watch(source);
  EXPECT_THAT(diff({"--exit-code"}).out, HasSubstr("no difference (14 tables, 924 rows compared)"));
  mysql(
      desk(), source,
      "UPDATE swapped SET u = -1 WHERE id = 1; UPDATE swapped SET u = 10 WHERE id = 2; UPDATE "
      "swapped SET u = 20 WHERE id = 1; ALTER TABLE renamed DROP COLUMN price, DROP COLUMN i, ADD "
      "COLUMN qty int; UPDATE renamed SET qty = 7; UPDATE touched SET a = 2, t = '2021-01-01';"
      "ALTER TABLE checked DROP CONSTRAINT small, ADD CONSTRAINT small CHECK (n < 100);"
      "INSERT INTO checked VALUES (2,50); INSERT INTO shapes VALUES (NULL, 2);"
      "UPDATE people SET password = CONCAT('l1', CHAR(13,10), 'l2', CHAR(0,26), 'end') WHERE id = "
      "14; ALTER TABLE child DROP FOREIGN KEY of_same; ALTER TABLE child DROP COLUMN p;");
  mysql(desk(), source,
        "UPDATE people SET email = NULL WHERE id = 42; UPDATE people SET email = '', password = "
        "'t' WHERE id = 9; UPDATE people SET f = 0.1000001 WHERE id = 10; UPDATE people SET d = "
        "0.1 + 1e-17 WHERE id = 11; UPDATE people SET scan = x'00fe' WHERE id = 12;"
        "UPDATE people SET j = '{\"a\": 2}', g = ST_GeomFromText('POINT(1 3)') WHERE id = 13;"
        "DELETE FROM people WHERE id = 100; INSERT INTO people (id, email) VALUES (1000, 'new ');"
        "UPDATE words SET n = 7 WHERE w = 'NULL'; DELETE FROM nokey LIMIT 1;"
        "INSERT INTO nokey VALUES (2, REPEAT('y', 100000)), (2, REPEAT('y', 100000));"
        "UPDATE pairs SET v = 'zwei' WHERE c = 2; UPDATE parted SET at = 16 WHERE id = 1;"
        "ALTER TABLE wide ADD COLUMN b int NOT NULL DEFAULT 7, ADD KEY by_b (b);"
        "DROP TABLE gone; CREATE TABLE fresh AS SELECT 1 AS i UNION SELECT 2;"
        "CREATE OR REPLACE VIEW v AS SELECT 2 AS one; CREATE USER mate IDENTIFIED BY 'secret'");
  EXPECT_THAT(
      tables(),
      ElementsAre("checked modified +1 -0 ~0", "child schema +0 -0 ~0", "fresh added +0 -0 ~0",
                  "gone removed +0 -0 ~0", "nokey modified +2 -1 ~0", "pairs modified +0 -0 ~1",
                  "parted modified +1 -1 ~0", "people modified +1 -1 ~7", "renamed schema +0 -0 ~0",
                  "shapes modified +1 -0 ~0", "swapped modified +0 -0 ~2",
                  "touched modified +0 -0 ~1", "wide schema +0 -0 ~0", "words modified +0 -0 ~1"));
  EXPECT_THAT(objects(), AllOf(Contains("view v"), Contains("account mate/%").Times(0),
                               Contains(HasSubstr("account ")), Not(Contains("function twice"))));
  const std::string all = diff({"--rows", "--schema"}).out;
  EXPECT_THAT(all, AllOf(HasSubstr("id 42: email u42 > NULL"),
                         HasSubstr("id 9: email u9 > \"\", password (changed, hidden)"),
                         HasSubstr("id 10: f 0.1 > 0.1000001"), HasSubstr("id 12: scan ("),
                         HasSubstr("c 2, b x: v two > zwei"), HasSubstr("w \"NULL\": n 6 > 7"),
                         HasSubstr("column  b  int"), HasSubstr("index  by_b")));
  EXPECT_THAT(all, Not(HasSubstr("secret")));
  EXPECT_TRUE(desk().runs(source));
  const std::string copy = desk().name("copy");
  ASSERT_TRUE(succeeded(desk().dksnap({"boot", before(), "--name", copy})));
  RunOptions options;
  options.input = diff({"--format", "sql", "--with-drops"}).out;
  const Words client{
      "docker", "-H",  desk().host(), "exec", "-i", copy, image.substr(0, image.find(':')),
      "-uroot", "test"};
  ASSERT_TRUE(succeeded(run(client, options))) << options.input;
  Words left;
  for (const auto& one :
       json_lines(desk().dksnap({"diff", "@" + copy, "@" + source, "--json"}).out)) {
    if (one["message_type"] == "table" && one["change"] != "equal") left.push_back(one["table"]);
  }
  EXPECT_THAT(left, IsEmpty()) << options.input;
}

TEST_P(DiffKinds, MySql) {
  innodb("mysql:9.7");
}

TEST_P(DiffKinds, MariaDb) {
  innodb("mariadb:11.8");
}

void DiffKinds::keys(const std::string& image) {
  const std::string source = start_redis(desk(), image);
  const auto run = [&](const Words& command) { redis(desk(), source, command); };
  fill_redis(desk(), source, 3000);
  run({"SET", "plain", "one"});
  run({"SET", "odd", "tab\there\nNULL"});
  run({"SET", "soon", "x", "EX", "100000"});
  run({"HSET", "hash", "a", "1", "b", "2", "", "empty"});
  run({"SADD", "set", "x", "y"});
  run({"ZADD", "board", "1.5", "ann", "2", "bob"});
  run({"RPUSH", "list", "l0", "l1", "l2"});
  run({"XADD", "stream", "1-1", "f", "v"});
  run({"XGROUP", "CREATE", "stream", "readers", "0"});
  run({"SET", "type", "x"});
  watch(source);
  EXPECT_THAT(diff({"--exit-code"}).out, HasSubstr("no difference (1 tables, 3021 rows compared)"));
  run({"SET", "plain", "two"});
  run({"DEL", "odd"});
  run({"EXPIRE", "soon", "5000"});
  run({"HSET", "hash", "b", "3", "", ""});
  run({"SREM", "set", "y"});
  run({"SADD", "set", "z"});
  run({"ZINCRBY", "board", "1", "ann"});
  run({"RPUSH", "list", "l3"});
  run({"XADD", "stream", "1-2", "f", "w"});
  run({"DEL", "type"});
  run({"LPUSH", "type", "x"});
  run({"-n", "3", "SET", "there", "1"});
  // Changed: plain, soon, two fields, a score, the type. Added: a member, two entries, a place.
  EXPECT_THAT(tables(), ElementsAre("db0 modified +4 -2 ~7", "db3 added +0 -0 ~0"));
  const std::string all = diff({"--rows"}).out;
  EXPECT_THAT(all, AllOf(HasSubstr("key plain, field NULL: value one > two"),
                         HasSubstr("key hash, field b: value 2 > 3"),
                         HasSubstr("key hash, field \"\": value empty > \"\""),
                         HasSubstr("key board, field ann: value 1.5 > 2.5"),
                         HasSubstr("key=set  field=z  type=set"), HasSubstr("expires 20"),
                         HasSubstr("key type, field NULL: type string > list")));
  EXPECT_THAT(tables({"--ignore-column", "expires"}),
              ElementsAre("db0 modified +4 -2 ~6", "db3 added +0 -0 ~0"));
}

TEST_P(DiffKinds, Redis) {
  keys("redis:8");
}

// What is no field's value, and more than one answer of the client's is short for.
TEST_P(DiffKinds, RedisOfManyKeysAndOfTimes) {
  const std::string source = start_redis(desk(), "redis:8");
  const auto run = [&](const Words& command) { redis(desk(), source, command); };
  fill_redis(desk(), source, 12000);
  run({"HSET", "hash", "a", "1"});
  run({"XADD", "stream", "1-1", "f", "v"});
  run({"XGROUP", "CREATE", "stream", "readers", "0"});
  run({"XREADGROUP", "GROUP", "readers", "one", "STREAMS", "stream", ">"});
  const std::string filler(100'000, 'x');
  const auto load = [&](const std::string& result) {
    run({"FUNCTION", "LOAD", "REPLACE",
         "#!lua name=lib\nredis.register_function('f', function() return " + result + " end)\n--" +
             filler});
  };
  load("1");
  for (int i = 0; i < 50; ++i)
    run({"SET", "brief:" + std::to_string(i), "v", "PX", std::to_string(9000 + 100 * i)});
  watch(source);
  EXPECT_THAT(diff({"--exit-code"}).out, HasSubstr("no difference"));
  run({"HPEXPIREAT", "hash", "9999999999999", "FIELDS", "1", "a"});
  run({"XCLAIM", "stream", "readers", "two", "0", "1-1"});
  EXPECT_THAT(tables(), ElementsAre("db0 modified +0 -0 ~2"));
  run({"XADD", "stream", "2-1", "f", "v"});
  run({"XDEL", "stream", "2-1"});
  EXPECT_THAT(diff({"--rows"}).out, HasSubstr("last id 1-1 > last id 2-1"));
  load("2");
  EXPECT_THAT(objects(), ElementsAre("functions all"));
}

TEST_P(DiffKinds, Mongo) {
  const std::string source = start_mongo(desk());
  const auto run = [&](const std::string& command) { mongo(desk(), source, "shop", command); };
  std::string many;
  for (int i = 1; i <= 500; ++i)
    many += (i == 1 ? "" : ",") + ("{\"_id\": " + std::to_string(i) + ", \"s\": \"new\"}");
  run(R"({"insert": "orders", "documents": [)" + many + "]}");
  run(R"({"insert": "odd", "documents": [{"_id": "1", "n": 1}, {"_id": {"$oid":
      "5d8d05a6b2a4c0f1e2d3c4b5"}, "items": [{"qty": 1}, {"qty": 2}], "zip": "00184", "tab":
      "a\tb\n\\N"}]})");
  run(R"({"insert": "gone", "documents": [{"_id": 1}]})");
  watch(source);
  EXPECT_THAT(diff({"--exit-code"}).out, HasSubstr("no difference (3 tables, 503 rows compared)"));
  run(R"({"update": "orders", "updates": [{"q": {"_id": 42}, "u": {"$set": {"s": "paid"}}}]})");
  run(R"({"delete": "orders", "deletes": [{"q": {"_id": 7}, "limit": 1}]})");
  run(R"({"insert": "orders", "documents": [{"_id": 501, "s": "new"}, {"_id": "42"}]})");
  run(R"({"update": "odd", "updates": [{"q": {"zip": "00184"}, "u": {"$set": {"items": [{"qty": 1},
      {"qty": 3}]}, "$unset": {"zip": ""}}}]})");
  run(R"({"drop": "gone"})");
  run(R"({"insert": "fresh", "documents": [{"_id": 1}, {"_id": 2}]})");
  run(R"({"createIndexes": "orders", "indexes": [{"key": {"s": 1}, "name": "by_s"}]})");
  EXPECT_THAT(tables(), ElementsAre("fresh added +0 -0 ~0", "gone removed +0 -0 ~0",
                                    "odd modified +0 -0 ~1", "orders modified +2 -1 ~1"));
  EXPECT_THAT(diff({"--rows", "--schema"}).out,
              AllOf(HasSubstr("_id 42: s \"new\" > \"paid\""), HasSubstr("_id=\"42\""),
                    HasSubstr("_id 5d8d05a6b2a4c0f1e2d3c4b5: items[1].qty 2 > 3, zip \"00184\" > "
                              "(none)"),
                    HasSubstr("index  by_s")));
  EXPECT_THAT(
      tables({"--ignore-column", "document"}),
      ElementsAre("fresh added +0 -0 ~0", "gone removed +0 -0 ~0", "orders modified +2 -1 ~0"));
}

TEST_P(DiffKinds, Files) {
  const std::string source = desk().start("files", {"-v", desk().name("v") + ":/data"},
                                          {desk().image("files:1"), "sleep", "600"});
  files_batch(desk(), source,
              "write /data/a one\nwrite /data/a.b two\nmkdir /data/a-b\nwrite /data/a-b/c three\n"
              "write /root-file four\n");
  watch(source);
  EXPECT_THAT(diff({"--exit-code"}).out, HasSubstr("no difference"));
  files_batch(desk(), source,
              "write /data/a ONE\nrm /data/a.b\nchmod 600 /data/a-b/c\nwrite /data/new 5\n"
              "write /root-file FOUR\n");
  EXPECT_THAT(tables(), ElementsAre("files modified +1 -1 ~3"));
  const std::string all = diff({"--rows"}).out;
  EXPECT_THAT(all, AllOf(HasSubstr("path /data/a: content sha256:"), HasSubstr("path=/data/a.b"),
                         HasSubstr("path /data/a-b/c: mode"), HasSubstr("path /root-file: ")));
}

TEST_P(DiffKinds, WithTheImageThatItWasMadeOn) {
  const std::string source = start_postgres(desk());
  psql(desk(), source, "CREATE TABLE seed AS SELECT 1 AS i");
  watch(source);
  const RunResult result = desk().dksnap({"diff", "base", before()});
  EXPECT_THAT(result.out, AllOf(HasSubstr("image"), HasSubstr("+  public.seed  1")));
  EXPECT_EQ(result.status, 0) << result;
}

}  // namespace
}  // namespace dksnap::test
