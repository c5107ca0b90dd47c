#pragma once

#include "contract/kind_case.hpp"

namespace dksnap::test {

// A kind that is known by a recipe.
class EtcdCase final : public KindCase {
 public:
  std::string kind() const override { return "etcd"; }
  std::string version() const override { return ""; }
  bool settles() const override { return false; }
  std::string verified() const override { return "answered"; }
  // A segment of its log is made in its whole size of 64 MB (wal.SegmentSizeBytes), and all keys
  // are in one file.
  std::uint64_t always_writes() const override { return 85'000'000; }
  std::string start(Desk& desk) const override;
  void wait(Desk& desk, const std::string& container) const override;
  void add(Desk& desk, const std::string& container, const std::string& name) const override;
  void remove_doomed(Desk& desk, const std::string& container) const override;
  std::string doomed_file(Desk& desk, const std::string& container) const override;
  std::string state(Desk& desk, const std::string& container) const override;
};

}  // namespace dksnap::test
