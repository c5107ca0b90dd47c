#include <algorithm>
#include <cctype>
#include <charconv>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/error.hpp"
#include "base/paths.hpp"
#include "base/text.hpp"
#include "snapshot/forms.hpp"
#include "snapshot/label_reader.hpp"
#include "snapshot/labels.hpp"
#include "snapshot/snapshot.hpp"

namespace dksnap::snapshot {
namespace {

using nlohmann::json;

// Of one text in a list: two paths, which Linux allows 4096 bytes each, and words around them.
constexpr std::size_t kLongestItem = 16384;

Error unlike(const char* name, std::string_view what) {
  return {ErrorCode::failed, fmt::format("{} {}", name, what)};
}

const json& in_object(const json& object, const char* name) {
  static const json kNothing;
  if (!object.is_object()) return kNothing;
  const auto found = object.find(name);
  return found == object.end() ? kNothing : *found;
}

std::string text_of(const json& value, const char* name) {
  if (!value.is_string()) throw unlike(name, "has something else where a text belongs");
  const auto& text = value.get_ref<const std::string&>();
  if (text.size() > kLongestItem) throw unlike(name, "has a text that is too long");
  return text;
}

template <typename Fits>
std::vector<std::string> list_of(const json& value, const char* name, Fits fits) {
  std::vector<std::string> result;
  if (value.is_null()) return result;
  if (!value.is_array()) throw unlike(name, "has something else where a list belongs");
  for (const json& item : value) {
    std::string text = text_of(item, name);
    if (!fits(text)) throw unlike(name, fmt::format("cannot hold \"{}\"", printable(text)));
    result.push_back(std::move(text));
  }
  return result;
}

// Not the whole file system, and nothing that the kernel makes up.
bool is_captured_path(const std::string& path) {
  return is_normal_path(path) && path != "/" && !is_within(path, "/proc") &&
         !is_within(path, "/sys") && !is_within(path, "/dev");
}

// "5432/tcp".
bool is_port(const std::string& text) {
  const std::size_t slash = text.find('/');
  if (slash == std::string::npos) return false;
  const std::string protocol = text.substr(slash + 1);
  std::uint16_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + slash, number);
  return error == std::errc{} && end == text.data() + slash && number > 0 &&
         (protocol == "tcp" || protocol == "udp" || protocol == "sctp");
}

bool is_text(const std::string& text) {
  return !text.empty() && text.find('\0') == std::string::npos;
}

// Older ones have none. More than anybody has is nobody's.
std::uint64_t read_shm_bytes(const json& bytes) {
  constexpr std::uint64_t kMost = 64ULL << 30U;
  if (bytes.is_null()) return 0;
  if (!bytes.is_number_unsigned() || bytes.get<std::uint64_t>() > kMost)
    throw unlike(label::kRun, "has an odd size of /dev/shm");
  return bytes;
}

// As the kernel and the engine take one; it becomes an argument of a container.
std::string read_hostname(const json& name) {
  constexpr std::size_t kLongestHostname = 64;  // HOST_NAME_MAX
  if (name.is_null()) return {};
  std::string text = text_of(name, label::kRun);
  const bool fits =
      !text.empty() && text.size() <= kLongestHostname && text.front() != '-' &&
      text.front() != '.' && std::all_of(text.begin(), text.end(), [](char c) {
        return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '-' || c == '.' || c == '_';
      });
  if (!fits) throw unlike(label::kRun, "has an odd hostname");
  return text;
}

RunInfo read_run(const json& run) {
  const char* name = label::kRun;
  if (!run.is_null() && !run.is_object()) throw unlike(name, "is not an object");
  return {list_of(in_object(run, "ports"), name, is_port),
          list_of(in_object(run, "networks"), name, is_text),
          list_of(in_object(run, "volumes"), name, is_text),
          list_of(in_object(run, "left_out_env"), name, is_text),
          list_of(in_object(run, "left_out_args"), name, is_text),
          list_of(in_object(run, "left_out_config"), name, is_text),
          read_hostname(in_object(run, "hostname")),
          read_shm_bytes(in_object(run, "shm_bytes"))};
}

std::vector<LeftOut> read_left_out(const json& list) {
  const char* name = label::kLeftOut;
  std::vector<LeftOut> result;
  if (list.is_null()) return result;
  if (!list.is_array()) throw unlike(name, "is not a list");
  for (const json& item : list)
    result.push_back(
        {text_of(in_object(item, "what"), name), text_of(in_object(item, "why"), name)});
  return result;
}

// The original's: a title, a time, and where its dump is.
void read_original(const LabelReader& labels, Snapshot& snapshot) {
  const std::string& image_id = snapshot.image_id;
  const std::size_t colon = image_id.find(':');
  snapshot.legacy = true;
  snapshot.id = image_id.substr(colon == std::string::npos ? 0 : colon + 1, kIdDigits);
  if (!is_id(snapshot.id)) throw Error(ErrorCode::failed, "the engine's id of the image is none");
  snapshot.title = labels.text(label::kTitle, kLongestTitle);
  if (labels.has(label::kCreated)) snapshot.created = labels.time(label::kCreated);
  if (!labels.text(label::kLegacyDumpPath, kLongestItem).empty()) snapshot.capture = "dump";
}

void read_ours(const LabelReader& labels, Snapshot& snapshot) {
  if (labels.has(label::kFormat) && labels.word(label::kFormat) != kFormatVersion)
    throw unlike(label::kFormat, "is of a newer dksnap");
  snapshot.id = labels.id(label::kId);
  snapshot.title = labels.text(label::kTitle, kLongestTitle);
  if (snapshot.title.empty()) throw unlike(label::kTitle, "is empty");
  snapshot.created = labels.time(label::kCreated);
  snapshot.parent = labels.id(label::kParent);
  snapshot.base = labels.image(label::kBase);
  snapshot.base_id = labels.digest(label::kBaseId);
  snapshot.chain = labels.digest(label::kChain);
  snapshot.kind = labels.word(label::kKind);
  snapshot.is_recipe = labels.flag(label::kRecipe);
  snapshot.server_version = labels.word(label::kServerVersion, " .+~:_()-");
  snapshot.capture = labels.word(label::kCapture);
  snapshot.settled = labels.flag(label::kSettled);
  snapshot.paths = list_of(labels.json(label::kPaths), label::kPaths, is_captured_path);
  snapshot.source = labels.word(label::kSource, "_.-");
  snapshot.source_id = labels.word(label::kSourceId, "");
  snapshot.run = read_run(labels.json(label::kRun));
  snapshot.left_out = read_left_out(labels.json(label::kLeftOut));
  snapshot.architecture = labels.word(label::kArch, "_-");
  snapshot.libc = labels.word(label::kLibc);
  snapshot.added_bytes = labels.bytes(label::kAddedBytes);
  snapshot.data_bytes = labels.bytes(label::kDataBytes);
  snapshot.note = labels.text(label::kNote, kLongestNote);
  snapshot.purpose = labels.word(label::kPurpose);
  snapshot.pinned = labels.flag(label::kPinned);
}

}  // namespace

std::variant<Snapshot, Unfit> from_labels(const docker::StringMap& labels, std::string image_id,
                                          std::vector<std::string> names) {
  Snapshot snapshot;
  snapshot.image_id = std::move(image_id);
  snapshot.names = std::move(names);
  try {
    const LabelReader reader(labels);
    // An id that is there but empty is nobody's.
    if (reader.has(label::kId) && reader.text(label::kId, kIdDigits).empty())
      throw unlike(label::kId, "is empty");
    if (reader.has(label::kId))
      read_ours(reader, snapshot);
    else
      read_original(reader, snapshot);
    return snapshot;
  } catch (const Error& error) {
    return Unfit{error.what()};
  }
}

}  // namespace dksnap::snapshot
