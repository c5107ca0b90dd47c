#include <fmt/format.h>

#include "base/error.hpp"
#include "base/text.hpp"
#include "cli/commands/commands.hpp"
#include "cli/diagnosis.hpp"
#include "cli/session.hpp"

namespace dksnap::cli {
namespace {

int run_doctor(Session& session, bool fix) {
  const std::vector<DoctorFinding> findings = diagnose(session, fix);
  bool healthy = true;
  for (const DoctorFinding& finding : findings) {
    healthy = healthy && finding.ok;
    if (session.options().json) {
      session.print(json_finding(finding));
      continue;
    }
    const Style style = session.out_style();
    print_as_it_is(fmt::format("{} {:<10} {}\n", finding.ok ? style.green("✓") : style.red("✗"),
                               printable(finding.check), printable(finding.text)));
    if (!finding.hint.empty()) session.print(fmt::format("             {}", finding.hint));
  }
  return healthy ? 0 : static_cast<int>(ErrorCode::answer_is_no);
}

}  // namespace

Command doctor_command() {
  Command command;
  command.name = "doctor";
  command.usage = "doctor";
  command.summary = "look for what could keep dksnap from working";
  command.examples = {"dksnap doctor", "dksnap doctor --fix"};
  command.details =
      "Exits 1 if something is wrong. Its output is what a report of a problem should contain.";
  command.declare = [](Arguments& arguments) -> Runner {
    const auto fix = std::make_shared<bool>(false);
    arguments.flag(
        "--fix", *fix,
        "thaw, remove and put back what a killed dksnap left behind, and give up what cannot be");
    return [fix](Session& session) { return run_doctor(session, *fix); };
  };
  return command;
}

}  // namespace dksnap::cli
