// Whether a server of this image reads the copy. Its own tools tell, in little memory: a second
// server would hold all of the data once more, beside the one that runs.
#include <algorithm>
#include <array>
#include <cctype>

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/paths.hpp"
#include "base/text.hpp"
#include "databases/redis/redis.hpp"
#include "databases/redis/settings.hpp"

namespace dksnap::databases::redis {
namespace {

using Strings = std::vector<std::string>;

constexpr std::size_t kShownLines = 4;

// "Redis server v=8.0.2 sha=…" → "8.0.2".
std::string version_in(const std::string& text) {
  const std::size_t at = text.find(" v=");
  if (at == std::string::npos) return {};
  const std::string_view rest = std::string_view(text).substr(at + 3);
  return std::string(rest.substr(0, rest.find_first_of(" \n")));
}

// What a child of the source was writing: a dump or a new append-only file that never was one
// (rdb.c, rdbSaveBackground; aof.c, rewriteAppendOnlyFileBackground).
bool is_unfinished(const std::string& name) {
  return name.starts_with("temp-") && (name.ends_with(".rdb") || name.ends_with(".aof")) &&
         name.find_first_of("0123456789") != std::string::npos;
}

struct CopyCheck {
  Shell& scratch;
  const Product& product;
  std::string owner;
  std::string prefix;  // of the programs

  Strings list(const std::string& directory) const {
    const ProgramResult listed = scratch.run({kWorkerProgram, "list", directory}, "0:0");
    return listed.ok() ? split(listed.out, '\n') : Strings();
  }
  ProgramResult check(std::string_view tool, const Strings& arguments,
                      const std::string& input = {}) const {
    Strings words{fmt::format("{}{}-check-{}", prefix, product.kind, tool)};
    words.insert(words.end(), arguments.begin(), arguments.end());
    return scratch.run(words, owner, {}, kRecovery, input);
  }
};

Error unreadable(const Product& product, const std::string& file, const ProgramResult& result) {
  return {ErrorCode::database_refused,
          fmt::format("{} does not read {} in the copy", product.title, file),
          last_lines(result.out + result.err, kShownLines),
          "look at the server's own log; the source container was not changed"};
}

std::string no_tool(const Product& product, std::string_view tool) {
  return fmt::format("nothing was checked: the image has no {}-check-{}", product.kind, tool);
}

// The tools end so where they find something.
bool is_sound(const ProgramResult& result) {
  return result.ok();
}

// The last words of a log that was cut off in the middle of one, as the server takes it too
// (redis.conf, aof-load-truncated).
bool is_cut_off(const ProgramResult& result) {
  return result.out.find("Expected to read") != std::string::npos &&
         result.out.find("got 0 bytes") != std::string::npos;
}

std::string check_log(const CopyCheck& copy, const std::string& file, Settled& settled);

// Valkey 9.1 begins a dump with VALKEY, and its valkey-check-aof knows REDIS alone: the files of
// the log one by one, then.
std::string check_parts(const CopyCheck& copy, const std::string& manifest, Settled& settled) {
  for (const std::string& path : copy.list(parent_path(manifest))) {
    if (path.ends_with(".base.rdb")) {
      const ProgramResult result = copy.check("rdb", {path});
      if (result.missing()) return no_tool(copy.product, "rdb");
      if (!is_sound(result)) throw unreadable(copy.product, path, result);
    } else if (path.ends_with(".aof")) {
      check_log(copy, path, settled);
    }
  }
  return "the files of " + base_name(manifest) + " were read to their end";
}

// What was done, as words.
std::string check_log(const CopyCheck& copy, const std::string& file, Settled& settled) {
  const ProgramResult result = copy.check("aof", {file});
  if (result.missing()) return no_tool(copy.product, "aof");
  if (is_sound(result)) return base_name(file) + " was read to its end";
  if (result.out.find(".base.rdb format error") != std::string::npos)
    return check_parts(copy, file, settled);
  if (!is_cut_off(result) || !is_sound(copy.check("aof", {"--fix", file}, "y\n")))
    throw unreadable(copy.product, file, result);
  settled.was_clean = false;
  return base_name(file) + " ended in the middle of a command, which was cut off";
}

std::string check_dump(const CopyCheck& copy, const std::string& file) {
  const ProgramResult result = copy.check("rdb", {file});
  if (result.missing()) return no_tool(copy.product, "rdb");
  if (!is_sound(result)) throw unreadable(copy.product, file, result);
  return base_name(file) + " was read to its end";
}

bool holds(const Strings& paths, const std::string& path) {
  return std::find(paths.begin(), paths.end(), path) != paths.end();
}

}  // namespace

Settled Redis::settle(Shell& scratch, const Recognition& recognition) const {
  const std::string& data = recognition.data_paths.front();
  const Persistence persistence = persistence_of(recognition.server.settings);
  const ProgramResult owner = scratch.run({kWorkerProgram, "owner", data}, "0:0");
  if (!owner.ok())
    throw Error(ErrorCode::failed, "cannot read the owner of " + data,
                last_lines(owner.err + owner.out, 1));
  CopyCheck copy{scratch, product_, std::string(dksnap::trim(owner.out)), ""};
  const auto& command = recognition.server.command;
  if (!command.empty() && command.front().starts_with('/'))
    copy.prefix = parent_path(command.front()) + "/";
  const ProgramResult version =
      scratch.run({copy.prefix + std::string(product_.server), "--version"}, copy.owner);
  if (!version.ok()) {
    throw Error(ErrorCode::database_refused, "cannot check the copy",
                fmt::format("the image has no {} that runs: {}", product_.server,
                            last_lines(version.err + version.out, 2)),
                "take the snapshot from a container whose image holds the server");
  }
  Settled settled;
  settled.version = version_in(version.out);
  settled.was_clean = true;
  const Strings files = copy.list(data);
  const std::string dump = join_path(data, persistence.dump);
  const std::string directory = join_path(data, persistence.append_directory);
  const Strings appended = copy.list(directory);
  const std::string manifest = join_path(directory, persistence.append_file + ".manifest");
  const std::string single = join_path(data, persistence.append_file);
  for (const Strings* paths : {&files, &appended}) {
    std::copy_if(
        paths->begin(), paths->end(), std::back_inserter(settled.leftovers),
        [&](const std::string& path) { return path != dump && is_unfinished(base_name(path)); });
  }
  settled.text = "it has no data on its disk";
  if (persistence.appends && holds(appended, manifest)) {
    settled.text = check_log(copy, manifest, settled);
  } else if (persistence.appends && holds(files, single)) {
    settled.text = check_log(copy, single, settled);
  } else if (persistence.appends && holds(files, dump)) {
    throw Error(ErrorCode::database_refused, "a copy would start empty",
                fmt::format("its configuration says `appendonly yes`, and there is no append-only "
                            "file in {}, but {}, which is not read then",
                            data, persistence.dump),
                "let the server make one: `CONFIG SET appendonly yes` while it runs without");
  } else if (holds(files, dump)) {
    settled.text = check_dump(copy, dump);
  }
  return settled;
}

}  // namespace dksnap::databases::redis
