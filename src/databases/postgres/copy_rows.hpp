// Rows as COPY … TO STDOUT prints them (PostgreSQL manual, COPY, "Text Format").
#pragma once

#include <memory>
#include <string>

#include "base/stream.hpp"
#include "diff/rows.hpp"

namespace dksnap::databases::postgres {

class CopyRows final : public diff::RowSource {
 public:
  // Of `columns` cells each.
  CopyRows(std::unique_ptr<Source> text, std::size_t columns);
  bool next(diff::Row& row) override;

 private:
  bool read_line(std::string& line);

  std::unique_ptr<Source> text_;
  std::size_t columns_;
  std::string buffer_;
  std::size_t at_ = 0;
  bool is_at_end_ = false;
};

// A line without its end. Throws `failed` where it is none, or has not as many cells.
diff::Row parse_copy_line(std::string_view line, std::size_t columns);

}  // namespace dksnap::databases::postgres
