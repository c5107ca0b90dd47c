// MariaDB 10.4 and later.
#pragma once

#include "databases/innodb/innodb.hpp"

namespace dksnap::databases::mariadb {

class Mariadb final : public innodb::InnodbDatabase {
 protected:
  const innodb::Product& product() const override;
  const innodb::DumpWords& dump_words() const override;
  std::string version_in(const std::string& text) const override;
  std::vector<std::string> quiet_options(const Recognition& recognition) const override;
  std::string_view redo_setting() const override { return "innodb_log_file_size"; }
  std::vector<std::string> settling_options() const override;
  std::vector<std::string> settling_statements(
      const std::vector<std::string>& command) const override;
  bool is_spare(std::string_view path) const override;
  std::string flush_statement() const override;
  std::string followers_statement(const Server& server) const override;
};

}  // namespace dksnap::databases::mariadb
