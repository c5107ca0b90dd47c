#include "databases/registry.hpp"

#include <array>

#include "base/error.hpp"
#include "databases/files/files.hpp"
#include "databases/mongo/mongo.hpp"
#include "databases/postgres/postgres.hpp"

namespace dksnap::databases {
namespace {

const mongo::Mongo kMongo;
const postgres::Postgres kPostgres;
const files::Files kFiles;

constexpr std::array<const Database*, 3> kAll{
    &kPostgres,
    &kMongo,
    &kFiles,
};

}  // namespace

std::span<const Database* const> all() {
  return kAll;
}

const Database& by_name(std::string_view name) {
  for (const Database* database : kAll) {
    if (database->name() == name) return *database;
  }
  throw Error(ErrorCode::failed, "this dksnap does not know the kind \"" + std::string(name) + "\"",
              "the snapshot was made by a newer version", "update dksnap");
}

Recognised plain_files() {
  Recognition recognition;
  recognition.kind = kFiles.name();
  recognition.reason = "the database's data is kept beside it";
  return {&kFiles, std::move(recognition)};
}

Recognised recognise(const ContainerFacts& facts) {
  for (const Database* database : kAll) {
    if (auto recognition = database->recognise(facts)) {
      recognition->kind = database->name();
      return {database, std::move(*recognition)};
    }
  }
  throw Error(ErrorCode::failed, "no kind fits", "the list of kinds has no last one");
}

}  // namespace dksnap::databases
