// The files of a copy, for kinds whose server is not asked.
#include "databases/files/session.hpp"

#include <algorithm>
#include <array>
#include <set>

#include "base/digest.hpp"
#include "databases/program_output.hpp"
#include "databases/text_rows.hpp"

namespace dksnap::databases::files {
namespace {

constexpr std::uint64_t kParts = 4096;
constexpr std::array kColumns{"path", "type", "size", "mode", "owner", "content"};

// 64 bits of a hash.
std::uint64_t hash_of(std::string_view text) {
  constexpr std::size_t kAlgorithm = 7;  // "sha256:"
  constexpr std::size_t kDigits = 16;
  return std::stoull(sha256_digest(text).substr(kAlgorithm, kDigits), nullptr, 16);
}

std::uint64_t part_of(const diff::Row& row) {
  return hash_of(row.front().value_or("")) % kParts;
}

// Those of some parts, with some of their columns.
class SomeRows final : public diff::RowSource {
 public:
  SomeRows(std::unique_ptr<diff::RowSource> all, std::set<std::uint64_t> parts,
           std::vector<std::size_t> places)
      : all_(std::move(all)), parts_(std::move(parts)), places_(std::move(places)) {}
  bool next(diff::Row& row) override {
    for (diff::Row whole; all_->next(whole);) {
      if (!parts_.contains(part_of(whole))) continue;
      row.clear();
      for (const std::size_t place : places_) row.push_back(std::move(whole[place]));
      return true;
    }
    return false;
  }

 private:
  std::unique_ptr<diff::RowSource> all_;
  std::set<std::uint64_t> parts_;
  std::vector<std::size_t> places_;
};

class FilesSession final : public Session {
 public:
  explicit FilesSession(CopyInScratch copy) : copy_(std::move(copy)) {}

  std::string version() const override { return {}; }
  bool is_alive() const override { return true; }

  diff::Catalogue catalogue() override {
    diff::Catalogue catalogue;
    diff::Table table;
    table.name = table.plain_name = table.kind = "files";
    for (const char* name : kColumns)
      table.columns.push_back({name, "text", "text", diff::ValueKind::text, false});
    table.columns.front().is_path = true;
    table.key = {kColumns.front()};
    catalogue.tables.push_back(std::move(table));
    return catalogue;
  }

  std::vector<diff::PartSum> sums(const diff::Table&, const diff::Comparable& columns) override {
    const std::vector<std::size_t> places = places_of(columns);
    std::vector<std::uint64_t> counts(kParts);
    std::vector<std::uint64_t> sums(kParts);
    const auto rows = all();
    for (diff::Row row; rows->next(row);) {
      const std::uint64_t part = part_of(row);
      std::string text;
      for (const std::size_t place : places) text += row[place].value_or("") + '\0';
      ++counts[part];
      sums[part] += hash_of(text);
    }
    std::vector<diff::PartSum> found;
    for (std::uint64_t part = 0; part < kParts; ++part) {
      if (counts[part] != 0) found.push_back({part, counts[part], std::to_string(sums[part])});
    }
    return found;
  }

  std::unique_ptr<diff::RowSource> rows(const diff::Table&, const diff::Comparable& columns,
                                        const std::vector<std::uint64_t>& parts) override {
    return std::make_unique<SomeRows>(all(), std::set(parts.begin(), parts.end()),
                                      places_of(columns));
  }

 private:
  static std::vector<std::size_t> places_of(const diff::Comparable& columns) {
    std::vector<std::size_t> places;
    for (const diff::Column& column : columns.columns) {
      const auto* const found = std::find(kColumns.begin(), kColumns.end(), column.name);
      places.push_back(static_cast<std::size_t>(found - kColumns.begin()));
    }
    return places;
  }

  std::unique_ptr<diff::RowSource> all() {
    docker::ExecSpec program;
    program.argv = {kWorkerProgram, "files"};
    program.user = "0:0";
    return std::make_unique<TextRows>(
        std::make_unique<ProgramOutput>(copy_.engine, copy_.container, std::move(program)),
        kColumns.size(), NullMark::word);
  }

  CopyInScratch copy_;
};

}  // namespace

std::unique_ptr<Session> list_files(CopyInScratch copy) {
  return std::make_unique<FilesSession>(std::move(copy));
}

}  // namespace dksnap::databases::files
