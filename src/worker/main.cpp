// dksnap-worker: runs inside a scratch. Says JSON lines (protocol.hpp); exit status 0 or 1.
#include <array>
#include <fcntl.h>
#include <new>
#include <optional>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.hpp"
#include "base/text.hpp"
#include "worker/commands/commands.hpp"
#include "worker/copy/room.hpp"
#include "worker/manifest/manifest.hpp"

namespace {

using namespace dksnap;
using namespace dksnap::worker;

constexpr std::size_t kLargestJob = 1024 * 1024 * 1024;

struct Arguments {
  std::string command;
  std::string root;
  std::string job;
  std::vector<std::string> rest;

  Place place() const { return Place(root); }
  Job read_job() const {
    const std::string path = job.empty() ? place().at(kJobPath) : job;
    FdSource file(open_file(path, O_RDONLY), path);
    return parse_job(read_all(file, kLargestJob));
  }
};

void write_job(const Place& place, const std::string& text) {
  const std::string path = place.at(kJobPath);
  FdSink file(open_file(path, O_WRONLY | O_CREAT | O_TRUNC, 0600), path);
  file.write(text);
  file.close();
}

std::vector<std::string> read_paths() {
  FdSource input(Fd(::dup(STDIN_FILENO)), "standard input");
  std::vector<std::string> paths;
  LineSink lines([&](std::string_view line) { paths.push_back(unescape_path(line)); });
  copy(input, lines);
  lines.finish();
  return paths;
}

std::optional<Message> wait(const Arguments&, Talk&) {
  run_wait();
  return std::nullopt;
}
std::optional<Message> serve(const Arguments&, Talk& talk) {
  run_serve(talk);
  return std::nullopt;
}
std::optional<Message> hand_over(const Arguments& arguments, Talk&) {
  if (arguments.rest.size() != 2)
    throw Error(ErrorCode::failed, "the reader was not told whose root to hand over");
  run_hand_over(arguments.place(), arguments.rest[0], arguments.rest[1] == kOwnNamespace);
  return std::nullopt;
}
std::optional<Message> sync(const Arguments& arguments, Talk& talk) {
  Place place = arguments.place();
  Job job = arguments.read_job();
  const std::size_t known = job.root_paths.size();
  const SyncResult result = run_sync(place, job, talk);
  if (job.root_paths.size() != known) write_job(place, to_json(job));
  return result;
}
std::optional<Message> pack(const Arguments& arguments, Talk& talk) {
  return run_pack(arguments.place(), arguments.read_job(), talk);
}
std::optional<Message> drop(const Arguments& arguments, Talk&) {
  run_drop(arguments.place());
  return std::nullopt;
}
std::optional<Message> scan(const Arguments& arguments, Talk& talk) {
  const Job job = arguments.rest.empty() ? arguments.read_job() : Job();
  return run_scan(arguments.place(), job, arguments.rest, talk);
}
std::optional<Message> remove(const Arguments& arguments, Talk&) {
  return run_remove(arguments.place(), arguments.read_job(), read_paths());
}

// What sync would write, and whether that has room, as far as it can be known before.
std::optional<Message> room(const Arguments& arguments, Talk&) {
  const Place place = arguments.place();
  const Job job = arguments.read_job();
  return expect_room_for_copy(place, Layout(place, job), job);
}
std::optional<Message> write(const Arguments& arguments, Talk&) {
  if (arguments.rest.empty())
    throw Error(ErrorCode::failed, "the worker was not told what to write");
  FdSource input(Fd(::dup(STDIN_FILENO)), "standard input");
  return write_file(arguments.place(), arguments.rest.front(), input);
}
std::optional<Message> take_job(const Arguments& arguments, Talk&) {
  FdSource input(Fd(::dup(STDIN_FILENO)), "standard input");
  const std::string text = read_all(input, kLargestJob);
  parse_job(text);
  write_job(arguments.place(), text);
  return std::nullopt;
}

// The answers to these are plain text: databases ask them in images without tools.
std::optional<Message> owner(const Arguments& arguments, Talk&) {
  for (const std::string& path : arguments.rest) ::puts(owner_of(arguments.place(), path).c_str());
  return std::nullopt;
}
std::optional<Message> text(const Arguments& arguments, Talk&) {
  for (const std::string& path : arguments.rest)
    ::fputs(text_of(arguments.place(), path).c_str(), stdout);
  return std::nullopt;
}
std::optional<Message> list(const Arguments& arguments, Talk&) {
  for (const std::string& path : arguments.rest) {
    for (const std::string& found : paths_in(arguments.place(), path)) ::puts(found.c_str());
  }
  return std::nullopt;
}
std::optional<Message> find(const Arguments& arguments, Talk&) {
  for (std::size_t i = 1; i < arguments.rest.size(); ++i) {
    for (const std::string& found :
         paths_beside_full(arguments.place(), arguments.rest[i], arguments.rest.front()))
      ::puts(found.c_str());
  }
  return std::nullopt;
}
std::optional<Message> ending(const Arguments& arguments, Talk&) {
  for (std::size_t i = 1; i < arguments.rest.size(); ++i) {
    for (const std::string& found :
         paths_ending(arguments.place(), arguments.rest[i], arguments.rest.front()))
      ::puts(found.c_str());
  }
  return std::nullopt;
}
std::optional<Message> files(const Arguments& arguments, Talk&) {
  FdSink output(Fd(::dup(STDOUT_FILENO)), "standard output");
  print_files(arguments.place(), output);
  return std::nullopt;
}
// Lines of standard input: a path, escaped, and where not all of the file is meant from which byte
// on, and how many.
std::optional<Message> digests(const Arguments& arguments, Talk&) {
  FdSource input(Fd(::dup(STDIN_FILENO)), "standard input");
  std::vector<ByteRange> wanted;
  LineSink lines([&](std::string_view line) {
    const std::vector<std::string> words = split(line, ' ');
    ByteRange range{unescape_path(words.front())};
    if (words.size() == 3) {
      range.from = std::stoull(words[1]);
      range.length = std::stoull(words[2]);
    }
    wanted.push_back(std::move(range));
  });
  copy(input, lines);
  lines.finish();
  for (const std::string& digest : digests_of(arguments.place(), wanted)) ::puts(digest.c_str());
  return std::nullopt;
}
std::optional<Message> name(const Arguments& arguments, Talk&) {
  for (const std::string& ids : arguments.rest) name_user(arguments.place(), ids);
  return std::nullopt;
}
std::optional<Message> unname(const Arguments& arguments, Talk&) {
  unname_user(arguments.place());
  return std::nullopt;
}
std::optional<Message> thaw_group(const Arguments& arguments, Talk&) {
  if (arguments.rest.empty())
    throw Error(ErrorCode::failed, "the worker was not told what to thaw");
  thaw(arguments.place(), arguments.rest.front(), arguments.rest.back() == kForGood);
  return std::nullopt;
}
// What it says is the program's, and so is how it ends.
std::optional<Message> until(const Arguments& arguments, Talk&) {
  const auto& words = arguments.rest;
  if (words.empty()) throw Error(ErrorCode::failed, "the worker was not told what to wait for");
  ::_exit(run_until(words.front(), {words.begin() + 1, words.end()}));
}
std::optional<Message> flush(const Arguments& arguments, Talk&) {
  for (const std::string& path : arguments.rest) flush_disk_of(arguments.place(), path);
  return std::nullopt;
}

struct Command {
  std::string_view name;
  std::optional<Message> (*run)(const Arguments&, Talk&);
};
constexpr std::array kCommands{
    Command{"wait", wait},           Command{"sync", sync},         Command{"pack", pack},
    Command{"scan", scan},           Command{"remove", remove},     Command{"owner", owner},
    Command{"list", list},           Command{"serve", serve},       Command{"flush", flush},
    Command{"hand-over", hand_over}, Command{"take-job", take_job}, Command{"room", room},
    Command{"drop", drop},           Command{"find", find},         Command{"name-user", name},
    Command{"unname-user", unname},  Command{"thaw", thaw_group},   Command{"write", write},
    Command{"until", until},         Command{"text", text},         Command{"files", files},
    Command{"ending", ending},       Command{"digests", digests}};

std::optional<Arguments> parse(int count, char** words) {
  Arguments arguments;
  for (int i = 1; i < count; ++i) {
    const std::string word = words[i];
    // Words of another program.
    if (arguments.command == "until") {
      arguments.rest.push_back(word);
      continue;
    }
    const bool takes_value = word == "--root" || word == "--job";
    if (takes_value && i + 1 == count) return std::nullopt;
    if (word == "--root")
      arguments.root = words[++i];
    else if (word == "--job")
      arguments.job = words[++i];
    else if (arguments.command.empty())
      arguments.command = word;
    else
      arguments.rest.push_back(word);
  }
  return arguments;
}

// Deep trees hold a descriptor open for each level, on both sides.
void raise_descriptor_limit() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
}

