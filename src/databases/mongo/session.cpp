// A MongoDB on a copy, whom anybody may ask anything, and nobody reaches.
#include "databases/session.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/digest.hpp"
#include "base/error.hpp"
#include "base/text.hpp"
#include "databases/mongo/archive.hpp"
#include "databases/mongo/documents.hpp"
#include "databases/mongo/mongo.hpp"
#include "databases/mongo/options.hpp"
#include "databases/mongo/private_server.hpp"
#include "databases/parts.hpp"
#include "databases/program_output.hpp"
#include "databases/running_server.hpp"
#include "diff/sorted_rows.hpp"

namespace dksnap::databases::mongo {
namespace {

using Json = nlohmann::ordered_json;

constexpr const char* kAddress =
    "--uri=mongodb://127.0.0.1:27017/?directConnection=true&serverSelectionTimeoutMS=2000";
constexpr std::size_t kAlgorithm = 7;  // "sha256:"

Json parsed(const std::string& text) {
  Json value = Json::parse(text.empty() ? "{}" : text, nullptr, false);
  return value.is_object() ? value : Json::object();
}

diff::Table table_of(const ArchivedCollection& collection) {
  diff::Table table;
  table.database = table.schema = collection.database;
  table.plain_name = table.name = collection.name;
  table.kind = collection.type == "timeseries" ? "time series" : "collection";
  table.bytes = collection.bytes;
  table.columns = {{"_id", "any", "any", diff::ValueKind::text, false},
                   {"document", "document", "document", diff::ValueKind::json, false}};
  // Measurements have ids, which need not be one each.
  if (collection.type != "timeseries") table.key = {"_id"};
  const Json metadata = parsed(collection.metadata);
  if (const auto indexes = metadata.find("indexes"); indexes != metadata.end()) {
    for (Json index : *indexes) {
      if (!index.is_object() || !index.contains("name")) continue;
      const std::string name = index["name"].is_string() ? index["name"].get<std::string>() : "";
      for (const char* word : {"name", "ns", "v"}) index.erase(word);
      table.parts.push_back({"index", name, index.dump()});
    }
  }
  if (const auto options = metadata.find("options"); options != metadata.end() && !options->empty())
    table.parts.push_back({"options", "", options->dump()});
  return table;
}

class MongoSession final : public Session {
 public:
  MongoSession(CopyInScratch copy, const Recognition& recognition) : copy_(std::move(copy)) {
    const ProgramResult owner =
        copy_.shell.run({kWorkerProgram, "owner", recognition.data_paths.front()}, "0:0");
    owner_ = std::string(dksnap::trim(owner.out));
    program_ = find_mongod(copy_.shell, recognition.server, owner_);
    start(recognition);
  }

  std::string version() const override { return program_.version; }
  bool is_alive() const override { return !server_->has_ended(); }

  diff::Catalogue catalogue() override {
    diff::Catalogue catalogue;
    Prelude prelude;
    {
      ProgramOutput archive = run({"mongodump", kAddress, "--archive"});
      prelude = read_prelude(archive);
    }
    bool has_users = false;
    for (const ArchivedCollection& collection : prelude.collections) {
      if (collection.database == "config" || collection.database == "local") continue;
      if (collection.database == "admin" && collection.name == "system.users") has_users = true;
      if (collection.type == "view") {
        catalogue.objects.push_back({"view", collection.name,
                                     parsed(collection.metadata).value("options", Json()).dump(),
                                     collection.database});
      } else if (!collection.name.starts_with("system.") || collection.name == "system.js") {
        catalogue.tables.push_back(table_of(collection));
      }
    }
    if (has_users) add_users(catalogue);
    return catalogue;
  }

  std::vector<diff::PartSum> sums(const diff::Table& table,
                                  const diff::Comparable& columns) override {
    const std::vector<std::size_t> places = places_of(table, columns);
    PartSums sums;
    DocumentRows rows = documents(table.database, table.plain_name);
    for (diff::Row row; rows.next(row);) {
      std::string text;
      for (const std::size_t place : places) text += row[place].value_or("") + '\0';
      sums.add(row, text);
    }
    return sums.sums();
  }

  std::unique_ptr<diff::RowSource> rows(const diff::Table& table, const diff::Comparable& columns,
                                        const std::vector<std::uint64_t>& parts) override {
    SomeCells some(
        std::make_unique<RowsOfParts>(
            std::make_unique<DocumentRows>(documents(table.database, table.plain_name)), parts),
        places_of(table, columns));
    return diff::sorted_rows(some, columns);
  }

 private:
  // In the rows of documents(), which have all columns of the table.
  static std::vector<std::size_t> places_of(const diff::Table& table,
                                            const diff::Comparable& columns) {
    std::vector<std::size_t> places;
    for (const diff::Column& column : columns.columns) {
      const auto found =
          std::find_if(table.columns.begin(), table.columns.end(),
                       [&](const diff::Column& one) { return one.name == column.name; });
      places.push_back(static_cast<std::size_t>(found - table.columns.begin()));
    }
    return places;
  }

  void start(const Recognition& recognition) {
    docker::ExecSpec program;
    program.argv = private_server(program_, recognition, false);
    program.user = owner_;
    server_ = &copy_.start(std::move(program));
    // The tools end where nothing answers: this one asks for nothing.
    wait_until_it_serves(*server_, "MongoDB",
                         [&] {
                           return copy_.shell.run({"mongoexport", kAddress, "--db=admin",
                                                   "--collection=dksnap.nothing"},
                                                  owner_, {"HOME=/tmp"}, kReadiness);
                         },
                         {"server selection", "connection refused"});
  }

  ProgramOutput run(std::vector<std::string> words) {
    docker::ExecSpec program;
    program.argv = std::move(words);
    program.user = owner_;
    program.env = {"HOME=/tmp"};
    return ProgramOutput(copy_.engine, copy_.container, std::move(program));
  }

  DocumentRows documents(const std::string& database, const std::string& collection) {
    docker::ExecSpec program;
    program.argv = {"mongoexport", kAddress, "--jsonFormat=canonical", "--db=" + database,
                    "--collection=" + collection};
    program.user = owner_;
    program.env = {"HOME=/tmp"};
    return DocumentRows(
        std::make_unique<ProgramOutput>(copy_.engine, copy_.container, std::move(program)));
  }

  // Of passwords only whether it is another one.
  void add_users(diff::Catalogue& catalogue) {
    try {
      DocumentRows rows = documents("admin", "system.users");
      for (diff::Row row; rows.next(row);) {
        const Json user = parsed(row[1].value_or(""));
        constexpr std::size_t kDigits = 8;
        const std::string secret =
            sha256_digest(user.value("credentials", Json()).dump()).substr(kAlgorithm, kDigits);
        catalogue.objects.push_back(
            {"user", row[0].value_or(""),
             fmt::format("roles {}, password {}", user.value("roles", Json()).dump(), secret), ""});
      }
    } catch (const Error& error) {
      if (error.code() != ErrorCode::database_refused || !is_alive()) throw;
      catalogue.notices.push_back("its users could not be read: " + error.why());
    }
  }

  CopyInScratch copy_;
  std::string owner_;
  MongodProgram program_;
  const RunningServer* server_ = nullptr;
};

}  // namespace

std::unique_ptr<Session> Mongo::serve(CopyInScratch copy, const Recognition& recognition) const {
  return std::make_unique<MongoSession>(std::move(copy), recognition);
}

}  // namespace dksnap::databases::mongo
