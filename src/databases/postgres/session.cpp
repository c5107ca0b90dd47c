// A PostgreSQL on a copy, whom anybody may ask anything, and nobody reaches.
#include "databases/session.hpp"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/text.hpp"
#include "databases/parts.hpp"
#include "databases/postgres/catalogue.hpp"
#include "databases/postgres/fingerprints.hpp"
#include "databases/postgres/postgres.hpp"
#include "databases/postgres/programs.hpp"
#include "databases/postgres/sql_words.hpp"
#include "databases/program_output.hpp"
#include "databases/running_server.hpp"
#include "databases/text_rows.hpp"

namespace dksnap::databases::postgres {
namespace {

// After the source's own arguments, which the data may need. What a session prints is the same
// whatever the data's own settings say; nothing runs by itself, and nothing is written that is not
// needed: a copy in a scratch is copied up file by file.
std::vector<std::string> own_settings(const std::string& directory) {
  return {"listen_addresses=",
          "unix_socket_directories=" + directory,
          "hba_file=" + directory + "/dksnap_hba.conf",
          "port=5432",
          "fsync=off",
          "full_page_writes=off",
          "huge_pages=off",
          "autovacuum=off",
          "archive_mode=off",
          "logging_collector=off",
          "log_destination=stderr",
          "synchronous_standby_names=",
          "ssl=off",
          "max_parallel_workers_per_gather=0",
          "jit=off",
          "statement_timeout=0",
          "session_preload_libraries=",
          "local_preload_libraries="};
}

constexpr const char* kSessionOptions =
    "PGOPTIONS=-c search_path= -c timezone=UTC -c datestyle=ISO,YMD -c intervalstyle=iso_8601 -c "
    "bytea_output=hex -c extra_float_digits=1 -c default_transaction_read_only=on -c "
    "row_security=off -c client_min_messages=error -c client_encoding=UTF8 -c work_mem=32MB";

// With its table's name before it: an ORDER BY takes a bare one for what is printed.
std::string column_of(const diff::Column& column) {
  return "r." + quoted(column.name);
}

// 1.0 and 1.00 are one number; from version 13 on the server says so (PostgreSQL manual,
// "trim_scale").
std::string text_of(const diff::Column& column, bool trims) {
  if (trims && column.type.starts_with("numeric") && !column.type.ends_with("]"))
    return "pg_catalog.trim_scale(" + column_of(column) + ")::text";
  return column_of(column) + "::text";
}

std::string row_text(const std::vector<diff::Column>& columns, std::size_t count) {
  std::vector<std::string> cells;
  for (std::size_t i = 0; i < count; ++i) cells.push_back(column_of(columns[i]));
  return "ROW(" + join(cells, ", ") + ")::text";
}

std::string hash_of(const std::string& text) {
  return "hashtextextended(" + text + " COLLATE \"C\", 0)";
}

// By its key, so that a changed row is in the same part on both sides; else by all of it.
std::string part_of(const diff::Comparable& by) {
  const std::size_t count = by.keys == 0 ? by.columns.size() : by.keys;
  return fmt::format("({} & {})", hash_of(row_text(by.columns, count)), kParts - 1);
}

// Tables of old-style inheritance each have their own rows; those of partitions are their parent's.
std::string from_clause(const diff::Table& table) {
  const bool has_partitions = table.kind == "partitioned table";
  return fmt::format("FROM {} {}.{} r", has_partitions ? "" : "ONLY", quoted(table.schema),
                     quoted(table.plain_name));
}

std::string order_of(const diff::Comparable& by, bool trims) {
  std::vector<std::string> words;
  const auto as_text = [&](const diff::Column& column) {
    return text_of(column, trims) + " COLLATE \"C\" NULLS LAST";
  };
  const std::size_t count = by.keys == 0 ? by.columns.size() : by.keys;
  for (std::size_t i = 0; i < count; ++i) {
    words.push_back(by.columns[i].is_whole_number ? column_of(by.columns[i]) + " NULLS LAST"
                                                  : as_text(by.columns[i]));
  }
  return words.empty() ? "" : " ORDER BY " + join(words, ", ");
}

class PostgresSession final : public Session {
 public:
  PostgresSession(CopyInScratch copy, const Recognition& recognition)
      : copy_(std::move(copy)),
        recognition_(recognition),
        programs_(copy_.shell, recognition),
        directory_(recognition.data_paths.front()) {
    start();
    for (auto rows = ask("template1",
                         "SELECT datname FROM pg_database WHERE datallowconn AND NOT datistemplate "
                         "ORDER BY datname COLLATE \"C\"",
                         1);
         auto row = next_of(*rows);)
      databases_.push_back(row->at(0).value_or(""));
    auto rows = ask("template1", "SELECT current_setting('server_version')", 1);
    if (const auto row = next_of(*rows)) version_ = row->at(0).value_or("");
    version_ = version_.substr(0, version_.find(' '));
    constexpr int kTrims = 13;
    std::from_chars(version_.data(), version_.data() + version_.size(), major_);
    trims_ = major_ >= kTrims;
  }

  std::string version() const override { return version_; }
  bool is_alive() const override { return !server_->has_ended(); }

  diff::Catalogue catalogue() override {
    constexpr std::size_t kCells = 7;
    diff::Catalogue catalogue;
    CatalogueReader reader(catalogue);
    for (const std::string& database : databases_) {
      for (auto rows = ask(database, catalogue_query(), kCells); auto row = next_of(*rows);)
        reader.add(database, *row);
    }
    for (auto rows = ask("template1", globals_query(), kCells); auto row = next_of(*rows);)
      reader.add("", *row);
    return catalogue;
  }

