// The questions by which a PostgreSQL tells what it has, and what to make of the answers.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "diff/catalogue.hpp"
#include "diff/rows.hpp"

namespace dksnap::databases::postgres {

// For COPY: a row each thing, its first cell the word for what it is.
std::string catalogue_query();
// Of the whole server, asked in any database: roles, settings of databases and roles.
std::string globals_query();
// Makes a catalogue of the rows, in the order of the query.
class CatalogueReader {
 public:
  explicit CatalogueReader(diff::Catalogue& catalogue) : catalogue_(catalogue) {}
  // Throws `failed` for a row that is none of the query's.
  void add(const std::string& database, const diff::Row& row);

 private:
  diff::Table& table_of(const std::string& database, const diff::Row& row);
  diff::Catalogue& catalogue_;
  std::map<std::vector<std::string>, std::size_t> places_;  // in it, by database, schema and name
};

// "name" as an identifier in a statement.
std::string quoted(const std::string& name);

}  // namespace dksnap::databases::postgres
