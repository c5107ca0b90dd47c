#include "cli/diff_ends.hpp"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/text.hpp"
#include "cli/render/rows.hpp"
#include "cli/render/table.hpp"

namespace dksnap::cli {
namespace {

constexpr char kLive = '@';
constexpr const char* kBase = "base";

compare::End end_of(const snapshot::Catalog& catalog, const std::string& word,
                    const std::string& container) {
  compare::End end;
  if (word.starts_with(kLive))
    end.container = word.substr(1);
  else
    end.snapshot = &catalog.resolve(word, container);
  return end;
}

bool has_title(const snapshot::Catalog& catalog, std::string_view title) {
  const auto& all = catalog.all();
  return std::any_of(all.begin(), all.end(), [&](const auto& one) { return one.title == title; });
}

Error no_such(const std::string& option, const std::string& text, const std::string& form) {
  return {ErrorCode::failed, fmt::format("{} {}", option, printable(text)),
          "it is not of the form " + form, "`dksnap help diff` has examples"};
}

}  // namespace

DiffEnds choose_ends(docker::Engine& engine, const snapshot::Catalog& catalog,
                     const std::string& from, const std::string& to) {
  DiffEnds ends;
  if (from == kBase && !to.empty() && !to.starts_with(kLive) && !has_title(catalog, kBase)) {
    ends.to = end_of(catalog, to, "");
    ends.from = {ends.to.snapshot, true, {}, {}};
    return ends;
  }
  const std::string container = to.starts_with(kLive) ? to.substr(1) : "";
  ends.from = end_of(catalog, from, container);
  if (!to.empty()) {
    ends.to =
        end_of(catalog, to, ends.from.is_live() ? ends.from.container : ends.from.snapshot->source);
  } else if (ends.from.is_live()) {
    throw Error(ErrorCode::not_found, "nothing to compare with",
                "FROM is a container as it is now, and there is no later moment",
                fmt::format("name the snapshot first: `dksnap diff REF {}`", shell_quote(from)));
  } else {
    ends.to.container = ends.from.snapshot->source;
  }
  // It may have had several, of which that snapshot is of one.
  if (ends.to.is_live() && !ends.from.is_live()) ends.to.kind = ends.from.snapshot->kind;
  if (ends.from.is_live() && !ends.to.is_live()) ends.from.kind = ends.to.snapshot->kind;
  for (const compare::End* end : {&ends.from, &ends.to}) {
    if (!end->is_live()) continue;
    try {
      static_cast<void>(engine.inspect_container(end->container));
    } catch (Error& error) {
      if (error.code() == ErrorCode::not_found && to.empty())
        error.default_hint("name what to compare with: `dksnap diff FROM TO`");
      throw;
    }
  }
  return ends;
}

std::vector<std::string> end_lines(const DiffEnds& ends, const compare::Outcome& outcome) {
  const auto row = [](const char* word, const compare::End& end,
                      TimePoint moment) -> std::vector<std::string> {
    if (end.is_live()) return {word, end.container, "live", "now"};
    if (end.is_base) return {word, printable(end.snapshot->base), "image", ""};
    return {word, printable(end.snapshot->title), end.snapshot->short_id(), age_text(moment)};
  };
  return format_table(
      {row("from", ends.from, outcome.moment_from), row("to", ends.to, outcome.moment_to)}, 0);
}

std::map<std::string, std::vector<std::string>> keys_by_table(
    const std::vector<std::string>& words) {
  std::map<std::string, std::vector<std::string>> keys;
  for (const std::string& word : words) {
    const std::size_t equals = word.rfind('=');
    if (equals == std::string::npos || equals == 0 || equals + 1 == word.size())
      throw no_such("--key", word, "TABLE=COLUMN,COLUMN");
    keys[word.substr(0, equals)] = split(word.substr(equals + 1), ',');
  }
  return keys;
}

std::uint64_t whole_number(const std::string& text, const std::string& option) {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (text.empty() || error != std::errc() || end != text.data() + text.size())
    throw no_such(option, text, "a whole number");
  return number;
}

std::uint64_t size_in_bytes(const std::string& text, const std::string& option) {
  constexpr std::uint64_t kThousand = 1000;
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  const std::string unit =
      to_lower(trim(std::string_view(text).substr(static_cast<std::size_t>(end - text.data()))));
  std::uint64_t factor = 0;
  if (unit.empty() || unit == "b") factor = 1;
  if (unit == "k" || unit == "kb") factor = kThousand;
  if (unit == "m" || unit == "mb") factor = kThousand * kThousand;
  if (unit == "g" || unit == "gb") factor = kThousand * kThousand * kThousand;
  if (error != std::errc() || factor == 0 || number > UINT64_MAX / factor)
    throw no_such(option, text, "a size: 500MB, 2GB");
  return number * factor;
}

}  // namespace dksnap::cli
