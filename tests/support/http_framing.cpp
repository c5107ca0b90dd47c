#include "support/http_framing.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

#include "base/error.hpp"
#include "base/text.hpp"

namespace dksnap::test {
namespace {

constexpr std::size_t kLargestHead = 256 * 1024;

Error not_http(std::string why) {
  return {ErrorCode::failed, "a message on the engine's socket is not HTTP", std::move(why)};
}

std::uint64_t number(std::string_view text, int base) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
  if (error != std::errc{} || end == text.data()) throw not_http("no number: " + printable(text));
  return value;
}

bool has_no_body(int status) {
  return status / 100 == 1 || status == 204 || status == 304;
}

}  // namespace

HttpFraming::Step HttpFraming::feed(std::string_view bytes) {
  if (state_ == State::head) return feed_head(bytes);
  Step step{0, true, HttpEvent::none};
  while (state_ != State::done && step.used < bytes.size()) {
    step.used += feed_body(bytes.substr(step.used));
  }
  if (state_ == State::done) {
    state_ = State::head;
    step.event = HttpEvent::end;
  }
  return step;
}

// Takes at least one byte, and none beyond the end of the body; returns how many.
std::size_t HttpFraming::feed_body(std::string_view bytes) {
  if (state_ == State::until_close) return bytes.size();
  if (state_ != State::length && state_ != State::chunk_data) {
    if (bytes.front() == '\n') {
      end_of_line();
    } else {
      line_ += bytes.front();
      if (line_.size() > kLargestHead) throw not_http("a line without an end");
    }
    return 1;
  }
  const auto count = static_cast<std::size_t>(std::min<std::uint64_t>(bytes.size(), left_));
  left_ -= count;
  if (left_ == 0) state_ = state_ == State::length ? State::done : State::chunk_end;
  return count;
}

HttpFraming::Step HttpFraming::feed_head(std::string_view bytes) {
  const std::size_t before = line_.size();
  line_.append(bytes);
  // The empty line may lie across two reads.
  const std::size_t end = line_.find("\r\n\r\n", before < 3 ? 0 : before - 3);
  if (end == std::string::npos) {
    if (line_.size() > kLargestHead) throw not_http("a head without an end");
    return {bytes.size(), false, HttpEvent::none};
  }
  line_.resize(end + 4);
  const std::size_t used = line_.size() - before;
  head_ = {};
  head_.text = std::exchange(line_, {});
  parse_head();
  choose_body();
  return {used, false, HttpEvent::head};
}

void HttpFraming::parse_head() {
  auto lines = split(head_.text, '\n');
  const auto words = split(trim(lines.front()), ' ');
  if (words.size() < 2) throw not_http(printable(lines.front()));
  if (side_ == Side::requests) {
    head_.method = words[0];
    head_.target = words[1];
  } else {
    head_.status = static_cast<int>(number(words[1], 10));
  }
  for (const auto& line : lines) {
    const std::size_t colon = line.find(':');
    if (colon == std::string::npos) continue;
    const std::string name = to_lower(line.substr(0, colon));
    const std::string_view value = trim(std::string_view(line).substr(colon + 1));
    if (name == "upgrade") head_.upgrade = true;
    if (name == "transfer-encoding") head_.chunked = contains_ignoring_case(value, "chunked");
    if (name == "content-length") {
      head_.has_length = true;
      head_.length = number(value, 10);
    }
  }
}

void HttpFraming::choose_body() {
  if (side_ == Side::responses && has_no_body(head_.status)) {
    no_body();
  } else if (head_.chunked) {
    state_ = State::chunk_size;
  } else if (head_.has_length) {
    left_ = head_.length;
    state_ = left_ == 0 ? State::done : State::length;
  } else {
    state_ = side_ == Side::requests ? State::done : State::until_close;
  }
}

void HttpFraming::no_body() {
  state_ = State::done;
}

void HttpFraming::end_of_line() {
  const std::string text = std::exchange(line_, {});
  const std::string_view line = trim(text);
  if (state_ == State::chunk_end) {
    state_ = State::chunk_size;
  } else if (state_ == State::chunk_size) {
    left_ = number(line, 16);
    state_ = left_ == 0 ? State::trailer : State::chunk_data;
  } else if (line.empty()) {
    state_ = State::done;
  }
}

}  // namespace dksnap::test
