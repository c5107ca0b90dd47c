#pragma once

#include "contract/kind_case.hpp"

namespace dksnap::test {

class MongoCase final : public KindCase {
 public:
  std::string kind() const override { return "mongo"; }
  std::string version() const override { return "7.0"; }
  bool settles() const override { return true; }
  std::string verified() const override { return "answered"; }
  std::string start(Desk& desk) const override;
  void wait(Desk& desk, const std::string& container) const override;
  void add(Desk& desk, const std::string& container, const std::string& name) const override;
  void remove_doomed(Desk& desk, const std::string& container) const override;
  std::string doomed_file(Desk& desk, const std::string& container) const override;
  std::string state(Desk& desk, const std::string& container) const override;
};

}  // namespace dksnap::test
