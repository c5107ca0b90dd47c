// The files of a copy, for kinds whose server is not asked.
#include "databases/files/session.hpp"

#include <algorithm>
#include <array>

#include "databases/parts.hpp"
#include "databases/program_output.hpp"
#include "databases/text_rows.hpp"

namespace dksnap::databases::files {
namespace {

constexpr std::array kColumns{"path", "type", "size", "mode", "owner", "content"};

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
    PartSums sums;
    const auto rows = all();
    for (diff::Row row; rows->next(row);) {
      std::string text;
      for (const std::size_t place : places) text += row[place].value_or("") + '\0';
      sums.add(row, text);
    }
    return sums.sums();
  }

  std::unique_ptr<diff::RowSource> rows(const diff::Table&, const diff::Comparable& columns,
                                        const std::vector<std::uint64_t>& parts) override {
    return std::make_unique<SomeCells>(std::make_unique<RowsOfParts>(all(), parts),
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
