#include <nlohmann/json.hpp>

#include "base/error.hpp"
#include "worker/manifest/manifest.hpp"
#include "worker/protocol/protocol.hpp"

namespace dksnap::worker {
namespace {

using nlohmann::json;

// JSON strings are UTF-8, paths are bytes.
json from_path(const std::string& path) {
  return escape_path(path);
}
std::string to_path(const json& text) {
  return unescape_path(text.get<std::string>());
}

}  // namespace

std::string to_json(const Job& job) {
  json trees = json::array();
  for (const TreeSpec& tree : job.trees) {
    trees.push_back({{"source", from_path(tree.source)},
                     {"root", from_path(tree.root)},
                     {"target", from_path(tree.target)}});
  }
  json paths = json::array();
  for (const std::string& path : job.root_paths) paths.push_back(from_path(path));
  json left_out = json::array();
  for (const std::string& path : job.left_out) left_out.push_back(from_path(path));
  json other_mounts = json::array();
  for (const std::string& path : job.other_mounts) other_mounts.push_back(from_path(path));
  return json{{"trees", trees},
              {"root_source", from_path(job.root_source)},
              {"root_paths", paths},
              {"root_listed_ns_ago", job.root_listed_ns_ago},
              {"left_out", left_out},
              {"spare_log",
               {{"directory", from_path(job.spare_log.directory)},
                {"first_needed", job.spare_log.first_needed},
                {"segment_bytes", job.spare_log.segment_bytes}}},
              {"other_mounts", other_mounts},
              {"live", job.live},
              {"has_reader", job.has_reader},
              {"distrust_times_without_mappings", job.distrust_times_without_mappings},
              {"checksum", job.checksum},
              {"has_parent", job.has_parent},
              {"restore", job.restore},
              {"save", job.save},
              {"compression", job.compression}}
      .dump();
}

// Every member is asked for: dksnap and its worker are built together, so one that is missing is
// damage and not age.
Job parse_job(std::string_view text) {
  try {
    const json object = json::parse(text);
    Job job;
    for (const json& tree : object.at("trees")) {
      job.trees.push_back(
          {to_path(tree.at("source")), to_path(tree.at("root")), to_path(tree.at("target"))});
    }
    job.root_source = to_path(object.at("root_source"));
    for (const json& path : object.at("root_paths")) job.root_paths.push_back(to_path(path));
    job.root_listed_ns_ago = object.at("root_listed_ns_ago").get<std::int64_t>();
    for (const json& path : object.at("left_out")) job.left_out.push_back(to_path(path));
    const json& log = object.at("spare_log");
    job.spare_log = {to_path(log.at("directory")), log.at("first_needed").get<std::string>(),
                     log.at("segment_bytes").get<std::uint64_t>()};
    for (const json& path : object.at("other_mounts")) job.other_mounts.push_back(to_path(path));
    job.live = object.at("live").get<bool>();
    job.has_reader = object.at("has_reader").get<bool>();
    job.distrust_times_without_mappings = object.at("distrust_times_without_mappings").get<bool>();
    job.checksum = object.at("checksum").get<bool>();
    job.has_parent = object.at("has_parent").get<bool>();
    job.restore = object.at("restore").get<bool>();
    job.save = object.at("save").get<bool>();
    job.compression = object.at("compression").get<std::string>();
    if (job.compression != "none" && job.compression != "zstd") {
      throw Error(ErrorCode::failed, "cannot read the worker's job",
                  "it asks for an unknown compression");
    }
    return job;
  } catch (const json::exception& error) {
    throw Error(ErrorCode::failed, "cannot read the worker's job", error.what());
  }
}

std::string to_json(const Program& program) {
  json argv = json::array();
  for (const std::string& word : program.argv) argv.push_back(from_path(word));
  json env = json::array();
  for (const std::string& variable : program.env) env.push_back(from_path(variable));
  return json{{"argv", argv},
              {"user", program.user},
              {"env", env},
              {"input", from_path(program.input)},
              {"limit_seconds", program.limit_seconds},
              {"idle_seconds", program.idle_seconds}}
      .dump();
}

Program parse_program(std::string_view text) {
  try {
    const json object = json::parse(text);
    Program program;
    for (const json& word : object.at("argv")) program.argv.push_back(to_path(word));
    program.user = object.at("user").get<std::string>();
    for (const json& variable : object.at("env")) program.env.push_back(to_path(variable));
    program.input = to_path(object.at("input"));
    program.limit_seconds = object.at("limit_seconds").get<std::uint64_t>();
    program.idle_seconds = object.at("idle_seconds").get<std::uint64_t>();
    return program;
  } catch (const json::exception& error) {
    throw Error(ErrorCode::failed, "cannot read what program to run", error.what());
  }
}

}  // namespace dksnap::worker
