#pragma once

#include "contract/kind_case.hpp"

namespace dksnap::test {

class PostgresCase final : public KindCase {
 public:
  PostgresCase(std::string version, std::string word)
      : version_(std::move(version)), word_(std::move(word)) {}

  std::string word() const override { return word_; }
  std::string kind() const override { return "postgres"; }
  std::string version() const override { return version_; }
  bool settles() const override { return true; }
  std::string verified() const override { return "answered"; }
  std::string start(Desk& desk) const override;
  void wait(Desk& desk, const std::string& container) const override;
  void add(Desk& desk, const std::string& container, const std::string& name) const override;
  void remove_doomed(Desk& desk, const std::string& container) const override;
  std::string doomed_file(Desk& desk, const std::string& container) const override;
  std::string state(Desk& desk, const std::string& container) const override;

 private:
  std::string version_;
  std::string word_;
};

}  // namespace dksnap::test
