#include "databases/running_server.hpp"

#include <algorithm>
#include <chrono>

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/text.hpp"

namespace dksnap::databases {
namespace {

constexpr std::size_t kSaidBytes = 8U << 10U;
constexpr std::size_t kShownServerLines = 6;
constexpr std::size_t kShownClientLines = 2;
constexpr std::chrono::milliseconds kBetweenLooks{20};
constexpr std::chrono::seconds kUnknownWords{30};
constexpr const char* kWhereToLook =
    "look at the server's own log; neither the snapshot nor its source was changed";

}  // namespace

RunningServer::RunningServer(docker::Engine& engine, std::string container,
                             docker::ExecSpec program) {
  runs_ =
      std::jthread([this, &engine, container = std::move(container), program = std::move(program)] {
        TailSink said(kSaidBytes);
        try {
          engine.exec(container, program, {nullptr, &said, &said});
          said_ = said.text();
        } catch (const Error& error) {
          said_ = error.what();
        }
        has_ended_ = true;
      });
}

void wait_until_it_serves(const RunningServer& server, std::string_view title,
                          const std::function<ProgramResult()>& ask,
                          const std::vector<std::string_view>& starting) {
  const std::string what = fmt::format("{} does not come up on the copy", title);
  auto last_known = std::chrono::steady_clock::now();
  for (;;) {
    const ProgramResult answer = ask();
    if (answer.ok()) return;
    if (server.has_ended())
      throw Error(ErrorCode::database_refused, what, last_lines(server.said(), kShownServerLines),
                  kWhereToLook);
    const std::string said = answer.err + answer.out;
    const auto now = std::chrono::steady_clock::now();
    if (std::any_of(starting.begin(), starting.end(),
                    [&](std::string_view words) { return said.find(words) != std::string::npos; }))
      last_known = now;
    if (now - last_known > kUnknownWords)
      throw Error(ErrorCode::database_refused, what,
                  "its client says: " + last_lines(said, kShownClientLines), kWhereToLook);
    std::this_thread::sleep_for(kBetweenLooks);
  }
}

}  // namespace dksnap::databases
