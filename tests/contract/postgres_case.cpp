#include "contract/postgres_case.hpp"

#include "support/postgres_image.hpp"

namespace dksnap::test {

std::string PostgresCase::start(Desk& desk) const {
  std::string container = start_postgres(desk, {}, "postgres:" + version_);
  psql(desk, container,
       "CREATE TABLE bulk AS SELECT i AS id, repeat(md5(i::text), 4) AS filler"
       "  FROM generate_series(1, 100000) i;"
       "CREATE TABLE doomed AS SELECT i FROM generate_series(1, 10000) i;"
       "CREATE TABLE few (name text PRIMARY KEY);"
       "INSERT INTO few VALUES ('first')");
  return container;
}

void PostgresCase::wait(Desk& desk, const std::string& container) const {
  wait_for_postgres(desk, container);
}

void PostgresCase::add(Desk& desk, const std::string& container, const std::string& name) const {
  psql(desk, container, "INSERT INTO few VALUES ('" + name + "')");
}

void PostgresCase::remove_doomed(Desk& desk, const std::string& container) const {
  psql(desk, container, "DROP TABLE doomed");
}

std::string PostgresCase::doomed_file(Desk& desk, const std::string& container) const {
  return psql(desk, container,
              "SELECT current_setting('data_directory') || '/' || pg_relation_filepath('doomed')");
}

std::string PostgresCase::state(Desk& desk, const std::string& container) const {
  return psql(desk, container,
              "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace ORDER BY 1;"
              "SELECT count(*), sum(id), sum(hashtext(filler)::bigint) FROM bulk;"
              "SELECT name FROM few ORDER BY 1");
}

}  // namespace dksnap::test
