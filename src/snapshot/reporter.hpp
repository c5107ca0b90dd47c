// How operations tell what they do. Implementations print text, JSON, fill a screen, or nothing.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace dksnap::snapshot {

// Called on the operation's thread only.
class Reporter {
 public:
  virtual ~Reporter() = default;
  // A step begins: "copying the data of db". Steps do not nest.
  virtual void step_begins(std::string_view doing) = 0;
  // Bytes moved so far in this step; `total` 0 where it is not known.
  virtual void step_moves(std::uint64_t bytes, std::uint64_t total) = 0;
  virtual void step_ends(std::string_view done, std::chrono::nanoseconds took) = 0;
  // The step under way failed; the error itself is reported elsewhere.
  virtual void step_fails() = 0;
  // Something the user should know, in one sentence.
  virtual void notice(std::string_view text) = 0;
};

// One step: begins with the object, ends with done(); otherwise it failed.
class Step {
 public:
  Step(Reporter& reporter, std::string_view doing)
      : reporter_(reporter), start_(std::chrono::steady_clock::now()) {
    reporter_.step_begins(doing);
  }
  ~Step() {
    if (!done_) reporter_.step_fails();
  }
  Step(const Step&) = delete;
  Step& operator=(const Step&) = delete;
  void moves(std::uint64_t bytes, std::uint64_t total = 0) { reporter_.step_moves(bytes, total); }
  void done(std::string_view text) {
    done_ = true;
    reporter_.step_ends(text, std::chrono::steady_clock::now() - start_);
  }

 private:
  Reporter& reporter_;
  std::chrono::steady_clock::time_point start_;
  bool done_ = false;
};

}  // namespace dksnap::snapshot
