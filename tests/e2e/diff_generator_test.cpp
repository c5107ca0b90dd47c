// Pairs of databases whose differences are known, of every type and shape of key: those and no
// others are told.
#include <algorithm>
#include <functional>
#include <random>
#include <set>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

#include "diff_fixture.hpp"
#include "support/mysql_image.hpp"
#include "support/postgres_image.hpp"

namespace dksnap::test {
namespace {

// A column's type, and its value of the number N: of N and N + 7 another one, where N divides by a
// thousand.
struct Type {
  const char* name;
  const char* value;
};

struct Dialect {
  std::vector<Type> types;
  const char* numbers;      // a query of numbers from {} to {}, with the column g
  const char* text_key;     // of the number N, with letters that have to be quoted
  const char* text_of_key;  // the same for the test, of {}
  const char* key_type;
  char quote;
};

const Dialect kPostgres{{{"smallint", "N % 30000"},
                         {"integer", "N"},
                         {"bigint", "N * 10000000000"},
                         {"numeric", "N + 0.50"},
                         {"numeric(30,10)", "N / 7.0"},
                         {"real", "N * 0.1"},
                         {"double precision", "N / 3.0::float8"},
                         {"boolean", "N % 2 = 0"},
                         {"text", "E'tab\\t line\\n quote'' back\\\\ ' || N"},
                         {"varchar(40)", "CASE WHEN N % 2 = 0 THEN NULL ELSE '' END"},
                         {"char(12)", "'c' || N"},
                         {"text", "repeat('long ', 3000) || N"},
                         {"bytea", "decode(lpad(to_hex(N), 12, '0') || '00ff0a', 'hex')"},
                         {"date", "date '2000-01-01' + N / 7"},
                         {"time", "time '00:00' + N * interval '1 ms'"},
                         {"timestamp", "timestamp '2000-01-01' + N * interval '1 us'"},
                         {"timestamptz", "timestamptz '2000-01-01 00:00Z' + N * interval '1 s'"},
                         {"interval", "N * interval '1 s'"},
                         {"uuid", "md5(N::text)::uuid"},
                         {"json", "json_build_object('a', N, 'b', NULL)"},
                         {"jsonb", "jsonb_build_array(N, 'x', NULL)"},
                         {"int[]", "ARRAY[N, NULL, 3]"},
                         {"text[]", "ARRAY['a \"b\"', N::text, NULL]"},
                         {"inet", "inet '10.0.0.0' + N"},
                         {"bit(24)", "(N % 16000000)::bit(24)"},
                         {"int4range", "int4range(N, N + 5)"},
                         {"point", "point(N, 1)"},
                         {"tsvector", "to_tsvector('simple', 'word' || N)"},
                         {"mood", "(ARRAY['sad', 'fine', 'odd'])[1 + N % 3]::mood"},
                         {"pair", "ROW(N, 'x,y')::pair"}},
                        "SELECT g FROM generate_series({}, {}) g",
                        "'k \"' || N || E'\\\\ \\u00e4'",
                        "k \"{}\\ \xC3\xA4",
                        "text",
                        '"'};

const Dialect kMysql{{{"tinyint", "N % 100"},
                      {"smallint unsigned", "N % 60000"},
                      {"mediumint", "N"},
                      {"int", "-N"},
                      {"bigint unsigned", "N * 10000000000"},
                      {"decimal(30,10)", "N / 7"},
                      {"float", "N * 0.1"},
                      {"double", "N / 3e0"},
                      {"bit(30)", "N"},
                      {"bool", "N % 2"},
                      {"varchar(80)", "CONCAT('tab\\t line\\n quote'' back\\\\ ', N)"},
                      {"varchar(80)", "IF(N % 2 = 0, NULL, '')"},
                      {"varchar(80) CHARACTER SET latin1", "CONCAT('\xC3\xA4', N)"},
                      {"char(20)", "CONCAT('c', N)"},
                      {"text", "CONCAT(REPEAT('long ', 3000), N)"},
                      {"longtext", "IF(N % 2 = 0, 'NULL', '\\\\N')"},
                      {"binary(8)", "UNHEX(LPAD(HEX(N), 16, '0'))"},
                      {"varbinary(20)", "CONCAT(UNHEX('00ff0a09'), N)"},
                      {"longblob", "CONCAT(UNHEX('00ff0a09'), REPEAT('b', 300), N)"},
                      {"date", "DATE_ADD('2000-01-01', INTERVAL FLOOR(N / 7) DAY)"},
                      {"time(3)", "SEC_TO_TIME(N % 80000)"},
                      {"datetime(6)", "DATE_ADD('2000-01-01', INTERVAL N MICROSECOND)"},
                      {"timestamp NULL", "DATE_ADD('2000-01-01', INTERVAL N SECOND)"},
                      {"year", "1950 + N % 100"},
                      {"enum('sad','fine','odd')", "ELT(1 + N % 3, 'sad', 'fine', 'odd')"},
                      {"set('a','b','c')", "ELT(1 + N % 3, 'a', 'a,b', '')"},
                      {"json", "JSON_OBJECT('a', N, 'b', NULL)"},
                      {"point", "ST_GeomFromText(CONCAT('POINT(', N, ' 1)'))"}},
                     "WITH RECURSIVE r (g) AS (SELECT {} UNION ALL SELECT g + 1 FROM r WHERE g < "
                     "{}) SELECT g FROM r",
                     "CONCAT('k \"', N, '\\\\ \xC3\xA4')",
                     "k \"{}\\ \xC3\xA4",
                     "varchar(40)",
                     '`'};

std::string with_number(const char* expression, const std::string& number) {
  std::string text;
  for (const char* at = expression; *at != '\0'; ++at) {
    if (*at == 'N' && !(at != expression && (std::isalnum(at[-1]) != 0 || at[-1] == '\\')) &&
        std::isalnum(at[1]) == 0)
      text += "(" + number + ")";
    else
      text += *at;
  }
  return text;
}

Words fields(std::string_view line) {
  Words cells(1);
  bool quoted = false;
  for (std::size_t i = 0; i < line.size(); ++i) {
    const bool is_doubled = quoted && line.substr(i, 2) == "\"\"";
    if (is_doubled)
      cells.back() += line[i++];
    else if (line[i] == '"')
      quoted = !quoted;
    else if (line[i] == ',' && !quoted)
      cells.emplace_back();
    else
      cells.back() += line[i];
  }
  return cells;
}

// Lines of CSV, whose cells may hold line ends.
std::vector<Words> records(const std::string& csv) {
  std::vector<Words> all;
  std::size_t begin = 0;
  bool quoted = false;
  for (std::size_t i = 0; i < csv.size(); ++i) {
    if (csv[i] == '"') quoted = !quoted;
    if (csv[i] != '\n' || quoted) continue;
    all.push_back(fields(std::string_view(csv).substr(begin, i - begin)));
    begin = i + 1;
  }
  return all;
}

class DiffGenerator : public DiffFixture {
 protected:
  void expect_exactly(const Dialect& dialect, const std::string& schema,
                      const std::function<void(const std::string&)>& sql,
                      const std::string& container);

