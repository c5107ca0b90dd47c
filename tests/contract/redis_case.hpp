#pragma once

#include "contract/kind_case.hpp"

namespace dksnap::test {

// Redis, or Valkey, with an append-only file: what was answered is on the disk, also of one that is
// killed or paused. Those with dumps alone have tests of their own.
class RedisCase final : public KindCase {
 public:
  RedisCase(std::string kind, std::string version, std::string word)
      : kind_(std::move(kind)), version_(std::move(version)), word_(std::move(word)) {}
  std::string word() const override { return word_; }
  std::string kind() const override { return kind_; }
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
  std::string kind_;
  std::string version_;
  std::string word_;
};

}  // namespace dksnap::test
