#pragma once

#include "contract/kind_case.hpp"

namespace dksnap::test {

// MySQL and MariaDB, which are asked the same.
class MysqlCase final : public KindCase {
 public:
  MysqlCase(std::string kind, std::string version)
      : kind_(std::move(kind)), version_(std::move(version)) {}

  std::string kind() const override { return kind_; }
  std::string version() const override { return version_; }
  bool settles() const override { return true; }
  std::string verified() const override { return "answered"; }
  // Redo log, undo and system table spaces; the table `bulk` alone is more.
  double unchanged_bytes() const override { return 160'000'000; }
  std::string start(Desk& desk) const override;
  void wait(Desk& desk, const std::string& container) const override;
  void add(Desk& desk, const std::string& container, const std::string& name) const override;
  void remove_doomed(Desk& desk, const std::string& container) const override;
  std::string doomed_file(Desk& desk, const std::string& container) const override;
  std::string state(Desk& desk, const std::string& container) const override;

 private:
  std::string kind_;
  std::string version_;
};

}  // namespace dksnap::test
