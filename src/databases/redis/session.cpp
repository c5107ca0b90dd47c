// A Redis or Valkey on a copy, whom anybody may ask anything, and nobody reaches.
#include "databases/session.hpp"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/paths.hpp"
#include "base/text.hpp"
#include "databases/program_output.hpp"
#include "databases/redis/client.hpp"
#include "databases/redis/redis.hpp"
#include "databases/redis/row_scripts.hpp"
#include "databases/redis/settings.hpp"
#include "databases/running_server.hpp"
#include "databases/text_rows.hpp"

namespace dksnap::databases::redis {
namespace {

constexpr std::uint64_t kRowsOfAPage = 200;
constexpr const char* kSocket = "dksnap.sock";
// From this one on servers tell when a key's time is over (PEXPIRETIME).
constexpr int kTellsWhen = 7;
constexpr std::string_view kDatabase = "db";
constexpr std::string_view kAnswered = "ok";
constexpr std::size_t kLongestAnswer = 64U << 20U;

int leading_number(std::string_view text) {
  int number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

diff::Column column_of(const char* name) {
  return {name, "string", "string", diff::ValueKind::text, false};
}

// When a key's time is over, for people.
class ReadableRows final : public diff::RowSource {
 public:
  explicit ReadableRows(std::unique_ptr<diff::RowSource> rows, std::vector<std::size_t> places)
      : rows_(std::move(rows)), places_(std::move(places)) {}
  bool next(diff::Row& row) override {
    diff::Row all;
    if (!rows_->next(all)) return false;
    row.clear();
    for (const std::size_t place : places_) row.push_back(std::move(all[place]));
    for (std::size_t i = 0; i < row.size(); ++i) {
      if (places_[i] != kRowCells - 1 || !row[i] || *row[i] == "yes") continue;
      std::int64_t milliseconds = 0;
      std::from_chars(row[i]->data(), row[i]->data() + row[i]->size(), milliseconds);
      row[i] = to_rfc3339(TimePoint(std::chrono::milliseconds(milliseconds)));
    }
    return true;
  }

 private:
  std::unique_ptr<diff::RowSource> rows_;
  std::vector<std::size_t> places_;
};

class RedisSession final : public Session {
 public:
  RedisSession(CopyInScratch copy, const Product& product, const Recognition& recognition)
      : copy_(std::move(copy)),
        product_(product),
        directory_(recognition.data_paths.front()),
        settings_(recognition.server.settings),
        is_known_(!recognition.server.command.empty()) {
    const ProgramResult owner = copy_.shell.run({kWorkerProgram, "owner", directory_}, "0:0");
    owner_ = std::string(dksnap::trim(owner.out));
    const auto& command = recognition.server.command;
    if (!command.empty() && command.front().starts_with('/'))
      prefix_ = parent_path(command.front()) + "/";
    start();
    hold();
  }

  void set_moment(TimePoint moment) override {
    moment_ =
        std::chrono::duration_cast<std::chrono::milliseconds>(moment.time_since_epoch()).count();
  }
  std::string version() const override { return version_; }
  bool is_alive() const override { return !server_->has_ended(); }

  diff::Catalogue catalogue() override {
    diff::Catalogue catalogue;
    for (const std::string& name : filled()) {
      diff::Table table;
      table.name = table.plain_name = name;
      table.kind = "database";
      for (const char* column : {"key", "field", "type", "value", "expires"})
        table.columns.push_back(column_of(column));
      table.key = {"key", "field"};
      catalogue.tables.push_back(std::move(table));
    }
    if (leading_number(version_) >= kTellsWhen) {
      const std::string functions = ask({"FUNCTION", "LIST", "WITHCODE"});
      if (!functions.empty()) catalogue.objects.push_back({"functions", "all", functions, ""});
    }
    const std::string over = info_field(ask({"INFO", "persistence"}), "rdb_last_load_keys_expired");
    if (!over.empty() && over != "0") {
      catalogue.notices.push_back(
          fmt::format("{} keys are left out whose time is over by now", over));
    }
    return catalogue;
  }

  std::vector<diff::PartSum> sums(const diff::Table& table, const diff::Comparable&) override {
    std::vector<diff::PartSum> sums;
    std::vector<std::string> lines = split(evaluate(table, sums_script(), {}), '\n');
    for (std::size_t i = 1; i < lines.size(); ++i) {
      const std::vector<std::string> cells = split(lines[i], ' ');
      if (cells.size() != 3) throw refused(lines[i]);
      sums.push_back({std::stoull(cells[0]), std::stoull(cells[1]), cells[2]});
    }
    return sums;
  }

  std::unique_ptr<diff::RowSource> rows(const diff::Table& table, const diff::Comparable& columns,
                                        const std::vector<std::uint64_t>& parts) override {
    std::string wanted = ",";
    for (const std::uint64_t part : parts) wanted += std::to_string(part) + ",";
    const std::string index = fmt::format("index {}", ++indexes_);
    const std::string answer = evaluate(table, index_script(), {index, wanted});
    const std::uint64_t count = std::stoull("0" + answer.substr(kAnswered.size() + 1));
    const std::string sha = ask({"SCRIPT", "LOAD", page_script()});
    std::string commands;
    for (std::uint64_t first = 0; first < count; first += kRowsOfAPage) {
      commands += fmt::format("EVALSHA {} 0 {} {} {} {} \"{}\" {} {}\n", dksnap::trim(sha),
                              tells_when(), number_of(table), databases(), moment_, index, first,
                              first + kRowsOfAPage - 1);
    }
    std::vector<std::size_t> places;
    for (const diff::Column& column : columns.columns) {
      const auto found = std::find_if(table.columns.begin(), table.columns.end(),
                                      [&](const auto& one) { return one.name == column.name; });
      places.push_back(static_cast<std::size_t>(found - table.columns.begin()));
    }
    if (commands.empty()) return std::make_unique<diff::NoRows>();
    docker::ExecSpec program;
    program.argv = client({});
    program.user = owner_;
    return std::make_unique<ReadableRows>(
        std::make_unique<TextRows>(
            std::make_unique<ProgramOutput>(copy_.engine, copy_.container, std::move(program),
                                            std::move(commands)),
            kRowCells, NullMark::word),
        std::move(places));
  }

 private:
  static std::string number_of(const diff::Table& table) {
    return table.plain_name.substr(kDatabase.size());
  }
  const char* tells_when() const { return leading_number(version_) >= kTellsWhen ? "1" : "0"; }

  // How many the source has; the one behind them is ours.
  int databases() const {
    constexpr int kUsual = 16;
    const int said = leading_number(value_of(settings_, "databases"));
    return said > 0 ? said : kUsual;
  }

  std::vector<std::string> server_words() {
    const Persistence persistence = this->persistence();
    std::vector<std::string> words{prefix_ + std::string(product_.server)};
    const auto set = [&](const char* name, const std::string& value) {
      words.push_back(std::string("--") + name);
      words.push_back(value);
    };
    set("dir", directory_);
    set("dbfilename", persistence.dump);
    set("appendonly", persistence.appends ? "yes" : "no");
    set("appendfilename", persistence.append_file);
    if (persistence.append_directory != Persistence().append_directory)
      set("appenddirname", persistence.append_directory);
    set("save", "");
    set("port", "0");
    set("unixsocket", join_path(directory_, kSocket));
    set("databases", std::to_string(databases() + 1));
    set("daemonize", "no");
    set("appendfsync", "no");
    set("auto-aof-rewrite-percentage", "0");
    for (const auto& [name, value] : settings_) {
      if (name != "loadmodule") continue;
      words.emplace_back("--loadmodule");
      for (const std::string& word : split(value, ' ')) words.push_back(word);
    }
    return words;
  }

  void start() {
    docker::ExecSpec program;
    program.argv = server_words();
    program.user = owner_;
    server_ = &copy_.start(std::move(program));
    wait_until_it_serves(*server_, product_.title,
                         [&] {
                           ProgramResult answer =
                               copy_.shell.run(client({"PING"}), owner_, {}, kReadiness);
                           if (dksnap::trim(answer.out) != "PONG" && answer.ok())
                             answer.exit_code = 1;
                           return answer;
                         },
                         {"Could not connect", "LOADING"});
    const std::string info = ask({"INFO", "server"});
    version_ = info_field(info, "valkey_version");
    if (version_.empty()) version_ = info_field(info, "redis_version");
  }

  std::vector<std::string> client(const std::vector<std::string>& words) const {
    std::vector<std::string> all{prefix_ + std::string(product_.client), "-s",
                                 join_path(directory_, kSocket)};
    all.insert(all.end(), words.begin(), words.end());
    return all;
  }

  Error refused(const std::string& answer) const {
    return {ErrorCode::database_refused, "the server does not tell what it holds",
            fmt::format("{} said: {}", product_.client, last_lines(answer, 2))};
  }

  // Whole, however long it is.
  std::string ask(const std::vector<std::string>& words) {
    docker::ExecSpec program;
    program.argv = client(words);
    program.user = owner_;
    ProgramOutput output(copy_.engine, copy_.container, std::move(program));
    return std::string(dksnap::trim(read_all(output, kLongestAnswer)));
  }

  // The names of databases that hold something: "db0".
  std::vector<std::string> filled() {
    std::vector<std::string> names;
    const std::string ours = fmt::format("{}{}", kDatabase, databases());
    for (const std::string& line : split(ask({"INFO", "keyspace"}), '\n')) {
      std::string name = line.substr(0, line.find(':'));
      if (line.starts_with(kDatabase) && line.find(":keys=") != std::string::npos && name != ours)
        names.push_back(std::move(name));
    }
    return names;
  }

  void hold() {
    for (const std::string& name : filled()) {
      diff::Table table;
      table.plain_name = name;
      evaluate(table, hold_script(), {});
    }
  }

  // Where nobody knows how it is started, its files tell, if they are of one kind.
  Persistence persistence() {
    Persistence found = persistence_of(settings_);
    if (is_known_) return found;
    const auto has = [&](const std::string& path) {
      return copy_.shell.run({kWorkerProgram, "owner", path}, "0:0").ok();
    };
    found.appends = has(join_path(join_path(directory_, found.append_directory),
                                  found.append_file + ".manifest")) ||
                    has(join_path(directory_, found.append_file));
    if (found.appends && has(join_path(directory_, found.dump))) {
      throw Error(ErrorCode::database_refused,
                  fmt::format("{} does not come up on the copy", product_.title),
                  fmt::format("how the source starts it is not known, and {} holds a dump and an "
                              "append-only file",
                              directory_),
                  "boot copies of both and look into them");
    }
    return found;
  }

  // The client ends well whatever the server says.
  std::string evaluate(const diff::Table& table, const std::string& script,
                       const std::vector<std::string>& arguments) {
    std::vector<std::string> words{"-n",
                                   number_of(table),
                                   "EVAL",
                                   script,
                                   "0",
                                   tells_when(),
                                   number_of(table),
                                   std::to_string(databases()),
                                   std::to_string(moment_)};
    words.insert(words.end(), arguments.begin(), arguments.end());
    std::string answer = ask(words);
    if (!answer.starts_with(kAnswered)) throw refused(answer);
    return answer;
  }

  CopyInScratch copy_;
  const Product& product_;
  std::string directory_;
  Directives settings_;
  std::string owner_;
  std::string prefix_;
  std::string version_;
  bool is_known_;
  std::int64_t moment_ = 0;
  int indexes_ = 0;
  const RunningServer* server_ = nullptr;
};

}  // namespace

std::unique_ptr<Session> Redis::serve(CopyInScratch copy, const Recognition& recognition) const {
  return std::make_unique<RedisSession>(std::move(copy), product_, recognition);
}

}  // namespace dksnap::databases::redis
