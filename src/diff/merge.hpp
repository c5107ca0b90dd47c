// Two streams of rows in the order of their keys, as one stream of what differs.
#pragma once

#include "diff/catalogue.hpp"
#include "diff/rows.hpp"
#include "diff/schema.hpp"

namespace dksnap::diff {

struct RowChange {
  Change change = Change::changed;
  Row from;  // empty where it was added
  Row to;    // empty where it was removed
};

// Less than, equal to or greater than 0: whole numbers by what they are, paths with what is in a
// directory behind it, all else by its bytes.
int compare_keys(const Row& one, const Row& other, const Comparable& by);

// Keeps a row of each side. With a key, a row that both sides have and that differs is changed;
// without, rows are told apart by all of their columns, each as often as it is there, and none is
// changed. A key that several rows have (one that the user named) is matched in the order of all
// columns.
class Merge {
 public:
  // Both in the order of compare_keys(), rows of one key in that of their bytes. They live longer.
  Merge(RowSource& from, RowSource& to, Comparable by);
  // False at the end. Throws Error where a side is not in order.
  bool next(RowChange& change);

 private:
  struct Side {
    explicit Side(RowSource& rows) : source(rows) {}
    RowSource& source;
    Row row;
    bool is_there = false;
  };
  void advance(Side& side);

  Comparable by_;
  Side from_;
  Side to_;
  bool began_ = false;
};

}  // namespace dksnap::diff