 private:
  enum class Key { number, text, both, none };
  std::string key_columns(const Dialect& dialect, Key key) const {
    if (key == Key::none) return "";
    const std::string text = fmt::format("k {} NOT NULL", dialect.key_type);
    if (key == Key::number) return "id bigint, PRIMARY KEY (id), ";
    if (key == Key::text) return "id bigint, " + text + ", PRIMARY KEY (k), ";
    return "id bigint NOT NULL, " + text + ", PRIMARY KEY (k, id), ";
  }
  std::string key_text(const Dialect& dialect, Key key, long id) const {
    nlohmann::ordered_json object = nlohmann::ordered_json::object();
    const std::string text = fmt::format(fmt::runtime(dialect.text_of_key), id);
    if (key == Key::text || key == Key::both) object["k"] = text;
    if (key == Key::number || key == Key::both) object["id"] = std::to_string(id);
    return object.dump();
  }
};

DKSNAP_ON_EITHER_STORE(DiffGenerator);

void DiffGenerator::expect_exactly(const Dialect& dialect, const std::string& schema,
                                   const std::function<void(const std::string&)>& sql,
                                   const std::string& container) {
  constexpr long kRows = 200;
  constexpr long kApart = 1000;
  const unsigned seed = std::random_device{}();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937 random(seed);
  const auto any = [&](std::size_t count) {
    return std::uniform_int_distribution<std::size_t>(0, count - 1)(random);
  };
  const std::vector<std::pair<Key, std::string>> tables{
      {Key::number, "by_number"}, {Key::text, "by_text"}, {Key::both, "by_both"}};
  std::string names;
  std::string values;
  for (std::size_t i = 0; i < dialect.types.size(); ++i) {
    names += fmt::format("{}c{} {}", i == 0 ? "" : ", ", i, dialect.types[i].name);
    values += ", " + with_number(dialect.types[i].value, fmt::format("g * {}", kApart));
  }
  const auto insert = [&](const std::string& table, long from, long to) {
    sql(fmt::format("INSERT INTO {} SELECT g, {}{} FROM ({}) s", table,
                    with_number(dialect.text_key, "g"), values,
                    fmt::format(fmt::runtime(dialect.numbers), from, to)));
  };
  for (const auto& [key, name] : tables) {
    std::string columns = key_columns(dialect, key);
    // All have both.
    if (key == Key::number)
      columns = fmt::format("id bigint PRIMARY KEY, k {} NOT NULL, ", dialect.key_type);
    sql(fmt::format("CREATE TABLE {} ({}{})", name, columns, names));
    insert(name, 1, kRows);
  }
  watch(container);

  std::multiset<std::string> expected;
  for (const auto& [key, name] : tables) {
    const std::string table = schema + name;
    std::set<long> touched;
    const auto fresh = [&] {
      for (;;) {
        const long id = 1 + static_cast<long>(any(kRows));
        if (touched.insert(id).second) return id;
      }
    };
    for (std::size_t i = 0; i < dialect.types.size(); ++i) {
      const long id = fresh();
      sql(fmt::format("UPDATE {} SET c{} = {} WHERE id = {}", name, i,
                      with_number(dialect.types[i].value, std::to_string(id * kApart + 7)), id));
      expected.insert(fmt::format("{} changed {} c{}", table, key_text(dialect, key, id), i));
    }
    for (int i = 0; i < 4; ++i) {
      const long id = fresh();
      sql(fmt::format("DELETE FROM {} WHERE id = {}", name, id));
      expected.insert(fmt::format("{} removed {}", table, key_text(dialect, key, id)));
    }
    const long more = 1 + static_cast<long>(any(5));
    insert(name, kRows + 1, kRows + more);
    for (long id = kRows + 1; id <= kRows + more; ++id)
      expected.insert(fmt::format("{} added {}", table, key_text(dialect, key, id)));
  }

  std::multiset<std::string> found;
  std::string last;
  for (const Words& record : records(diff({"--format", "csv"}).out)) {
    ASSERT_EQ(record.size(), 6U);
    if (record[0] == "table") continue;
    std::string line = fmt::format("{} {} {}", record[0], record[1], record[2]);
    if (record[1] == "changed") line += " " + record[3];
    // A whole row is a line each column.
    if (record[1] != "changed" && line == last) continue;
    last = line;
    found.insert(line);
  }
  EXPECT_EQ(found, expected);
}

TEST_P(DiffGenerator, PostgreSql) {
  const std::string source = start_postgres(desk());
  psql(desk(), source, "CREATE TYPE mood AS ENUM ('sad', 'fine', 'odd')");
  psql(desk(), source, "CREATE TYPE pair AS (a int, b text)");
  expect_exactly(
      kPostgres, "public.", [&](const std::string& text) { psql(desk(), source, text); }, source);
}

TEST_P(DiffGenerator, MySql) {
  const std::string source = start_mysql(desk(), "mysql:9.7");
  expect_exactly(
      kMysql, "",
      [&](const std::string& text) { mysql(desk(), source, "SET NAMES utf8mb4; " + text); },
      source);
}

TEST_P(DiffGenerator, MariaDb) {
  const std::string source = start_mysql(desk(), "mariadb:11.8");
  expect_exactly(
      kMysql, "",
      [&](const std::string& text) { mysql(desk(), source, "SET NAMES utf8mb4; " + text); },
      source);
}

}  // namespace
}  // namespace dksnap::test
