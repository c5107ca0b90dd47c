// How a server of SQL is told to make one database of another.
#pragma once

#include <string>
#include <vector>

#include "diff/rows.hpp"
#include "diff/schema.hpp"

namespace dksnap::databases {

// Statements with their semicolons; an empty text, or none: this cannot be said in SQL.
class SqlWords {
 public:
  virtual ~SqlWords() = default;
  // Before and after all others: so that values mean what they meant where they were read, and no
  // trigger or foreign key has a say.
  virtual std::vector<std::string> begin() const = 0;
  virtual std::vector<std::string> end() const = 0;
  // That what follows is about this one of several databases.
  virtual std::string use(const std::string& database) const = 0;

  virtual std::string quoted(const std::string& name) const = 0;
  virtual std::string name_of(const diff::Table& table) const = 0;
  // Of a value as a session's rows have it, which is not NULL.
  virtual std::string literal(const std::string& value, const diff::Column& column) const = 0;
  // That a column has this value, which may be NULL.
  virtual std::string equals(const diff::Cell& value, const diff::Column& column) const = 0;
  // The server makes its values by itself.
  virtual bool is_generated(const diff::Column& column) const = 0;
  // An UPDATE that does not name it changes it.
  virtual bool changes_by_itself(const diff::Column& /*column*/) const { return false; }
  // Something runs for each row whatever begin() says: its name is in `part`.
  virtual bool fires(const diff::Part& /*part*/) const { return false; }
  // That part has to be there before rows are: a partition.
  virtual bool comes_before_rows(const std::string& /*kind*/) const { return false; }
  // Between the columns of an INSERT and its values: "" or with blanks.
  virtual std::string insert_words(const diff::Table& table) const = 0;
  // Of rows that nothing tells apart, one.
  virtual std::string delete_one(const diff::Table& table, const std::string& condition) const = 0;

  // Without what hangs on it, which comes after its rows.
  virtual std::string create_table(const diff::Table& table) const = 0;
  virtual std::string drop_table(const diff::Table& table) const = 0;
  // Of a part that is added, changed or removed; `table` as the newer side has it, or the older one
  // where that has it alone.
  virtual std::vector<std::string> change_part(const diff::Table& table,
                                               const diff::SchemaChange& change) const = 0;
  // Of a part of a table that create_table() has made, where it did not come with that.
  virtual std::vector<std::string> change_new_part(const diff::Table& table,
                                                   const diff::SchemaChange& change) const = 0;
  // Of a column that was added what needs the table's keys.
  virtual std::vector<std::string> complete_column(const diff::Table& /*table*/,
                                                   const diff::SchemaChange& /*change*/) const {
    return {};
  }
  virtual std::vector<std::string> change_object(const diff::SchemaChange& change) const = 0;
};

}  // namespace dksnap::databases
