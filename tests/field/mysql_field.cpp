#include "mysql_field.hpp"

#include <filesystem>
#include <fstream>

#include "base/text.hpp"
#include "support/eventually.hpp"

namespace dksnap::test {

INSTANTIATE_TEST_SUITE_P(Products, MysqlField,
                         ::testing::ValuesIn(is_dense() ? Words{"mariadb:11.8", "mysql:9.7",
                                                                "mariadb:10.11"}
                                                        : Words{"mariadb:11.8", "mysql:9.7"}),
                         [](const auto& test) {
                           std::string name = test.param;
                           for (char& c : name) c = c == ':' || c == '.' ? '_' : c;
                           return name;
                         });

Words MysqlField::client(const std::string& container, const std::string& statement) const {
  return {"exec",
          "-e",
          "MYSQL_PWD=" + password,
          container,
          is_mariadb() ? "mariadb" : "mysql",
          "-uroot",
          "-BN",
          "-Dtest",
          "-e",
          statement};
}

const std::string& MysqlField::start(const Words& options, const Words& arguments) {
  Words all{"-e", "MYSQL_DATABASE=test"};
  if (password.empty()) all.insert(all.end(), {"-e", "MYSQL_ALLOW_EMPTY_PASSWORD=yes"});
  all.insert(all.end(), options.begin(), options.end());
  Words last{desk().image(GetParam())};
  last.insert(last.end(), arguments.begin(), arguments.end());
  source_ = desk().start("db", all, last);
  // The temporary server of the first run says that its port is 0.
  EXPECT_TRUE(eventually(
      "the final server of " + source_ + " serves",
      [&] {
        const RunResult log = desk().docker({"logs", source_});
        const std::string all_said = log.out + log.err;
        const std::size_t ready = all_said.find("the data directory is ready");
        return ready != std::string::npos &&
               desk().docker(client(source_, "SELECT 1")).status == 0 &&
               desk().docker({"top", source_, "-eo", "pid,args"}).out.find("docker-entrypoint") ==
                   std::string::npos;
      },
      std::chrono::seconds(180)))
      << desk().docker({"logs", source_});
  sql(source_,
      "CREATE TABLE kept (what varchar(40) PRIMARY KEY); INSERT INTO kept VALUES ('first')");
  return source_;
}

std::string MysqlField::sql(const std::string& container, const std::string& statement) {
  const RunResult result = desk().docker(client(container, statement));
  EXPECT_TRUE(succeeded(result)) << desk().docker({"logs", container});
  return std::string(trim(result.out));
}

RunResult MysqlField::snapshot(const Words& more, int status) {
  Words words{"create", source_};
  words.insert(words.end(), more.begin(), more.end());
  RunResult result = desk().dksnap(words);
  EXPECT_EQ(result.status, status) << result;
  id_ = std::string(trim(result.out));
  return result;
}

std::string MysqlField::boot(const Words& options) {
  Words words{"boot", id_, "--name", desk().name("copy"), "--json"};
  words.insert(words.end(), options.begin(), options.end());
  const RunResult result = desk().dksnap(words);
  EXPECT_TRUE(succeeded(result));
  if (result.status != 0) return {};
  const auto booted = nlohmann::json::parse(result.out);
  connection = booted.value("connection", "");
  std::string copy = booted["container"];
  EXPECT_EQ(sql(copy, "SELECT * FROM kept"), "first");
  const std::string tables = sql(copy,
                                 "SELECT GROUP_CONCAT(table_name) FROM information_schema.tables "
                                 "WHERE table_schema = 'test' AND table_type = 'BASE TABLE' AND "
                                 "engine <> 'MEMORY'");
  for (const std::string& line : split(sql(copy, "CHECK TABLE " + tables + " EXTENDED"), '\n')) {
    // MyISAM's tables that were open say so once, and are sound.
    EXPECT_TRUE(line.ends_with("status\tOK") || line.ends_with("hasn't closed the table properly"))
        << line;
  }
  return copy;
}

void MysqlField::replace_and_undo() {
  sql(source_, "INSERT INTO kept VALUES ('second')");
  EXPECT_TRUE(succeeded(desk().dksnap({"replace", source_, "--with", id_, "-y"})));
  EXPECT_EQ(sql(source_, "SELECT * FROM kept"), "first");
  EXPECT_TRUE(succeeded(desk().dksnap({"undo", source_, "-y"})));
  EXPECT_EQ(sql(source_, "SELECT COUNT(*) FROM kept"), "2");
}

void MysqlField::go_through() {
  snapshot();
  const std::string copy = boot();
  if (!copy.empty()) desk().remove_container(copy);
  replace_and_undo();
}

std::string MysqlField::outside(const std::string& name, const std::string& text) {
  const std::string path = desk().home() / name;
  std::filesystem::create_directories(std::filesystem::path(path).parent_path());
  std::ofstream(path) << text;
  std::filesystem::permissions(desk().home().path(), std::filesystem::perms(0755));
  return path;
}

}  // namespace dksnap::test
