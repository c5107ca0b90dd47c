// Of which format the files of a server are, and whether another server reads that.
#include "databases/redis/format.hpp"

#include "base/paths.hpp"
#include "base/text.hpp"
#include "databases/redis/redis.hpp"
#include "databases/redis/settings.hpp"

namespace dksnap::databases::redis {
namespace {

constexpr std::size_t kHeadBytes = 9;

// The file that a log with a manifest begins with; empty where it says nothing of the kind.
std::string base_in(const std::string& manifest) {
  for (const std::string& line : split(manifest, '\n')) {
    const std::vector<std::string> words = split(line, ' ');
    for (std::size_t at = 0; at + 1 < words.size(); ++at) {
      const bool is_base = words.back() == "b" || line.find(" type b") != std::string::npos;
      if (words[at] == "file" && is_base) return words[at + 1];
    }
  }
  return {};
}

}  // namespace

std::string format_of_head(const std::string& head) {
  const auto is_number = [](std::string_view digits) {
    return digits.size() >= 3 && digits.find_first_not_of("0123456789") == std::string_view::npos;
  };
  if (head.size() < kHeadBytes) return {};
  const std::string_view name = std::string_view(head).substr(0, kHeadBytes);
  if (name.starts_with("REDIS") && is_number(name.substr(5))) return std::string(name);
  if (name.starts_with("VALKEY") && is_number(name.substr(6))) return std::string(name);
  return {};
}

std::string empty_dump(const std::string& format) {
  // Its end (rdb.h, RDB_OPCODE_EOF), and eight bytes of a checksum that was not made.
  return format + '\xff' + std::string(8, '\0');
}

std::optional<StartData> Redis::start_data(const ContainerFacts& files,
                                           const Recognition& reader) const {
  const std::string& data = reader.data_paths.front();
  const Persistence persistence = persistence_of(reader.server.settings);
  const std::string dump = join_path(data, persistence.dump);
  const std::string directory = join_path(data, persistence.append_directory);
  const std::string manifest = join_path(directory, persistence.append_file + ".manifest");
  const std::string single = join_path(data, persistence.append_file);
  const bool has_manifest = files.stat(manifest).has_value();
  const bool has_log = has_manifest || files.stat(single).has_value();
  const bool has_dump = files.stat(dump).has_value();
  StartData start;
  std::string head;
  if (persistence.appends && !has_log && has_dump) {
    start.not_found =
        "it has an append-only file, and would start from that alone (`appendonly "
        "yes`), and the snapshot has a dump";
  } else if (!persistence.appends && has_log && !has_dump) {
    start.not_found =
        "it would start from its dump alone (`appendonly no`), and the snapshot has "
        "an append-only file";
  } else if (persistence.appends && has_manifest) {
    const std::string base = base_in(files.read(manifest).value_or(""));
    head = base.empty() ? "" : files.head(join_path(directory, base), kHeadBytes);
  } else if (persistence.appends && has_log) {
    head = files.head(single, kHeadBytes);
  } else if (has_dump) {
    head = files.head(dump, kHeadBytes);
  }
  start.format = format_of_head(head);
  if (!start.format.empty()) start.empty_file = empty_dump(start.format);
  return start;
}

// Started with a dump of that format with nothing in it: the server itself is what knows. Its tool
// is less strict (Valkey 9).
std::optional<std::string> Redis::cannot_read(Shell& scratch, const Server& server,
                                              const std::string& file) const {
  std::string program(product_.server);
  if (!server.command.empty() && server.command.front().starts_with('/'))
    program = server.command.front();
  const ProgramResult run = scratch.run({kWorkerProgram,
                                         "until",
                                         "eady to accept connections",
                                         program,
                                         "--dir",
                                         parent_path(file),
                                         "--dbfilename",
                                         base_name(file),
                                         "--appendonly",
                                         "no",
                                         "--save",
                                         "",
                                         "--port",
                                         "0",
                                         "--unixsocket",
                                         file + ".sock",
                                         "--daemonize",
                                         "no",
                                         "--logfile",
                                         ""},
                                        {}, {}, kRecovery);
  if (run.ok()) return std::nullopt;
  for (const std::string& line : split(run.out + run.err, '\n')) {
    for (const char* words : {"Can't handle RDB", "Wrong signature"}) {
      const std::size_t at = line.find(words);
      if (at != std::string::npos) return line.substr(at);
    }
  }
  return last_lines(run.out + run.err, 1);
}

}  // namespace dksnap::databases::redis
