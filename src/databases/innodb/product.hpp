// What tells the products of the MySQL family apart.
#pragma once

#include <span>
#include <string_view>

namespace dksnap::databases::innodb {

struct Product {
  std::string_view kind;   // "mariadb"
  std::string_view title;  // "MariaDB"
  // Programs, the present name first: the server, what starts it and passes its options on, and the
  // client.
  std::span<const std::string_view> servers;
  std::span<const std::string_view> starters;
  std::span<const std::string_view> clients;
  // Variables of the images that name the version, and what the others begin with.
  std::span<const std::string_view> version_variables;
  std::span<const std::string_view> foreign_variables;  // its relatives' images'
  std::span<const std::string_view> prefixes;
  // Groups of an option file that the server reads; those of a version besides: "mysqld-9.7".
  std::span<const std::string_view> groups;
  // Files that only this product has in its data directory.
  std::span<const std::string_view> marks;
  // The same of its relatives.
  std::span<const std::string_view> foreign_marks;
  // In the data directory, where the version stands that last wrote to it.
  std::span<const std::string_view> version_files;
};

}  // namespace dksnap::databases::innodb
