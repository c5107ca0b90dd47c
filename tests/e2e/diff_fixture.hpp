// What `dksnap diff` says since a snapshot of a container.
#pragma once

#include <string>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "documents.hpp"
#include "support/store_lanes.hpp"

namespace dksnap::test {

class DiffFixture : public OnEitherStore {
 protected:
  // From now on.
  void watch(const std::string& source) {
    source_ = source;
    before_ = desk().create(source, {"-m", "before"});
  }
  const std::string& source() const { return source_; }
  const std::string& before() const { return before_; }
  RunResult diff(const Words& options = {}, int status = 0) {
    Words words{"diff", before_};
    words.insert(words.end(), options.begin(), options.end());
    RunResult result = desk().dksnap(words);
    EXPECT_EQ(result.status, status) << result.out << result.err;
    return result;
  }
  // What --json says of each table that differs: "public.t modified +1 -0 ~2".
  Words tables(const Words& options = {}) {
    Words words{"--json"};
    words.insert(words.end(), options.begin(), options.end());
    Words found;
    for (const nlohmann::json& one : json_lines(diff(words).out)) {
      if (one["message_type"] != "table" || one["change"] == "equal") continue;
      found.push_back(one["table"].get<std::string>() + " " + one["change"].get<std::string>() +
                      " +" + one["added"].dump() + " -" + one["removed"].dump() + " ~" +
                      one["modified"].dump());
    }
    return found;
  }
  // The kinds and names of other things that differ.
  Words objects(const Words& options = {}) {
    Words words{"--json"};
    words.insert(words.end(), options.begin(), options.end());
    Words found;
    for (const nlohmann::json& one : json_lines(diff(words).out)) {
      if (one["message_type"] != "summary") continue;
      for (const nlohmann::json& object : one["objects"])
        found.push_back(object["kind"].get<std::string>() + " " +
                        object["name"].get<std::string>());
    }
    return found;
  }

 private:
  std::string source_;
  std::string before_;
};

}  // namespace dksnap::test
