// A container that is written to all the time, from which snapshots are taken while things go
// wrong.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "engine_view.hpp"
#include "support/desk.hpp"

namespace dksnap::test {

class Source {
 public:
  // Removes it, and every image that descends from its base, which is its own.
  virtual ~Source();
  Source(const Source&) = delete;
  Source& operator=(const Source&) = delete;

  const std::string& name() const { return name_; }
  const std::string& id() const { return id_; }
  const std::string& volume() const { return volume_; }
  // Its image is nobody else's, so that neither its stage image is.
  const std::string& base() const { return base_; }
  // The image that scratches of first snapshots are made of, if it was made.
  std::vector<std::string> stage_images() const;

  // Whether all data is there and more comes in.
  virtual ::testing::AssertionResult goes_on() = 0;
  // Whether an image holds the data of one instant.
  virtual ::testing::AssertionResult is_whole(const std::string& image) = 0;

 protected:
  Source(Desk& desk, const EngineView& engine, const std::string& lab_image);
  void start(const std::vector<std::string>& env, const std::string& volume = "");

  Desk& desk_;
  const EngineView& engine_;

 private:
  std::string name_;
  std::string base_;
  std::string id_;
  std::string volume_;
};

// files:1: counters at 1 Hz and at 100 Hz, and a log.
class FilesSource final : public Source {
 public:
  // `volume`: to mount at /data; empty: its own.
  FilesSource(Desk& desk, const EngineView& engine, const std::string& volume = "");
  ::testing::AssertionResult goes_on() override;
  ::testing::AssertionResult is_whole(const std::string& image) override;

 private:
  std::uint64_t ticks() const;
};

// postgres:15 with a table that goes_on() adds to.
class PostgresSource final : public Source {
 public:
  PostgresSource(Desk& desk, const EngineView& engine);
  ::testing::AssertionResult goes_on() override;
  ::testing::AssertionResult is_whole(const std::string& image) override;

 private:
  RunResult query(const std::string& container, const std::string& sql) const;
  int rows_ = 0;
};

}  // namespace dksnap::test
