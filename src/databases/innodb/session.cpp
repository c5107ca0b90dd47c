// A MySQL or MariaDB on a copy, whom anybody may ask anything, and nobody reaches.
#include "databases/session.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/paths.hpp"
#include "base/text.hpp"
#include "databases/innodb/catalogue.hpp"
#include "databases/innodb/innodb.hpp"
#include "databases/innodb/private_start.hpp"
#include "databases/innodb/programs.hpp"
#include "databases/innodb/sql_words.hpp"
#include "databases/parts.hpp"
#include "databases/program_output.hpp"
#include "databases/running_server.hpp"
#include "databases/text_rows.hpp"

namespace dksnap::databases::innodb {
namespace {

// What a session prints is the same whatever the server's own settings say. Sorting is by whole
// values, as far as the server goes. A longer packet there is not (MySQL manual,
// "max_allowed_packet").
constexpr const char* kSessionSettings =
    "SET SESSION TRANSACTION READ ONLY;\n"
    "SET NAMES utf8mb4;\n"
    "SET SESSION sql_mode = '', time_zone = '+00:00', group_concat_max_len = 1048576, "
    "max_sort_length = 1048576, sort_buffer_size = 67108864, lc_time_names = 'en_US', "
    "sql_quote_show_create = 1, sql_auto_is_null = 0, sql_safe_updates = 0;\n"
    "/*!80000 SET SESSION information_schema_stats_expiry = 0, show_create_table_verbosity = 0, "
    "use_secondary_engine = OFF */;\n";

// The type without its length: "varchar".
std::string base_type(const diff::Column& column) {
  return column.type.substr(0, column.type.find_first_of("( "));
}

bool is_float(const diff::Column& column) {
  return base_type(column) == "float";
}

// The one text that a value has, as bytes. What is no text of the server's own is left as it is.
std::string text_of(const diff::Column& column) {
  static constexpr std::array<std::string_view, 8> kGeometries{
      "geometry",   "point",           "linestring",   "polygon",
      "multipoint", "multilinestring", "multipolygon", "geometrycollection"};
  const std::string name = quoted(column.name);
  const std::string type = base_type(column);
  if (column.kind == diff::ValueKind::binary) return name;
  if (std::find(kGeometries.begin(), kGeometries.end(), type) != kGeometries.end() ||
      type == "geomcollection")
    return fmt::format("CONVERT(CONCAT(ST_SRID({0}), ' ', HEX(ST_AsBinary({0}))) USING binary)",
                       name);
  if (type == "vector") return fmt::format("CONVERT(HEX({}) USING binary)", name);
  // Of a float the server itself prints six digits, and of a double all.
  if (type == "float") return fmt::format("CONVERT(CAST({} + 0e0 AS CHAR) USING binary)", name);
  if (type == "bit") return fmt::format("CONVERT(CAST({} + 0 AS CHAR) USING binary)", name);
  if (column.kind == diff::ValueKind::number)
    return fmt::format("CONVERT(CAST({} AS CHAR) USING binary)", name);
  return fmt::format("CONVERT(CONVERT({} USING utf8mb4) USING binary)", name);
}

// Of what may be long only the hash goes into that of its row: no text of the server's is longer
// than a packet, and one that would be is NULL.
bool is_long(const diff::Column& column) {
  const std::string type = base_type(column);
  return type.ends_with("text") || type.ends_with("blob") || type == "json" ||
         type.starts_with("geom") || type.ends_with("string") || type.ends_with("polygon") ||
         type.ends_with("char") || type.ends_with("binary");
}

std::string row_text(const std::vector<diff::Column>& columns, std::size_t count) {
  std::vector<std::string> pieces{"''"};
  for (std::size_t i = 0; i < count; ++i) {
    std::string text = text_of(columns[i]);
    if (is_long(columns[i]))
      text = fmt::format("IF(LENGTH({0}) > 200, UNHEX(SHA2({0}, 256)), {0})", text);
    pieces.push_back(fmt::format("IFNULL(CONCAT(LENGTH({0}), ':', {0}), 'N')", text));
  }
  return "CONCAT(" + join(pieces, ", ") + ")";
}

// By its key, so that a changed row is in the same part on both sides; else by all of it.
std::string part_of(const diff::Comparable& by) {
  const std::size_t count = by.keys == 0 ? by.columns.size() : by.keys;
  return fmt::format("(CRC32({}) & {})", row_text(by.columns, count), kParts - 1);
}

std::string from_clause(const diff::Table& table) {
  return fmt::format("FROM {}.{}", quoted(table.schema), quoted(table.plain_name));
}

std::string order_of(const diff::Comparable& by) {
  std::vector<std::string> words;
  const std::size_t count = by.keys == 0 ? by.columns.size() : by.keys;
  for (std::size_t i = 0; i < count; ++i) {
    const diff::Column& column = by.columns[i];
    words.push_back(quoted(column.name) + " IS NULL");
    words.push_back(column.is_whole_number ? quoted(column.name) + " + 0" : text_of(column));
  }
  return words.empty() ? "" : " ORDER BY " + join(words, ", ");
}

std::string hexadecimal(const std::string& bytes) {
  std::string text = "0x";
  for (const char byte : bytes) text += fmt::format("{:02X}", static_cast<unsigned char>(byte));
  return text;
}

// As few digits as tell it from all others.
std::string shortest_float(const std::string& text) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return text;
  return fmt::format("{}", static_cast<float>(value));
}

// Rows as people read them: in the same order, but for what is no key.
class ReadableRows final : public diff::RowSource {
 public:
  ReadableRows(std::unique_ptr<diff::RowSource> rows, const diff::Comparable& by)
      : rows_(std::move(rows)), by_(by) {}
  bool next(diff::Row& row) override {
    if (!rows_->next(row)) return false;
    for (std::size_t i = 0; i < row.size(); ++i) {
      const diff::Column& column = by_.columns[i];
      if (!row[i]) continue;
      if (column.kind == diff::ValueKind::binary) row[i] = hexadecimal(*row[i]);
      if (is_float(column) && by_.keys != 0 && i >= by_.keys) row[i] = shortest_float(*row[i]);
    }
    return true;
  }

