// How all that the server has in memory gets to where a copy finds it.
#include <thread>

#include <fmt/format.h>

#include "base/paths.hpp"
#include "base/text.hpp"
#include "databases/redis/client.hpp"
#include "databases/redis/redis.hpp"
#include "databases/redis/settings.hpp"

namespace dksnap::databases::redis {
namespace {

using Clock = std::chrono::steady_clock;
using Milliseconds = std::chrono::milliseconds;

// Without its dump there is nothing to copy: it is waited for as long as a child of the server
// writes.
constexpr std::chrono::hours kLongestSave{12};
constexpr Milliseconds kFirstLook{20};
constexpr Milliseconds kLastLook{500};

FlushResult refusal(const Answer& answer, const std::string& doing = {}) {
  FlushResult result;
  result.text = doing.empty() ? answer.text : doing + ": " + answer.text;
  result.needs_credentials = answer.kind == Answer::Kind::not_let_in;
  return result;
}

FlushResult refusal(std::string why) {
  FlushResult result;
  result.text = std::move(why);
  return result;
}

FlushResult stale(std::string why) {
  FlushResult result = refusal(std::move(why));
  result.is_stale = true;
  return result;
}

// What the server says of its persistence once no child of it writes.
Answer wait_for_children(Client& client) {
  const auto end = Clock::now() + kLongestSave;
  for (Milliseconds pause = kFirstLook;; pause = std::min(pause * 2, kLastLook)) {
    Answer info = client.ask({"INFO", "persistence"});
    if (!info.ok() || (info_field(info.text, "rdb_bgsave_in_progress") == "0" &&
                       info_field(info.text, "aof_rewrite_in_progress") == "0"))
      return info;
    if (Clock::now() >= end)
      return {Answer::Kind::refused, "it has been saving for " + human_duration(kLongestSave)};
    std::this_thread::sleep_for(pause);
  }
}

// Which save was the last: older servers tell its second alone.
std::string last_save(const std::string& info) {
  return info_field(info, "rdb_saves") + "/" + info_field(info, "rdb_last_save_time");
}

// BGSAVE does not block it. One that is under way began before this was asked for, and is not the
// one that is meant.
FlushResult save(Client& client) {
  for (const auto end = Clock::now() + kLongestSave; Clock::now() < end;) {
    Answer info = wait_for_children(client);
    if (!info.ok()) return refusal(info);
    if (info_field(info.text, "rdb_saves").empty())
      std::this_thread::sleep_for(std::chrono::seconds(1));
    const std::string before = last_save(info.text);
    const TimePoint moment = std::chrono::system_clock::now();
    const Answer begun = client.ask({"BGSAVE"});
    // Another child was quicker.
    if (contains_ignoring_case(begun.text, "in progress") ||
        contains_ignoring_case(begun.text, "child process"))
      continue;
    if (!begun.ok()) return refusal(begun, "it does not save its data");
    info = wait_for_children(client);
    if (!info.ok()) return refusal(info, "it does not say whether its data are saved");
    if (info_field(info.text, "rdb_last_bgsave_status") != "ok" || last_save(info.text) == before)
      return refusal("it could not save its data (BGSAVE); its log says why");
    FlushResult result;
    result.done = true;
    result.moment = moment;
    result.text = fmt::format("BGSAVE; what is written after {} is not in it", to_rfc3339(moment));
    return result;
  }
  return refusal("others save it again and again");
}

}  // namespace

bool Redis::is_whole_on_disk(const Recognition& recognition) const {
  return persistence_of(recognition.server.settings).appends;
}

FlushResult Redis::flush(Shell& source, const Recognition& recognition,
                         const Credentials& credentials) const {
  const Persistence configured = persistence_of(recognition.server.settings);
  Client client(product_, source, recognition.server, credentials);
  const Answer info = client.ask({"INFO", "persistence"});
  if (!info.ok()) return refusal(info);
  FlushResult result;
  result.done = true;
  if (info_field(info.text, "loading") == "1") {
    result.text = "nothing to save: it is still loading what is on its disk";
    return result;
  }
  // Where its command is not understood, its own word has to do: a copy is started by the same.
  const bool is_understood = !recognition.server.command.empty();
  if (configured.appends || (!is_understood && info_field(info.text, "aof_enabled") == "1")) {
    // A copy starts as the configuration says, and finds this file or nothing.
    if (info_field(info.text, "aof_enabled") != "1")
      return stale(
          "its configuration says `appendonly yes`, by which a copy would start, and it "
          "runs without (CONFIG SET): the append-only file is an old one");
    if (info_field(info.text, "aof_last_write_status") != "ok")
      return stale("its last write to the append-only file failed");
    result.text = "nothing to save: the append-only file has all that it has answered";
    return result;
  }
  const std::string& data = recognition.data_paths.front();
  // Where it does not tell, its configuration has to do.
  const Answer now = client.ask({"CONFIG", "GET", "[ds][iab][rvf]*"});
  const std::string directory = now.ok() ? setting_in(now.text, "dir") : "";
  const std::string file = now.ok() ? setting_in(now.text, "dbfilename") : "";
  if (!is_understood && !directory.empty() && normal_path(directory) != data) {
    FlushResult unknown = refusal(
        fmt::format("it keeps its data in {}, which could not be told from outside, since what its "
                    "container is started with is not understood",
                    directory));
    unknown.hint = "start it as `redis-server FILE`, or with `--dir` in its command";
    return unknown;
  }
  if (is_understood && !file.empty() && file != configured.dump)
    return refusal(
        fmt::format("it keeps its dump in {} now (CONFIG SET dbfilename), where a copy "
                    "would not look for it",
                    file));
  if (!directory.empty() && normal_path(directory) != data)
    return refusal(
        fmt::format("it keeps its data in {} now (CONFIG SET dir), where a copy would "
                    "not look for it",
                    directory));
  const bool saves = directory.empty() ? configured.saves : !setting_in(now.text, "save").empty();
  if (saves) return save(client);
  // It keeps no dump; one that BGSAVE makes would lie in the source from then on.
  result.moment = std::chrono::system_clock::now();
  result.text =
      "it keeps nothing on its disk: its data are dumped into the copy, and what is "
      "written meanwhile is not in it";
  result.download = {join_path(data, is_understood || file.empty() ? configured.dump : file),
                     client.command({"--rdb", "-"}), client.environment()};
  return result;
}

}  // namespace dksnap::databases::redis
