// What databases a server of the MySQL family has, as its own tables tell it.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "diff/catalogue.hpp"
#include "diff/rows.hpp"

namespace dksnap::databases::innodb {

std::string quoted(const std::string& name);   // `name`
std::string literal(const std::string& text);  // 'text', where sql_mode is empty

// Rows of kCatalogueCells, in the order that CatalogueReader takes them in.
inline constexpr std::size_t kCatalogueCells = 6;
std::string catalogue_query();
// A row of two cells: its name, and the text that it is made by.
std::string definition_query(const diff::Table& table);

// Once all rows of that query are in, the others are asked for: statements whose rows are read in
// turn.
class CatalogueReader {
 public:
  void add(const diff::Row& row);

  // Of tables(), by its place there: the text that it is made by.
  void add_definition(std::size_t table, const std::string& text);
  // Rows of four cells: kind, name, definition and database of an object.
  std::string objects_query() const;
  void add_object(const diff::Row& row);

  // With all that was added, in the order of names.
  diff::Catalogue take();
  const std::vector<diff::Table>& tables() const { return catalogue_.tables; }

 private:
  struct Index {
    std::vector<std::string> columns;
    bool is_key = true;  // unique, of whole columns that are never NULL
  };
  void add_index(const diff::Row& row);
  diff::Table& table_of(const diff::Row& row);

  diff::Catalogue catalogue_;
  std::map<std::pair<std::string, std::string>, std::size_t> places_;
  std::map<std::size_t, std::map<std::string, Index>> indexes_;  // by the place of their table
  std::map<std::string, std::vector<std::pair<std::string, bool>>> rights_;  // columns, of the key?
  std::vector<std::pair<std::string, std::string>> sequences_;               // schema and name
};

}  // namespace dksnap::databases::innodb
