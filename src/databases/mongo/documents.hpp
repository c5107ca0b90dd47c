// Documents as mongoexport prints them: canonical extended JSON, a line each.
#pragma once

#include <memory>
#include <string>

#include "base/stream.hpp"
#include "databases/text_rows.hpp"

namespace dksnap::databases::mongo {

// What its _id is, as people write it, and as no other one is: ObjectIds by their digits, numbers
// by theirs, texts in quotes. Throws `failed` where the line is no document.
std::string id_of(const std::string& line);

// Rows of two cells: the _id, and the document.
class DocumentRows final : public diff::RowSource {
 public:
  explicit DocumentRows(std::unique_ptr<Source> text) : lines_(std::move(text)) {}
  // Throws `failed` where a line is none, or is cut off.
  bool next(diff::Row& row) override;

 private:
  TextLines lines_;
};

}  // namespace dksnap::databases::mongo
