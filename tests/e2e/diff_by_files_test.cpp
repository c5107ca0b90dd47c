// Of a PostgreSQL, tables whose files and descriptions are the same are not read; and where the
// rows differ all the same, they are.
#include <memory>

#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

#include "diff_fixture.hpp"
#include "support/postgres_image.hpp"

namespace dksnap::test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

class DiffByFiles : public DiffFixture {
 protected:
  void start(const std::string& statements) {
    const std::string source = start_postgres(desk());
    psql(desk(), source, statements);
    psql(desk(), source, "VACUUM FREEZE");
    watch(source);
  }
  void change(const std::string& statements) { psql(desk(), source(), statements); }
  // Names of tables whose rows were not read.
  Words unread(const std::string& to = {}) {
    Words words{"diff", before(), "--json"};
    if (!to.empty()) words.push_back(to);
    Words found;
    for (const nlohmann::json& one : json_lines(desk().dksnap(words).out)) {
      if (one["message_type"] == "table" && one["change"] != "not_compared" &&
          one["rows_from"].is_null())
        found.push_back(one["table"].get<std::string>());
    }
    return found;
  }
  // A session that has said this and neither commits nor ends before finish().
  std::unique_ptr<RunningProgram> begin(const std::string& source, const std::string& statements,
                                        const std::string& mark) {
    auto session = std::make_unique<RunningProgram>(
        Words{"docker", "-H", desk().host(), "exec", source, "sh", "-c",
              "(echo \"BEGIN; " + statements + "\"; echo '\\! touch /tmp/" + mark +
                  "'; until [ -e /tmp/commit ]; do sleep 0.05; done; echo 'COMMIT;') | psql -U "
                  "postgres -qX -v ON_ERROR_STOP=1"});
    while (desk().docker({"exec", source, "test", "-e", "/tmp/" + mark}).status != 0) {
    }
    return session;
  }
  void commit() { desk().docker_out({"exec", source(), "touch", "/tmp/commit"}); }
};

DKSNAP_ON_EITHER_STORE(DiffByFiles);

TEST_P(DiffByFiles, OnlyWhatChangedIsRead) {
  start(
      "CREATE TYPE mood AS ENUM ('sad', 'fine'); CREATE DOMAIN likes AS mood;"
      "CREATE TABLE felt (id int PRIMARY KEY, how likes[]); INSERT INTO felt VALUES (1, '{sad}');"
      "CREATE TABLE other (id int PRIMARY KEY, at timestamptz, n numeric[]);"
      "INSERT INTO other VALUES (1, now(), '{1.0,2}');"
      "CREATE TABLE long AS SELECT string_agg(md5(i::text), '') AS text FROM "
      "generate_series(1, 20000) i;"
      "CREATE TABLE parted (id int PRIMARY KEY) PARTITION BY RANGE (id);"
      "CREATE TABLE parted_1 PARTITION OF parted FOR VALUES FROM (0) TO (10);"
      "CREATE TABLE parted_2 PARTITION OF parted FOR VALUES FROM (10) TO (20);"
      "INSERT INTO parted VALUES (1), (11); CREATE TABLE empty (i int);"
      "CREATE TABLE named (c regclass); INSERT INTO named VALUES ('other'), ('felt')");
  const Words all_but_names{"public.empty", "public.felt", "public.long", "public.other",
                            "public.parted"};
  EXPECT_EQ(unread(), all_but_names);
  const std::string again = desk().create(source(), {"-m", "again"});
  EXPECT_EQ(unread(again), all_but_names);
  EXPECT_THAT(desk().dksnap({"diff", before(), again, "--all"}).out,
              HasSubstr("no difference (6 tables, 5 by their files, 2 rows compared)"));

  change("UPDATE parted SET id = 2 WHERE id = 1");
  change("CREATE INDEX ON other (at)");  // its rows are what they were
  EXPECT_THAT(tables(),
              ElementsAre("public.other schema +0 -0 ~0", "public.parted modified +1 -1 ~0"));
  EXPECT_THAT(unread(), ElementsAre("public.empty", "public.felt", "public.long", "public.other"));
  // What a value looks like, and what is called otherwise.
  change("ALTER TYPE mood RENAME VALUE 'sad' TO 'blue'");
  EXPECT_THAT(tables(), ElementsAre("public.felt modified +0 -0 ~1", "public.other schema +0 -0 ~0",
                                    "public.parted modified +1 -1 ~0"));
  change("ALTER TABLE other RENAME TO renamed");
  EXPECT_THAT(tables({"--table", "named"}), ElementsAre("public.named modified +1 -1 ~0"));
}

// On the disk before, committed after; by itself, and in a group of sessions that hold one row.
TEST_P(DiffByFiles, TransactionsThatWereUnderWay) {
  const std::string source = start_postgres(desk());
  psql(desk(), source,
       "CREATE TABLE added (i int PRIMARY KEY); CREATE TABLE held (i int PRIMARY KEY, t text);"
       "INSERT INTO held VALUES (1, 'old'); CREATE TABLE rest AS SELECT 1 AS i");
  psql(desk(), source, "VACUUM FREEZE");
  const auto adding = begin(source, "INSERT INTO added VALUES (7);", "adding");
  const auto holding = begin(source, "SELECT FROM held FOR KEY SHARE;", "holding");
  const auto changing = begin(source, "UPDATE held SET t = 'new';", "changing");
  psql(desk(), source, "CHECKPOINT");
  watch(source);
  EXPECT_THAT(tables(), ElementsAre());
  commit();
  adding->wait();
  holding->wait();
  changing->wait();
  EXPECT_THAT(tables(),
              ElementsAre("public.added modified +1 -0 ~0", "public.held modified +0 -0 ~1"));
}

// Two copies of one database, each of which took another way: the files of the table are the same,
// and so is what its columns are defined as.
TEST_P(DiffByFiles, DefaultsOfColumnsThatWereAddedLater) {
  start("CREATE TABLE wide (id int PRIMARY KEY); INSERT INTO wide VALUES (1)");
  const std::string one = desk().boot(before());
  const std::string other = desk().boot(before());
  for (const auto& [copy, value] : {std::pair(one, "5"), std::pair(other, "6")}) {
    psql(desk(), copy, std::string("ALTER TABLE wide ADD COLUMN n int DEFAULT ") + value);
    psql(desk(), copy, "ALTER TABLE wide ALTER COLUMN n DROP DEFAULT");
  }
  watch(one);
  EXPECT_EQ(unread("@" + one), Words{"public.wide"});
  const auto lines = json_lines(desk().dksnap({"diff", before(), "@" + other, "--json"}).out);
  ASSERT_EQ(lines.size(), 2U);
  EXPECT_EQ(lines[0]["modified"], 1);
}

}  // namespace
}  // namespace dksnap::test