int run(const Command& command, const Arguments& arguments) {
  StandardTalk talk;
  Failure failure;
  try {
    if (const auto result = command.run(arguments, talk)) talk.say(*result);
    return 0;
  } catch (const Error& error) {
    failure = {std::string(error_code_name(error.code())), error.message(), error.why(),
               error.hint()};
  } catch (const std::bad_alloc&) {
    failure = {"failed", "the worker ended", "it got no memory"};
  } catch (const std::exception& error) {
    failure = {"failed", "the worker ended", printable(error.what())};
  }
  try {
    talk.say(failure);
  } catch (const Error&) {
    // Nobody listens any more.
  }
  return 1;
}

}  // namespace

int main(int count, char** words) {
  const auto arguments = parse(count, words);
  for (const Command& command : kCommands) {
    if (!arguments || command.name != arguments->command) continue;
    ::umask(0);
    raise_descriptor_limit();
    return run(command, *arguments);
  }
  static_cast<void>(
      ::fputs("usage: dksnap-worker "
              "wait|sync|pack|scan|remove|owner|list|serve|flush|hand-over|take-job|room|drop|"
              "find|name-user|unname-user|thaw|write|until|files|ending|digests [--job FILE] "
              "[--root DIR]\n",
              stderr));
  return 1;
}