 private:
  std::unique_ptr<diff::RowSource> rows_;
  diff::Comparable by_;
};

class InnodbSession final : public Session {
 public:
  InnodbSession(CopyInScratch copy, const Product& product, const Recognition& recognition,
                const std::vector<std::string>& options)
      : copy_(std::move(copy)),
        product_(product),
        program_(find_program(copy_.shell, product, recognition)),
        directory_(recognition.data_paths.front()),
        socket_(join_path(directory_, kPrivateSocket)) {
    start(recognition.server, options);
  }

  std::string version() const override { return program_.version; }
  bool is_alive() const override { return !server_->has_ended(); }

  diff::Catalogue catalogue() override {
    CatalogueReader reader;
    read(catalogue_query(), kCatalogueCells, [&](const diff::Row& row) { reader.add(row); });
    define(reader);
    read(reader.objects_query(), 4, [&](const diff::Row& row) { reader.add_object(row); });
    return reader.take();
  }

  std::vector<diff::PartSum> sums(const diff::Table& table,
                                  const diff::Comparable& columns) override {
    const std::string query = fmt::format(
        "SELECT CONCAT('=', part), CONCAT('=', COUNT(*)), CONCAT('=', SUM(hash)) FROM (SELECT {} "
        "AS part, CAST(CONV(LEFT(SHA2({}, 256), 16), 16, 10) AS UNSIGNED) AS hash {}) h GROUP BY "
        "part ORDER BY part",
        part_of(columns), row_text(columns.columns, columns.columns.size()), from_clause(table));
    std::vector<diff::PartSum> sums;
    read(query, 3, [&](const diff::Row& row) {
      sums.push_back({std::stoull(row[0].value_or("0")), std::stoull(row[1].value_or("0")),
                      row[2].value_or("")});
    });
    return sums;
  }

  std::unique_ptr<diff::RowSource> rows(const diff::Table& table, const diff::Comparable& columns,
                                        const std::vector<std::uint64_t>& parts) override {
    std::vector<std::string> cells;
    for (const diff::Column& column : columns.columns)
      cells.push_back(fmt::format("CONCAT('=', {})", text_of(column)));
    const std::string where = where_part_in(part_of(columns), parts);
    const std::string query = fmt::format("SELECT {} {}{}{}", join(cells, ", "), from_clause(table),
                                          where, order_of(columns));
    return std::make_unique<ReadableRows>(ask(query, cells.size(), NullMark::word), columns);
  }

