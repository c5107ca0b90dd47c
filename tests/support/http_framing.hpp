// Where HTTP/1.1 messages begin and end in a stream of bytes; just enough for the fault proxy.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace dksnap::test {

struct HttpHead {
  std::string text;    // all of it, with the empty line
  std::string method;  // of a request
  std::string target;
  int status = 0;  // of a response
  bool upgrade = false;
  bool chunked = false;
  bool has_length = false;
  std::uint64_t length = 0;
};

enum class HttpEvent {
  none,  // more bytes are needed
  head,  // head() is complete; none of its bytes counts as body
  end,   // the message is complete
};

// One side of a connection: requests, or responses.
class HttpFraming {
 public:
  enum class Side { requests, responses };
  explicit HttpFraming(Side side) : side_(side) {}

  struct Step {
    std::size_t used = 0;  // bytes of the input up to the event
    bool is_body = false;  // those bytes are body (chunk framing included), not head
    HttpEvent event = HttpEvent::none;
  };
  // Takes bytes up to the next event. Call again with the rest until `none` comes, also with no
  // bytes left: a message without a body ends at once. Throws Error where it is not HTTP.
  Step feed(std::string_view bytes);

  const HttpHead& head() const { return head_; }
  // After a head: the response is one to a HEAD request.
  void no_body();
  // From now on everything is body: an upgraded stream, or one that ends with the connection.
  void raw() { state_ = State::until_close; }
  bool until_close() const { return state_ == State::until_close; }

 private:
  enum class State {
    head,
    length,
    until_close,
    chunk_size,
    chunk_data,
    chunk_end,
    trailer,
    done,
  };

  Step feed_head(std::string_view bytes);
  std::size_t feed_body(std::string_view bytes);
  void parse_head();
  void choose_body();
  void end_of_line();

  Side side_;
  State state_ = State::head;
  HttpHead head_;
  std::string line_;
  std::uint64_t left_ = 0;
};

}  // namespace dksnap::test
