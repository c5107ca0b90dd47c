// HTTP/1.1 over a Channel: one request, one answer, one connection.
#pragma once

#include <memory>
#include <string>

#include "base/stream.hpp"
#include "docker/wire/channel.hpp"

namespace dksnap::docker {

struct Request {
  std::string method = "GET";
  std::string target;        // escaped already
  std::string content_type;  // empty: no body
  std::string body;
  Source* stream = nullptr;  // in place of `body`: sent as it comes; must outlive the exchange
  bool upgrade = false;      // asks for a raw connection in place of an answer's body
};

// The head of the answer has been read. Not thread-safe.
class Answer {
 public:
  virtual ~Answer() = default;
  virtual int status() const = 0;
  // Empty where there is none. Any case.
  virtual std::string header(const std::string& name) const = 0;
  // The body as it comes, with memory that does not depend on its size. A body that is cut short
  // is an Error `engine_unreachable`, never an end.
  virtual Source& body() = 0;

  // The raw connection after a 101 (or, from old engines, a 200 to an upgrade), and what of it was
  // read already. The answer must not be used after.
  struct Raw {
    std::unique_ptr<Channel> channel;
    std::string first;
  };
  virtual Raw take_connection() = 0;
};

// Sends the request and reads the answer's head. An answer that refuses a streamed body before its
// end stops the sending and is returned; what the stream throws passes through, and leaves the
// engine with a body that it can see is incomplete.
std::unique_ptr<Answer> exchange(std::unique_ptr<Channel> channel, const std::string& host,
                                 const Request& request);

}  // namespace dksnap::docker