  std::string history() override {
    constexpr int kFirst = 11;
    if (major_ < kFirst) return {};
    std::vector<std::string> checkpoint = client("template1");
    checkpoint.insert(checkpoint.end(), {"-c", "CHECKPOINT"});
    if (!copy_.shell.run(checkpoint, programs_.owner(), client_variables(), kFlush).ok()) return {};
    history_ = read_history(asks());
    return history_ ? to_text(*history_) : std::string();
  }

  std::vector<std::string> fingerprints(const std::vector<diff::Table>& tables,
                                        const std::string& others) override {
    const std::optional<History> other = history_of(others);
    if (!history_ || !other) return std::vector<std::string>(tables.size());
    return read_fingerprints(asks(), copy_.shell, directory_, tables, *history_, *other);
  }

  std::vector<diff::PartSum> sums(const diff::Table& table,
                                  const diff::Comparable& columns) override {
    const std::string query = fmt::format(
        "SELECT part, count(*), sum(hash) FROM (SELECT {} AS part, {} AS hash {}) h GROUP BY part "
        "ORDER BY part",
        part_of(columns), hash_of(row_text(columns.columns, columns.columns.size())),
        from_clause(table));
    std::vector<diff::PartSum> sums;
    for (auto rows = ask(table.database, query, 3); auto row = next_of(*rows);) {
      sums.push_back({std::stoull(row->at(0).value_or("0")), std::stoull(row->at(1).value_or("0")),
                      row->at(2).value_or("")});
    }
    return sums;
  }

  std::unique_ptr<diff::RowSource> rows(const diff::Table& table, const diff::Comparable& columns,
                                        const std::vector<std::uint64_t>& parts) override {
    std::vector<std::string> cells;
    for (const diff::Column& column : columns.columns) cells.push_back(text_of(column, trims_));
    const std::string where = where_part_in(part_of(columns), parts);
    return ask(table.database,
               fmt::format("SELECT {} {}{}{}", join(cells, ", "), from_clause(table), where,
                           order_of(columns, trims_)),
               cells.size());
  }

 private:
  static std::optional<diff::Row> next_of(diff::RowSource& rows) {
    diff::Row row;
    return rows.next(row) ? std::optional(std::move(row)) : std::nullopt;
  }

  void start() {
    copy_.write_file(directory_ + "/dksnap_hba.conf", "local all all trust\n");
    copy_.shell.run({kWorkerProgram, "name-user", programs_.owner()}, "0:0");
    docker::ExecSpec program;
    program.argv = {programs_.path("postgres")};
    const std::vector<std::string>& source = recognition_.server.command;
    if (source.empty())
      program.argv.insert(program.argv.end(), {"-D", directory_});
    else
      program.argv.insert(program.argv.end(), source.begin() + 1, source.end());
    for (const std::string& setting : own_settings(directory_))
      program.argv.insert(program.argv.end(), {"-c", setting});
    program.user = programs_.owner();
    server_ = &copy_.start(std::move(program));
    wait_until_it_serves(
        *server_, "PostgreSQL",
        [&] {
          std::vector<std::string> words = client("template1");
          words.insert(words.end(), {"-c", "SELECT 1"});
          return copy_.shell.run(words, programs_.owner(), client_variables(), kReadiness);
        },
        {"No such file or directory", "the database system is", "Connection refused",
         "not yet accepting connections"});
  }

  std::vector<std::string> client(const std::string& database) const {
    return {programs_.path("psql"),
            "-w",
            "-X",
            "-q",
            "-v",
            "ON_ERROR_STOP=1",
            "-h",
            directory_,
            "-p",
            "5432",
            "-U",
            recognition_.server.administrator,
            "-d",
            "dbname=" + connection_value(database)};
  }
  static std::vector<std::string> client_variables() {
    return {"PGHOSTADDR=", "PGPASSWORD=", kSessionOptions};
  }

  std::unique_ptr<diff::RowSource> ask(const std::string& database, const std::string& query,
                                       std::size_t cells) {
    docker::ExecSpec program;
    program.argv = client(database);
    program.argv.insert(program.argv.end(), {"-c", "COPY (" + query + ") TO STDOUT"});
    program.user = programs_.owner();
    program.env = client_variables();
    return std::make_unique<TextRows>(
        std::make_unique<ProgramOutput>(copy_.engine, copy_.container, std::move(program)), cells,
        NullMark::backslash_n);
  }

  Ask asks() {
    return [this](const std::string& database, const std::string& query, std::size_t cells) {
      return ask(database, query, cells);
    };
  }

  // A name that has a "=" in it is a name all the same (libpq, "Keyword/Value Connection Strings").
  static std::string connection_value(const std::string& name) {
    std::string value = "'";
    for (const char c : name) {
      if (c == '\'' || c == '\\') value += '\\';
      value += c;
    }
    return value + "'";
  }

  CopyInScratch copy_;
  Recognition recognition_;
  Programs programs_;
  std::string directory_;
  std::string version_;
  int major_ = 0;
  bool trims_ = false;
  std::optional<History> history_;
  std::vector<std::string> databases_;
  const RunningServer* server_ = nullptr;
};

}  // namespace

std::unique_ptr<Session> Postgres::serve(CopyInScratch copy, const Recognition& recognition) const {
  return std::make_unique<PostgresSession>(std::move(copy), recognition);
}

const SqlWords* Postgres::sql_words() const {
  return &postgres::sql_words();
}

}  // namespace dksnap::databases::postgres
