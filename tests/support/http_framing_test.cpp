#include "support/http_framing.hpp"

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "base/error.hpp"

namespace dksnap::test {
namespace {

using Side = HttpFraming::Side;

// What a stream holds, as one text: "POST /x [body] POST /y []", given in pieces of `step` bytes.
std::string read_stream(Side side, const std::string& stream, std::size_t step) {
  HttpFraming framing(side);
  std::string told;
  for (std::size_t at = 0; at < stream.size(); at += step) {
    std::string_view piece = std::string_view(stream).substr(at, step);
    for (;;) {
      const HttpFraming::Step got = framing.feed(piece);
      if (got.is_body) told += piece.substr(0, got.used);
      piece.remove_prefix(got.used);
      if (got.event == HttpEvent::none) break;
      const HttpHead& head = framing.head();
      if (got.event == HttpEvent::end) {
        told += "] ";
      } else if (side == Side::requests) {
        told += head.method + " " + head.target + " [";
      } else {
        told += std::to_string(head.status) + " [";
      }
    }
  }
  return told;
}

struct Example {
  Side side;
  std::string stream;
  std::string told;
};

const Example kExamples[] = {
    {Side::requests, "GET /_ping HTTP/1.1\r\nHost: d\r\n\r\nHEAD /_ping HTTP/1.1\r\n\r\n",
     "GET /_ping [] HEAD /_ping [] "},
    {Side::requests, "POST /a HTTP/1.1\r\ncontent-length: 3\r\n\r\nabcGET /b HTTP/1.1\r\n\r\n",
     "POST /a [abc] GET /b [] "},
    {Side::requests,
     "PUT /a HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\nA;x=y\r\n0123\r\n6789\r\n"
     "0\r\n\r\nGET /b HTTP/1.1\r\n\r\n",
     "PUT /a [3\r\nabc\r\nA;x=y\r\n0123\r\n6789\r\n0\r\n\r\n] GET /b [] "},
    {Side::requests,
     "PUT /a HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nSum: 1\r\n\r\nGET /b "
     "HTTP/1.1\r\n\r\n",
     "PUT /a [0\r\nSum: 1\r\n\r\n] GET /b [] "},
    {Side::responses,
     "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nokHTTP/1.1 204 No "
     "Content\r\n\r\nHTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n",
     "100 [] 200 [ok] 204 [] 404 [] "},
    {Side::responses, "HTTP/1.1 200 OK\r\n\r\nall that follows\r\n\r\n",
     "200 [all that follows\r\n\r\n"},
};

TEST(HttpFraming, FindsTheEndsHoweverBytesArrive) {
  for (const auto& example : kExamples) {
    for (const std::size_t step : {1UL, 2UL, 3UL, 7UL, 1000UL}) {
      EXPECT_EQ(read_stream(example.side, example.stream, step), example.told)
          << example.stream << " in steps of " << step;
    }
  }
}

TEST(HttpFraming, KnowsAnUpgrade) {
  HttpFraming framing(Side::requests);
  framing.feed("POST /exec/1/start HTTP/1.1\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n");
  EXPECT_TRUE(framing.head().upgrade);
  EXPECT_EQ(framing.feed("").event, HttpEvent::end);
}

TEST(HttpFraming, AHeadAnswerHasNoBody) {
  HttpFraming framing(Side::responses);
  framing.feed("HTTP/1.1 200 OK\r\nContent-Length: 12\r\n\r\n");
  framing.no_body();
  EXPECT_EQ(framing.feed("").event, HttpEvent::end);
}

TEST(HttpFraming, RefusesWhatIsNotHttp) {
  HttpFraming request(Side::requests);
  EXPECT_THROW(request.feed("hello\r\n\r\n"), Error);
  HttpFraming response(Side::responses);
  EXPECT_THROW(response.feed("HTTP/1.1 fine\r\n\r\n"), Error);
}

}  // namespace
}  // namespace dksnap::test
