#include "databases/shell.hpp"

#include <fmt/format.h>

#include "base/stream.hpp"
#include "base/text.hpp"

namespace dksnap::databases {
namespace {

constexpr std::size_t kLongestOutput = 1024 * 1024;
constexpr std::size_t kErrorTail = 8 * 1024;

}  // namespace

Shell::Shell(docker::Engine& engine, const std::string& container_id)
    : run_([&engine, container_id](const std::vector<std::string>& argv, const std::string& user,
                                   const std::vector<std::string>& env, const TimeLimit& limit,
                                   const std::string&) {
        docker::ExecSpec spec;
        spec.argv = argv;
        spec.user = user;
        spec.env = env;
        TailSink out(kLongestOutput);
        TailSink err(kErrorTail);
        ProgramResult result;
        docker::ExecStreams streams{nullptr, &out, &err};
        if (limit.total.count() > 0)
          streams.deadline = std::chrono::steady_clock::now() + limit.total;
        result.exit_code = engine.exec(container_id, spec, streams);
        result.out = out.text();
        result.err = err.text();
        if (result.exit_code == kTimedOut && streams.deadline &&
            std::chrono::steady_clock::now() >= *streams.deadline) {
          result.err += fmt::format("\n{} did not answer within {}; it was left to itself",
                                    argv.front(), human_duration(limit.total));
        }
        return result;
      }) {}

}  // namespace dksnap::databases
