#include "worker/manifest/manifest.hpp"

#include <charconv>

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/text.hpp"
#include "worker/manifest/manifest_line.hpp"
#include "worker/protocol/line_reader.hpp"

namespace dksnap::worker {

ManifestWriter::ManifestWriter(Sink& to) : to_(to) {
  to_.write(std::string(kManifestHeader) + "\n");
}

void ManifestWriter::add(const ManifestEntry& entry) {
  if (count_ > 0 && compare_paths(last_, entry.path) >= 0) {
    throw Error(ErrorCode::failed, "cannot write a manifest",
                fmt::format("{} comes after {}", printable(entry.path), printable(last_)));
  }
  to_.write(format_entry(entry) + "\n");
  last_ = entry.path;
  ++count_;
}

void ManifestWriter::finish() {
  to_.write(fmt::format("{}{}\n", kManifestEnd, count_));
}

struct ManifestReader::State {
  explicit State(Source& from) : lines(from, "a manifest") {}

  LineReader lines;
  std::string line;
  std::string last;
  std::uint64_t count = 0;
  bool ended = false;

  void read_end() {
    const std::string_view number = std::string_view(line).substr(kManifestEnd.size());
    std::uint64_t expected = 0;
    const char* stop = number.data() + number.size();
    const auto [parsed, error] = std::from_chars(number.data(), stop, expected);
    if (error != std::errc() || parsed != stop || expected != count) {
      throw damaged_manifest(
          fmt::format("it has {} entries, and its end says {}", count, printable(number)));
    }
    if (lines.next(line)) throw damaged_manifest("something follows its end");
    ended = true;
  }
};

ManifestReader::ManifestReader(Source& from) : state_(std::make_unique<State>(from)) {
  if (!state_->lines.next(state_->line)) throw damaged_manifest("it is empty");
  if (state_->line == kManifestHeader) return;
  if (state_->line.starts_with("dksnap-manifest ")) {
    throw Error(ErrorCode::failed, "cannot read a manifest",
                fmt::format("its format is \"{}\", and only \"{}\" is known here",
                            printable(state_->line.substr(0, 60)), kManifestHeader),
                "use the dksnap that made the snapshot, or a newer one");
  }
  throw damaged_manifest("it does not start as one");
}

ManifestReader::~ManifestReader() = default;

bool ManifestReader::next(ManifestEntry& entry) {
  State& state = *state_;
  if (state.ended) return false;
  if (!state.lines.next(state.line)) throw damaged_manifest("its end is missing");
  if (state.line.starts_with(kManifestEnd)) {
    state.read_end();
    return false;
  }
  entry = parse_entry(state.line);
  if (state.count > 0 && compare_paths(state.last, entry.path) >= 0) {
    throw damaged_manifest(fmt::format("{} is out of order", printable(entry.path)));
  }
  state.last = entry.path;
  ++state.count;
  return true;
}

}  // namespace dksnap::worker
