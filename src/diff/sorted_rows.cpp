#include "diff/sorted_rows.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <cstdio>

#include "base/error.hpp"
#include "diff/merge.hpp"

namespace dksnap::diff {
namespace {

// What a row takes beside its letters.
constexpr std::size_t kCellBytes = sizeof(Cell);
constexpr std::uint64_t kNull = UINT64_MAX;

using File = std::unique_ptr<std::FILE, int (*)(std::FILE*)>;

Error no_file(const char* what) {
  return system_error(std::string("cannot ") + what + " a temporary file of rows");
}

// Rows in their order, in a file: of each cell its length and its bytes.
class Run {
 public:
  explicit Run(const std::vector<Row>& rows) : file_(std::tmpfile(), &std::fclose) {
    if (!file_) throw no_file("make");
    for (const Row& row : rows) {
      put(row.size());
      for (const Cell& cell : row) {
        put(cell ? cell->size() : kNull);
        if (cell) write(cell->data(), cell->size());
      }
    }
    if (std::fflush(file_.get()) != 0) throw no_file("write");
    std::rewind(file_.get());
  }
  bool next(Row& row) {
    std::uint64_t cells = 0;
    if (std::fread(&cells, sizeof cells, 1, file_.get()) != 1) {
      if (std::ferror(file_.get()) != 0) throw no_file("read");
      return false;
    }
    row.assign(cells, std::nullopt);
    for (Cell& cell : row) {
      std::uint64_t length = 0;
      read(&length, sizeof length);
      if (length == kNull) continue;
      cell.emplace(length, '\0');
      read(cell->data(), length);
    }
    return true;
  }

 private:
  void put(std::uint64_t number) { write(&number, sizeof number); }
  void write(const void* bytes, std::size_t count) {
    if (std::fwrite(bytes, 1, count, file_.get()) != count) throw no_file("write");
  }
  void read(void* bytes, std::size_t count) {
    if (std::fread(bytes, 1, count, file_.get()) != count) throw no_file("read");
  }

  File file_;
};

class SortedRows final : public RowSource {
 public:
  SortedRows(RowSource& rows, const Comparable& by, std::size_t most_bytes) : by_(by) {
    std::size_t held = 0;
    for (Row row; rows.next(row);) {
      for (const Cell& cell : row) held += kCellBytes + (cell ? cell->size() : 0);
      rows_.push_back(std::move(row));
      if (held < most_bytes) continue;
      spill();
      held = 0;
    }
    sort();
    for (Run& run : runs_) {
      heads_.emplace_back();
      if (!run.next(heads_.back())) heads_.back().clear();
    }
  }

  bool next(Row& row) override {
    std::size_t first = runs_.size();
    for (std::size_t i = 0; i < runs_.size(); ++i) {
      if (has_head(i) && (first == runs_.size() || is_before(heads_[i], heads_[first]))) first = i;
    }
    const bool has_held = at_ < rows_.size();
    if (first == runs_.size() && !has_held) return false;
    if (first == runs_.size() || (has_held && is_before(rows_[at_], heads_[first]))) {
      row = std::move(rows_[at_++]);
      return true;
    }
    row = std::move(heads_[first]);
    heads_[first].clear();
    Row following;
    if (runs_[first].next(following)) heads_[first] = std::move(following);
    return true;
  }

 private:
  // Rows of one key in the order of all their cells.
  bool is_before(const Row& one, const Row& other) const {
    const int order = compare_keys(one, other, by_);
    return order != 0 ? order < 0 : one < other;
  }
  bool has_head(std::size_t run) const { return !heads_[run].empty(); }
  void sort() {
    std::sort(rows_.begin(), rows_.end(),
              [this](const Row& one, const Row& other) { return is_before(one, other); });
  }
  void spill() {
    sort();
    runs_.emplace_back(rows_);
    rows_.clear();
  }

  Comparable by_;
  std::vector<Run> runs_;
  std::vector<Row> heads_;  // the next row of each run; empty: it has none
  std::vector<Row> rows_;
  std::size_t at_ = 0;
};

}  // namespace

std::unique_ptr<RowSource> sorted_rows(RowSource& rows, const Comparable& by,
                                       std::size_t most_bytes) {
  return std::make_unique<SortedRows>(rows, by, most_bytes);
}

}  // namespace dksnap::diff
