// Lines of a stream, one at a time, in constant memory.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "base/stream.hpp"

namespace dksnap::worker {

class LineReader {
 public:
  // `what` names the stream in the Error that a cut last line or a line beyond 8 MiB gives: a path
  // and its xattrs, escaped, stay far below that. `from` must outlive it.
  LineReader(Source& from, std::string what) : from_(from), what_(std::move(what)) {}
  // False at the end; the line comes without its end.
  bool next(std::string& line);

 private:
  bool fill();

  Source& from_;
  std::string what_;
  std::vector<char> buffer_ = std::vector<char>(64 * 1024);
  std::size_t at_ = 0;
  std::size_t end_ = 0;
};

}  // namespace dksnap::worker
