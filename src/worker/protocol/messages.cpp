#include <array>

#include <nlohmann/json.hpp>

#include "base/error.hpp"
#include "base/text.hpp"
#include "worker/manifest/manifest.hpp"
#include "worker/protocol/protocol.hpp"

namespace dksnap::worker {
namespace {

using nlohmann::json;

// One table a message: member names as on the wire, and where they live.
template <typename T>
struct Field {
  const char* name;
  std::uint64_t T::*value;
};
constexpr std::array kProgress{Field<Progress>{"bytes", &Progress::bytes},
                               Field<Progress>{"files", &Progress::files}};
constexpr std::array kReady{Field<Ready>{"bytes", &Ready::bytes},
                            Field<Ready>{"files", &Ready::files}};
constexpr std::array kSync{Field<SyncResult>{"files", &SyncResult::files},
                           Field<SyncResult>{"copied_files", &SyncResult::copied_files},
                           Field<SyncResult>{"copied_bytes", &SyncResult::copied_bytes},
                           Field<SyncResult>{"removed", &SyncResult::removed},
                           Field<SyncResult>{"frozen_files", &SyncResult::frozen_files},
                           Field<SyncResult>{"frozen_bytes", &SyncResult::frozen_bytes},
                           Field<SyncResult>{"passes", &SyncResult::passes},
                           Field<SyncResult>{"sockets", &SyncResult::sockets}};
constexpr std::array kPack{Field<PackResult>{"blob_size", &PackResult::blob_size},
                           Field<PackResult>{"layer_bytes", &PackResult::layer_bytes},
                           Field<PackResult>{"changed", &PackResult::changed},
                           Field<PackResult>{"deleted", &PackResult::deleted},
                           Field<PackResult>{"files", &PackResult::files},
                           Field<PackResult>{"total_bytes", &PackResult::total_bytes},
                           Field<PackResult>{"free_bytes", &PackResult::free_bytes}};
constexpr std::array kScan{Field<ScanResult>{"files", &ScanResult::files},
                           Field<ScanResult>{"bytes", &ScanResult::bytes}};
constexpr std::array kPlanned{Field<PlannedCopy>{"files", &PlannedCopy::files},
                              Field<PlannedCopy>{"bytes", &PlannedCopy::bytes},
                              Field<PlannedCopy>{"seen", &PlannedCopy::seen},
                              Field<PlannedCopy>{"held", &PlannedCopy::held}};

template <typename T, std::size_t kCount>
json write_fields(const char* kind, const T& message, const std::array<Field<T>, kCount>& fields) {
  json object{{"message", kind}};
  for (const auto& field : fields) object[field.name] = message.*field.value;
  return object;
}

template <typename T, std::size_t kCount>
T read_fields(const json& object, const std::array<Field<T>, kCount>& fields) {
  T message;
  for (const auto& field : fields) {
    message.*field.value = object.at(field.name).template get<std::uint64_t>();
  }
  return message;
}

struct Write {
  json operator()(const Progress& m) const { return write_fields("progress", m, kProgress); }
  json operator()(const Waiting&) const { return {{"message", "waiting"}}; }
  json operator()(const Ready& m) const { return write_fields("ready", m, kReady); }
  json operator()(const SyncResult& m) const {
    json object = write_fields("synced", m, kSync);
    object["mappings_read"] = m.mappings_read;
    return object;
  }
  json operator()(const PackResult& m) const {
    json object = write_fields("packed", m, kPack);
    object["diff_id"] = m.diff_id;
    object["blob_digest"] = m.blob_digest;
    return object;
  }
  json operator()(const ScanResult& m) const { return write_fields("scanned", m, kScan); }
  json operator()(const PlannedCopy& m) const { return write_fields("planned", m, kPlanned); }
  json operator()(const ProgramEnd& m) const {
    return {{"message", "ended"},
            {"exit_code", m.exit_code},
            {"out", escape_path(m.out)},
            {"err", escape_path(m.err)}};
  }
  json operator()(const Failure& m) const {
    return {{"message", "failure"},
            {"code", m.code},
            {"what", m.message},
            {"why", m.why},
            {"hint", m.hint}};
  }
};

Message read(const json& object) {
  const auto kind = object.at("message").get<std::string>();
  if (kind == "progress") return read_fields(object, kProgress);
  if (kind == "waiting") return Waiting{};
  if (kind == "ready") return read_fields(object, kReady);
  if (kind == "synced") {
    SyncResult result = read_fields(object, kSync);
    result.mappings_read = object.at("mappings_read").get<bool>();
    return result;
  }
  if (kind == "packed") {
    PackResult result = read_fields(object, kPack);
    result.diff_id = object.at("diff_id").get<std::string>();
    result.blob_digest = object.at("blob_digest").get<std::string>();
    return result;
  }
  if (kind == "scanned") return read_fields(object, kScan);
  if (kind == "planned") return read_fields(object, kPlanned);
  if (kind == "ended") {
    return ProgramEnd{object.at("exit_code").get<int>(),
                      unescape_path(object.at("out").get<std::string>()),
                      unescape_path(object.at("err").get<std::string>())};
  }
  if (kind == "failure") {
    return Failure{object.at("code").get<std::string>(), object.at("what").get<std::string>(),
                   object.at("why").get<std::string>(), object.at("hint").get<std::string>()};
  }
  throw Error(ErrorCode::failed, "the worker's answer makes no sense", "unknown message " + kind);
}

}  // namespace

std::string to_json(const Message& message) {
  // Text of a failure names paths; what is not UTF-8 in it was made printable, but a byte that
  // slipped through must not turn a failure into another one.
  return std::visit(Write{}, message).dump(-1, ' ', false, json::error_handler_t::replace);
}

Message parse_message(std::string_view line) {
  try {
    return read(json::parse(line));
  } catch (const json::exception&) {
    throw Error(ErrorCode::failed, "the worker's answer makes no sense",
                printable(line.substr(0, 200)));
  }
}

}  // namespace dksnap::worker
