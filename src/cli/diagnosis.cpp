#include "cli/diagnosis.hpp"

#include <cstdlib>
#include <sys/statvfs.h>
#include <unistd.h>

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/text.hpp"
#include "docker/http/http_engine.hpp"
#include "scratch/claim.hpp"
#include "scratch/ours.hpp"
#include "scratch/worker_program.hpp"
#include "snapshot/labels.hpp"
#include "swap/bin.hpp"
#include "swap/foreign.hpp"
#include "swap/leftovers.hpp"

namespace dksnap::cli {
namespace {

// Below this a snapshot of a small database can already fail half-way.
constexpr std::uint64_t kLittleSpace = 1'000'000'000;

const char* store_name(docker::Store store) {
  return store == docker::Store::containerd ? "containerd" : "classic";
}

DoctorFinding engine_finding(Session& session, const docker::EngineInfo& info) {
  const docker::Endpoint& endpoint = session.endpoint();
  return {"engine",
          true,
          fmt::format("Docker {} at {} (chosen by {}), API {}, {} store, {}", info.server_version,
                      endpoint.url, endpoint.rule, info.api_version, store_name(info.store),
                      info.storage_driver),
          {}};
}

DoctorFinding worker_finding(const docker::EngineInfo& info) {
  const bool fits = info.architecture == scratch::worker_architecture();
  return {"worker", fits,
          fmt::format("for {}, {} kB; the engine runs on {}", scratch::worker_architecture(),
                      scratch::worker_program().size() / 1000, info.architecture),
          fits ? "" : "use a dksnap that was built for the engine's architecture"};
}

DoctorFinding snapshots_finding(Session& session) {
  const snapshot::Catalog catalog = session.load_catalog();
  return {"snapshots",
          true,
          fmt::format("{}, and {} stage image(s), which cost nothing{}", catalog.all().size(),
                      swap::stage_images(session.engine()).size(),
                      catalog.left_out().empty()
                          ? ""
                          : fmt::format("; {} image(s) labelled as one and none: see `dksnap ls`",
                                        catalog.left_out().size())),
          {}};
}

// Of the leftovers that cannot be put right, `fix` gives up what they are noted by.
std::string give_up_all(Session& session) {
  std::string text;
  for (const swap::JournalEntry& entry : swap::find_leftovers(session.context()).replaced) {
    const auto stays = swap::give_up(session.context(), entry.id);
    text += fmt::format("; gave up the {} of {} ({}){}", entry.verb, entry.container, entry.id,
                        stays.empty() ? "" : ", what stays: " + join(stays, ", "));
  }
  return text;
}

DoctorFinding leftovers_finding(Session& session, bool fix) {
  const swap::Leftovers found =
      fix ? swap::clean_up(session.context()) : swap::find_leftovers(session.context());
  if (found.empty()) return {"leftovers", true, "none", {}};
  std::vector<std::string> all = found.thawed;
  all.insert(all.end(), found.started.begin(), found.started.end());
  all.insert(all.end(), found.scratches.begin(), found.scratches.end());
  all.insert(all.end(), found.images.begin(), found.images.end());
  for (const swap::JournalEntry& entry : found.replaced)
    all.push_back(fmt::format("{} (half replaced, {})", entry.container, entry.id));
  for (const swap::JournalEntry& entry : found.finished)
    all.push_back(fmt::format("{} (replaced, and stays, {})", entry.container, entry.id));
  if (!fix) {
    return {"leftovers", false, "left behind by a killed dksnap: " + join(all, ", "),
            "`dksnap doctor --fix` sets it right; so does the next command that changes something"};
  }
  std::string text = all.empty() ? "" : "thawed, started, removed or put back: " + join(all, ", ");
  for (const std::string& problem : found.problems) text += (text.empty() ? "" : "; ") + problem;
  const std::string given_up = give_up_all(session);
  const bool right = found.problems.empty() || !given_up.empty();
  return {"leftovers", right, text + given_up,
          right ? "" : "what is left is said above; it is in nobody's way"};
}

DoctorFinding journal_finding(Session& session) {
  const auto problems = swap::journal_problems(session.context());
  if (problems.empty()) return {"journal", true, "what `undo` needs can be read", {}};
  return {"journal", false, join(problems, "; "),
          "a damaged entry is left alone: `dksnap undo --forget ID` removes it"};
}

DoctorFinding others_finding(Session& session) {
  std::vector<std::string> things;
  for (const swap::ForeignSwap& foreign : swap::find_foreign(session.context())) {
    if (foreign.parked.empty()) continue;
    things.push_back(fmt::format("{} ({})", foreign.parked,
                                 foreign.whose.empty() ? "whose is unknown" : foreign.whose));
  }
  for (const docker::Volume& volume : swap::find_foreign_saved(session.context())) {
    const std::string by = scratch::label_of(volume, snapshot::label::kMadeBy);
    things.push_back(fmt::format("the volume {} ({})", printable(volume.name),
                                 by.empty() ? "whose is unknown" : printable(by)));
  }
  std::size_t in_bin = 0;
  for (const swap::BinItem& item : swap::list_bin(session.context())) in_bin += item.mine ? 0 : 1;
  for (const scratch::HeldClaim& claim : scratch::held_claims(session.engine())) {
    things.push_back(fmt::format("a claim of {}, at work (if nobody is: docker volume rm {})",
                                 claim.by.empty() ? "somebody" : printable(claim.by),
                                 claim.volume));
  }
  if (in_bin > 0) things.push_back(fmt::format("{} snapshot(s) in the bin", in_bin));
  return {"others",
          true,
          things.empty() ? "nobody else keeps anything here"
                         : "kept by others, and left alone: " + join(things, ", "),
          {}};
}

// The engine's disk can be looked at only where it is this machine's.
DoctorFinding disk_finding(Session& session, const docker::EngineInfo& info) {
  struct statvfs space {};
  if (session.endpoint().kind != docker::Endpoint::Kind::unix_socket ||
      ::statvfs(info.root_dir.c_str(), &space) != 0) {
    return {"disk", true, info.root_dir + " (on the engine's machine; free space unknown)", {}};
  }
  const std::uint64_t free = static_cast<std::uint64_t>(space.f_bavail) * space.f_frsize;
  const bool enough = free >= kLittleSpace;
  return {"disk", enough, fmt::format("{} free below {}", human_size(free), info.root_dir),
          enough ? "" : "free some: `docker system df` shows what takes it"};
}

DoctorFinding files_finding() {
  const std::filesystem::path state = state_directory();
  std::filesystem::path exists = state;
  while (!std::filesystem::exists(exists) && exists.has_parent_path())
    exists = exists.parent_path();
  const bool writable = ::access(exists.c_str(), W_OK) == 0;
  return {"files", writable, "state in " + state.string(),
          writable ? "" : "set XDG_STATE_HOME to a directory that can be written"};
}

DoctorFinding settings_finding(const Session& session) {
  const Settings& settings = session.settings();
  if (settings.problem)
    return {"settings", false, settings.problem->what(), settings.problem->hint()};
  if (settings.files.empty()) return {"settings", true, "none in " + user_settings_file(), {}};
  return {"settings",
          true,
          fmt::format("{}; {} recipe(s) of your own", join(settings.files, ", "),
                      settings.recipes.size()),
          {}};
}

DoctorFinding terminal_finding() {
  const char* term = std::getenv("TERM");
  const char* locale = std::getenv("LC_ALL");
  if (locale == nullptr || *locale == '\0') locale = std::getenv("LANG");
  return {"terminal",
          true,
          fmt::format("{}, TERM={}, locale {}", ::isatty(STDOUT_FILENO) != 0 ? "yes" : "no",
                      term != nullptr ? term : "unset", locale != nullptr ? locale : "unset"),
          {}};
}

}  // namespace

std::vector<DoctorFinding> diagnose(Session& session, bool fix) {
  std::vector<DoctorFinding> findings;
  findings.push_back({"dksnap", true, "version " DKSNAP_VERSION, {}});
  try {
    const docker::EngineInfo info = session.engine().info();
    findings.push_back(engine_finding(session, info));
    findings.push_back(worker_finding(info));
    findings.push_back(snapshots_finding(session));
    findings.push_back(leftovers_finding(session, fix));
    findings.push_back(journal_finding(session));
    findings.push_back(others_finding(session));
    findings.push_back(disk_finding(session, info));
  } catch (const Error& error) {
    if (error.code() == ErrorCode::interrupted) throw;
    findings.push_back({"engine", false, error.what(), error.hint()});
  }
  findings.push_back(files_finding());
  findings.push_back(settings_finding(session));
  findings.push_back(terminal_finding());
  return findings;
}

}  // namespace dksnap::cli
