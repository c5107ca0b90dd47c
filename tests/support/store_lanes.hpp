// Fixtures of tests that share a desk; after each of them nothing may be left behind.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include <gmock/gmock.h>

#include "support/desk.hpp"
#include "support/requirements.hpp"

namespace dksnap::test {

// The desk of a suite at an engine, made when first asked for.
class SharedDesks {
 public:
  Desk& at(const std::string& engine) {
    auto& desk = desks_[engine];
    if (!desk) desk = std::make_unique<Desk>(engine);
    return *desk;
  }
  void clear() { desks_.clear(); }

 private:
  std::map<std::string, std::unique_ptr<Desk>> desks_;
};

inline constexpr const char* kEitherStore = "either";
// Of the running test.
std::string store_by_turns();
std::vector<std::string> either_store();

template <typename Base>
class DeskFixture : public Base {
 protected:
  static void TearDownTestSuite() { desks().clear(); }
  static SharedDesks& desks() {
    static SharedDesks shared;
    return shared;
  }

  void use(const std::string& engine) {
    DKSNAP_NEEDS("docker");
    DKSNAP_NEEDS(engine);
    desk_ = &desks().at(engine);
  }
  void TearDown() override {
    if (desk_ == nullptr) return;
    EXPECT_THAT(desk_->leftovers(), ::testing::IsEmpty());
  }
  Desk& desk() const { return *desk_; }

 private:
  Desk* desk_ = nullptr;
};

// Where the engine's image store matters.
class OnBothStores : public DeskFixture<::testing::TestWithParam<std::string>> {
 protected:
  void SetUp() override { use(GetParam()); }
};

// Where it hardly does: every other test of a suite on each, and all on both when dense.
class OnEitherStore : public DeskFixture<::testing::TestWithParam<std::string>> {
 protected:
  void SetUp() override { use(GetParam() == kEitherStore ? store_by_turns() : GetParam()); }
};

// Where it does not.
class OnOneEngine : public DeskFixture<::testing::Test> {
 protected:
  void SetUp() override { use("overlay2"); }
};

}  // namespace dksnap::test

// In one file for each suite derived from OnBothStores, or from OnEitherStore.
#define DKSNAP_ON_BOTH_STORES(Suite)                                                   \
  INSTANTIATE_TEST_SUITE_P(Stores, Suite, ::testing::Values("overlay2", "containerd"), \
                           [](const auto& test) { return std::string(test.param); })
#define DKSNAP_ON_EITHER_STORE(Suite)                                          \
  INSTANTIATE_TEST_SUITE_P(Stores, Suite, ::testing::ValuesIn(either_store()), \
                           [](const auto& test) { return std::string(test.param); })
