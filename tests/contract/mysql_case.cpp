#include "contract/mysql_case.hpp"

#include "support/mysql_image.hpp"

namespace dksnap::test {

std::string MysqlCase::start(Desk& desk) const {
  std::string container = start_mysql(desk, kind_ + ":" + version_);
  // More than what a server changes at every start: tens of MB of system, undo and redo space.
  mysql(desk, container,
        "SET SESSION sql_log_bin = 0;"
        "CREATE TABLE digits (d int) ENGINE=InnoDB;"
        "INSERT INTO digits VALUES (0),(1),(2),(3),(4),(5),(6),(7),(8),(9);"
        "CREATE TABLE bulk (id int PRIMARY KEY, filler text) ENGINE=InnoDB;"
        "INSERT INTO bulk SELECT id, REPEAT(SHA2(id, 512), 12) FROM (SELECT a.d + 10 * b.d + 100 * "
        "c.d + 1000 * e.d + 10000 * f.d AS id FROM digits a, digits b, digits c, digits e, digits "
        "f) AS n;"
        "CREATE TABLE doomed ENGINE=InnoDB AS SELECT id FROM bulk LIMIT 10000;"
        "CREATE TABLE few (name varchar(40) PRIMARY KEY) ENGINE=InnoDB;"
        "CREATE TABLE old (name varchar(40)) ENGINE=MyISAM;"
        "INSERT INTO few VALUES ('first'); INSERT INTO old VALUES ('first')");
  // Data that have been there for a while: MariaDB's purge writes to all that was inserted.
  if (kind_ == "mariadb") mysql(desk, container, "SET GLOBAL innodb_max_purge_lag_wait = 0");
  mysql(desk, container, "FLUSH TABLES bulk FOR EXPORT; UNLOCK TABLES");
  return container;
}

void MysqlCase::wait(Desk& desk, const std::string& container) const {
  wait_for_mysql(desk, container);
}

void MysqlCase::add(Desk& desk, const std::string& container, const std::string& name) const {
  mysql(desk, container,
        "INSERT INTO few VALUES ('" + name + "'); INSERT INTO old VALUES ('" + name + "')");
}

void MysqlCase::remove_doomed(Desk& desk, const std::string& container) const {
  mysql(desk, container, "DROP TABLE doomed");
}

std::string MysqlCase::doomed_file(Desk&, const std::string&) const {
  return "/var/lib/mysql/test/doomed.ibd";
}

std::string MysqlCase::state(Desk& desk, const std::string& container) const {
  return mysql(desk, container,
               "SHOW TABLES; SELECT COUNT(*), SUM(id), SUM(CRC32(filler)) FROM bulk;"
               "SELECT name FROM few ORDER BY 1; SELECT name FROM old ORDER BY 1");
}

}  // namespace dksnap::test