 private:
  void start(const Server& source, const std::vector<std::string>& options) {
    copy_.shell.run({kWorkerProgram, "name-user", program_.owner}, "0:0");
    docker::ExecSpec program;
    program.argv = {program_.path};
    for (const auto& more : {private_start(directory_, source), options})
      program.argv.insert(program.argv.end(), more.begin(), more.end());
    for (const char* word : {"--skip-grant-tables", "--max-allowed-packet=1G", "--skip-log-bin",
                             "--innodb-flush-log-at-trx-commit=0", "--innodb-fast-shutdown=2"})
      program.argv.emplace_back(word);
    program.user = program_.owner;
    server_ = &copy_.start(std::move(program));
    wait_until_it_serves(*server_, product_.title,
                         [&] {
                           return copy_.shell.run(client({"--execute=SELECT 1"}), program_.owner,
                                                  {}, kReadiness);
                         },
                         {"ERROR 2002", "ERROR 2013"});
  }

  // All at once; else one by one: a table that the server cannot open is one without a definition,
  // and its rows cannot be read either.
  void define(CatalogueReader& reader) {
    const std::size_t count = reader.tables().size();
    std::string all;
    for (const diff::Table& table : reader.tables()) all += definition_query(table);
    std::vector<std::string> texts;
    try {
      texts = definitions(all);
    } catch (const Error&) {
      if (!is_alive()) throw;
      texts.clear();
      for (const diff::Table& table : reader.tables()) {
        try {
          texts.push_back(definitions(definition_query(table)).at(0));
        } catch (const Error& error) {
          texts.push_back("cannot be opened: " + error.why());
        }
      }
    }
    if (texts.size() != count) {
      throw Error(ErrorCode::failed, "cannot read the catalogue",
                  fmt::format("{} tables have {} definitions", count, texts.size()));
    }
    for (std::size_t i = 0; i < count; ++i) reader.add_definition(i, texts[i]);
  }
  std::vector<std::string> definitions(const std::string& statements) {
    std::vector<std::string> texts;
    const auto rows = ask(statements, 2, NullMark::none);
    for (diff::Row row; rows->next(row);) texts.push_back(row[1].value_or(""));
    return texts;
  }

  std::vector<std::string> client(const std::vector<std::string>& more = {}) const {
    std::vector<std::string> words{std::string(product_.clients.front()), "--no-defaults",
                                   "--protocol=socket", "--socket=" + socket_, "--user=root",
                                   "--batch", "--quick", "--skip-column-names",
                                   "--default-character-set=utf8mb4", "--loose-skip-binary-as-hex",
                                   // MariaDB's asks for TLS, also at a socket, from 11.4 on.
                                   "--loose-skip-ssl", "--max-allowed-packet=1G"};
    words.insert(words.end(), more.begin(), more.end());
    return words;
  }

  std::unique_ptr<diff::RowSource> ask(const std::string& statements, std::size_t cells,
                                       NullMark mark) {
    docker::ExecSpec program;
    program.argv = client();
    program.user = program_.owner;
    return std::make_unique<TextRows>(
        std::make_unique<ProgramOutput>(copy_.engine, copy_.container, std::move(program),
                                        kSessionSettings + statements),
        cells, mark);
  }
  template <typename Take>
  void read(const std::string& statements, std::size_t cells, const Take& take) {
    const auto rows = ask(statements, cells, NullMark::word);
    for (diff::Row row; rows->next(row);) take(row);
  }

  CopyInScratch copy_;
  const Product& product_;
  ServerProgram program_;
  std::string directory_;
  std::string socket_;
  const RunningServer* server_ = nullptr;
};

}  // namespace

std::unique_ptr<Session> InnodbDatabase::serve(CopyInScratch copy,
                                               const Recognition& recognition) const {
  return std::make_unique<InnodbSession>(std::move(copy), product(), recognition,
                                         settling_options());
}

const SqlWords* InnodbDatabase::sql_words() const {
  return &innodb::sql_words();
}

}  // namespace dksnap::databases::innodb
