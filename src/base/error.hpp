// The one error type of dksnap: a code that decides the exit status, and a message in three parts.
#pragma once

#include <exception>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace dksnap {

// What went wrong, as a promise to scripts: the value is the exit status. Values are only ever
// added, never changed (docs/scripting.md lists them; a test compares).
enum class ErrorCode : int {
  answer_is_no = 1,
  failed = 2,
  incomplete = 3,
  credentials = 4,
  engine_unreachable = 10,
  not_found = 11,
  in_use = 12,
  database_refused = 13,
  not_ready = 14,
  no_space = 15,
  replace_rolled_back = 20,
  replace_stuck = 21,
  interrupted = 130,
  terminated = 143,
};

struct ErrorCodeInfo {
  ErrorCode code;
  std::string_view name;     // snake_case, for JSON
  std::string_view meaning;  // one line, for help and documents
};

// All codes, in the order of their values.
std::span<const ErrorCodeInfo> error_codes();
std::string_view error_code_name(ErrorCode code);
// `failed` where there is no such name.
ErrorCode error_code_by_name(std::string_view name);

// Ends an operation. What failed, why in the user's words, and what to do; each a sentence without
// a full stop at the end. Contexts are added on the way up, from the inside out.
class Error : public std::exception {
 public:
  Error(ErrorCode code, std::string what_failed, std::string why = {}, std::string hint = {});

  ErrorCode code() const { return code_; }
  // Contexts from the outside in, then what failed.
  const std::string& message() const { return message_; }
  const std::string& why() const { return why_; }
  const std::string& hint() const { return hint_; }
  // "message: why" (without the hint).
  const char* what() const noexcept override { return full_.c_str(); }

  // Puts `context` before the message: "cannot snapshot db: cannot read …".
  Error& add_context(std::string_view context);
  // Sets the hint unless there is one: whoever was nearer to the cause knows better.
  Error& default_hint(std::string hint);

 private:
  void compose();

  ErrorCode code_;
  std::string message_;
  std::string why_;
  std::string hint_;
  std::string full_;
};

// An Error for the current value of errno (or `number`): ENOSPC and EDQUOT give no_space, all
// others `failed`.
Error system_error(std::string what_failed, int number = -1);

}  // namespace dksnap
