// The only file that includes Boost.Beast: compiling it is slow.
#include <algorithm>
#include <cstring>
#include <optional>

#include <boost/asio/buffer.hpp>
#include <boost/asio/error.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/buffer_body.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>

#include "base/error.hpp"
#include "docker/wire/request_sender.hpp"
#include "docker/wire/transport.hpp"

namespace dksnap::docker {
namespace {

namespace http = boost::beast::http;
using boost::system::error_code;

constexpr std::uint32_t kLongestHead = 64 * 1024;
// Beast reads as much at a time as its buffer has room for, and begins with 512 bytes; it never
// reads more than this (boost/beast/core/detail/read.hpp, boost/beast/http/impl/read.hpp: 65536).
constexpr std::size_t kReadSize = 64 * 1024;

// A Channel as Beast's SyncReadStream. `early` is read first.
class BeastStream {
 public:
  BeastStream(Channel& channel, std::string early) : channel_(channel), early_(std::move(early)) {}

  template <typename Buffers>
  std::size_t read_some(const Buffers& buffers, error_code& error) {
    const boost::asio::mutable_buffer into(*boost::asio::buffer_sequence_begin(buffers));
    if (at_ < early_.size()) {
      const std::size_t count = std::min(into.size(), early_.size() - at_);
      std::memcpy(into.data(), early_.data() + at_, count);
      at_ += count;
      return count;
    }
    const std::size_t count =
        channel_.read(std::span(static_cast<std::byte*>(into.data()), into.size()));
    if (count == 0 && into.size() != 0) error = boost::asio::error::eof;
    return count;
  }
  template <typename Buffers>
  std::size_t read_some(const Buffers& buffers) {
    error_code error;
    const std::size_t count = read_some(buffers, error);
    if (error) throw boost::system::system_error(error);
    return count;
  }

  std::string rest() const { return early_.substr(at_); }

 private:
  Channel& channel_;
  std::string early_;
  std::size_t at_ = 0;
};

Error bad_answer(const Channel& channel, const error_code& error) {
  if (error == http::error::end_of_stream || error == http::error::partial_message ||
      error == boost::asio::error::eof) {
    return channel.broken("the engine ended it in the middle of a call");
  }
  return {ErrorCode::engine_unreachable, "the answer is not that of a Docker engine",
          error.message(), "is this the address of a Docker engine?"};
}

class HttpAnswer final : public Answer, private Source {
 public:
  HttpAnswer(std::unique_ptr<Channel> channel, std::string early, bool head_only)
      : channel_(std::move(channel)), stream_(*channel_, std::move(early)) {
    parser_.emplace();
    parser_->header_limit(kLongestHead);
    parser_->body_limit(boost::none);
    parser_->skip(head_only);
    buffer_.reserve(kReadSize);
  }

  void read_head() {
    for (;;) {
      error_code error;
      http::read_header(stream_, buffer_, *parser_, error);
      if (error) throw bad_answer(*channel_, error);
      const unsigned status = parser_->get().result_int();
      if (status >= 200 || status == 101) return;
      parser_.emplace();  // an interim answer, 100 to 199: the real one follows
    }
  }

  int status() const override { return static_cast<int>(parser_->get().result_int()); }

  std::string header(const std::string& name) const override {
    const auto found = parser_->get().find(name);
    return found == parser_->get().end() ? std::string() : std::string(found->value());
  }

  Source& body() override { return *this; }

  Raw take_connection() override {
    const auto data = buffer_.data();
    std::string first(static_cast<const char*>(data.data()), data.size());
    first += stream_.rest();
    return {std::move(channel_), std::move(first)};
  }

 private:
  std::size_t read(std::span<std::byte> into) override {
    auto& body = parser_->get().body();
    body.data = into.data();
    body.size = into.size();
    body.more = true;
    while (!parser_->is_done() && body.size == into.size()) {
      error_code error;
      http::read_some(stream_, buffer_, *parser_, error);
      if (error == http::error::need_buffer) error = {};
      if (error) throw bad_answer(*channel_, error);
    }
    return into.size() - body.size;
  }

  std::unique_ptr<Channel> channel_;
  BeastStream stream_;
  boost::beast::flat_buffer buffer_;
  std::optional<http::response_parser<http::buffer_body>> parser_;
};

}  // namespace

std::unique_ptr<Answer> exchange(std::unique_ptr<Channel> channel, const std::string& host,
                                 const Request& request) {
  RequestSender sender(*channel);
  sender.send(host, request);
  auto answer = std::make_unique<HttpAnswer>(std::move(channel), sender.take_early(),
                                             request.method == "HEAD");
  try {
    answer->read_head();
  } catch (const Error& error) {
    if (error.code() != ErrorCode::interrupted) sender.rethrow_failure();
    throw;
  }
  return answer;
}

}  // namespace dksnap::docker
