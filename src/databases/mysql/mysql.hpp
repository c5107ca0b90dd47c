// MySQL 5.7 and later, and what is built on it.
#pragma once

#include "databases/innodb/innodb.hpp"

namespace dksnap::databases::mysql {

class Mysql final : public innodb::InnodbDatabase {
 protected:
  const innodb::Product& product() const override;
  const innodb::DumpWords& dump_words() const override;
  std::vector<std::pair<std::string, std::string>> persisted(
      const ContainerFacts& facts, const std::string& directory) const override;
  std::string version_in(const std::string& text) const override;
  bool listens(const innodb::ServerSettings& settings) const override;
  std::vector<std::string> quiet_options(const Recognition& recognition) const override;
  std::string_view redo_setting() const override { return "innodb_redo_log_capacity"; }
  std::vector<std::string> settling_options() const override;
  std::vector<std::string> settling_statements(
      const std::vector<std::string>& command) const override;
  bool is_spare(std::string_view path) const override;
  std::vector<std::string> spare_places() const override { return {"", "#innodb_redo"}; }
  std::string flush_statement() const override;
  std::string followers_statement(const Server& server) const override;
};

}  // namespace dksnap::databases::mysql
