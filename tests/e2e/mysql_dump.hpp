// MySQL and MariaDB as a dump has to tell of them.
#pragma once

#include <string>

#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

#include "support/eventually.hpp"
#include "support/store_lanes.hpp"

namespace dksnap::test {

class MysqlDump : public DeskFixture<::testing::TestWithParam<std::string>> {
 protected:
  void SetUp() override { use("overlay2"); }
  // Servers that nobody asks any more hold memory and requests of the kernel (fs.aio-max-nr).
  void TearDown() override {
    if (!IsSkipped()) desk().remove_containers_but({});
    DeskFixture::TearDown();
  }
  bool is_mariadb() const { return GetParam().starts_with("mariadb"); }
  std::string client() const { return is_mariadb() ? "mariadb" : "mysql"; }

  // Of the password "s3cret", with a database that its entrypoint made; serves when this returns.
  std::string start(const Words& options = {}, const std::string& image = GetParam()) {
    Words all{"-e", "MYSQL_ROOT_PASSWORD=s3cret", "-e", "MYSQL_DATABASE=gone"};
    all.insert(all.end(), options.begin(), options.end());
    const std::string container = desk().start("dumped", all, {desk().image(image)});
    wait(container);
    return container;
  }
  void wait(const std::string& container, const std::string& password = "s3cret") {
    // Not the first run's server.
    EXPECT_TRUE(eventually(
        "it serves",
        [&] {
          const RunResult top = desk().docker({"top", container, "-eo", "pid,args"});
          return top.status == 0 && top.out.find("docker-entrypoint") == std::string::npos &&
                 ask(container, "SELECT 1", password).status == 0;
        },
        std::chrono::seconds(180)))
        << desk().docker({"logs", container});
  }
  RunResult ask(const std::string& container, const std::string& statements,
                const std::string& password = "s3cret", const std::string& user = "root") {
    return desk().docker({"exec", "-e", "MYSQL_PWD=" + password, container, client(), "-u" + user,
                          "-BN", "--raw", "--default-character-set=utf8mb4", "-e", statements});
  }
  std::string sql(const std::string& container, const std::string& statements,
                  const std::string& password = "s3cret", const std::string& user = "root") {
    const RunResult result = ask(container, statements, password, user);
    EXPECT_TRUE(succeeded(result)) << statements;
    return result.out.substr(0, result.out.find_last_not_of('\n') + 1);
  }
  RunResult dump(const std::string& container, const Words& more = {}) {
    Words words{"create", container, "--method", "dump", "-m", "dumped", "-q"};
    words.insert(words.end(), more.begin(), more.end());
    return desk().dksnap(words);
  }
  std::string boot(const RunResult& taken, int status = 0) {
    std::string copy = desk().name("copy");
    booted_ = desk().dksnap({"boot", taken.out.substr(0, 8), "--name", copy});
    EXPECT_EQ(booted_.status, status) << booted_ << desk().docker({"logs", copy});
    return copy;
  }
  // Each a kind of thing that a dump of rows alone would lose.
  void fill(const std::string& container) {
    sql(container,
        "CREATE DATABASE shop CHARACTER SET latin1 COLLATE latin1_german1_ci; CREATE DATABASE "
        "`odd name-é`; USE shop; CREATE TABLE item (id int PRIMARY KEY AUTO_INCREMENT, n int, "
        "twice "
        "int AS (n * 2) STORED, thrice int AS (n * 3) VIRTUAL, name varchar(40) CHARACTER SET "
        "utf8mb4 UNIQUE, raw varbinary(64), at timestamp DEFAULT CURRENT_TIMESTAMP); INSERT INTO "
        "item (n, name, raw) VALUES (1, 'ünï\\r\\n\\\\', 0x00FF0D0A271A), (2, NULL, NULL); CREATE "
        "TABLE part (item int, FOREIGN KEY (item) REFERENCES item (id)); INSERT INTO part VALUES "
        "(1); CREATE TABLE `odd name-é`.`t \"` (n int); INSERT INTO `odd name-é`.`t \"` VALUES "
        "(7); "
        "CREATE VIEW a_view AS SELECT * FROM `odd name-é`.`t \"`; CREATE VIEW `odd name-é`.up AS "
        "SELECT * FROM shop.a_view; CREATE TRIGGER grows BEFORE INSERT ON part FOR EACH ROW SET "
        "NEW.item = NEW.item; CREATE EVENT later ON SCHEDULE EVERY 1 SECOND DO INSERT INTO "
        "part VALUES (1)");
    sql(container,
        "CREATE ROLE reader, writer; GRANT SELECT ON shop.* TO reader; GRANT reader TO writer WITH "
        "ADMIN OPTION; GRANT INSERT ON shop.part TO writer; CREATE USER ann@'%' IDENTIFIED BY "
        "'a''nn'; GRANT writer TO ann@'%'; GRANT SELECT (name), UPDATE (name) ON shop.item TO "
        "ann@'%'; GRANT ALL ON `odd\\_x`.* TO ann@'%' WITH GRANT OPTION; CREATE USER `lo``cked`@"
        "localhost IDENTIFIED BY 'x' ACCOUNT LOCK PASSWORD EXPIRE INTERVAL 90 DAY; CREATE USER "
        "bare@localhost; GRANT USAGE ON *.* TO bare@localhost; CREATE DEFINER=ann@'%' PROCEDURE "
        "shop.one() SQL SECURITY INVOKER SELECT 1 /* said */; GRANT EXECUTE ON PROCEDURE shop.one "
        "TO bare@localhost");
    sql(container,
        is_mariadb()
            ? "SET DEFAULT ROLE writer FOR ann@'%'; USE shop; CREATE SEQUENCE seq START 77; SELECT "
              "NEXTVAL(seq); CREATE TABLE past (n int) WITH SYSTEM VERSIONING; INSERT INTO past "
              "VALUES (1); UPDATE past SET n = 2"
            : "SET DEFAULT ROLE writer TO ann@'%'; SET GLOBAL partial_revokes = ON; CREATE USER "
              "half@'%' IDENTIFIED BY 'h' COMMENT 'a \"b\"'; GRANT SELECT ON *.* TO half@'%'; "
              "REVOKE "
              "SELECT ON shop.* FROM half@'%'");
  }
  // All of that as the server tells it.
  std::string all_of(const std::string& container) {
    std::string asked = is_mariadb()
                            ? "SHOW GRANTS FOR reader; SHOW GRANTS FOR writer; SELECT * FROM "
                              "mysql.roles_mapping ORDER BY 1, 2, 3, 4; SELECT n FROM "
                              "shop.past FOR SYSTEM_TIME ALL ORDER BY n; SHOW CREATE "
                              "SEQUENCE shop.seq; SELECT NEXT_NOT_CACHED_VALUE FROM shop.seq;"
                            : "SET print_identified_with_as_hex = ON; SHOW CREATE USER "
                              "half; SHOW GRANTS FOR half; SELECT * FROM mysql.role_edges "
                              "ORDER BY 1, 2, 3, 4; SELECT * FROM mysql.default_roles;";
    asked +=
        "SHOW CREATE USER ann; SHOW GRANTS FOR ann; SHOW CREATE USER `lo``cked`@localhost; SHOW "
        "GRANTS FOR `lo``cked`@localhost; SHOW GRANTS FOR bare@localhost; SHOW CREATE USER "
        "root@localhost; SHOW GRANTS FOR root@localhost; SHOW GRANTS FOR root@'%'; SELECT "
        "schema_name, "
        "default_collation_name FROM information_schema.schemata ORDER BY 1; SELECT user, host "
        "FROM "
        "mysql.user WHERE host NOT REGEXP '^[0-9a-f]{12}$' ORDER BY 1, 2; SELECT table_schema, "
        "table_name, column_name, column_type, character_set_name, collation_name, extra, "
        "generation_expression FROM information_schema.columns WHERE table_schema IN ('shop', 'odd "
        "name-é') ORDER BY 1, 2, 3; SELECT *, HEX(raw) FROM shop.item ORDER BY id; SELECT * FROM "
        "shop.part; SELECT * FROM `odd name-é`.up; SELECT table_name, is_updatable, definer, "
        "security_type FROM information_schema.views WHERE table_schema IN ('shop', 'odd name-é') "
        "ORDER BY 1; SHOW CREATE VIEW shop.a_view; SHOW CREATE "
        "PROCEDURE shop.one; SHOW CREATE EVENT shop.later; SELECT trigger_name, action_statement, "
        "definer FROM information_schema.triggers WHERE trigger_schema = 'shop'; SELECT "
        "constraint_name, referenced_table_name FROM information_schema.key_column_usage WHERE "
        "table_schema = 'shop' ORDER BY 1, 2; SELECT auto_increment FROM information_schema.tables "
        "WHERE table_schema = 'shop' AND table_name = 'item'";
    return sql(container, asked);
  }
  RunResult booted_;
};

}  // namespace dksnap::test
