#include "databases/shell.hpp"

#include "base/stream.hpp"

namespace dksnap::databases {
namespace {

constexpr std::size_t kLongestOutput = 1024 * 1024;
constexpr std::size_t kErrorTail = 8 * 1024;

}  // namespace

Shell::Shell(docker::Engine& engine, const std::string& container_id)
    : run_([&engine, container_id](const std::vector<std::string>& argv, const std::string& user,
                                   const std::vector<std::string>& env) {
        docker::ExecSpec spec;
        spec.argv = argv;
        spec.user = user;
        spec.env = env;
        TailSink out(kLongestOutput);
        TailSink err(kErrorTail);
        ProgramResult result;
        result.exit_code = engine.exec(container_id, spec, {nullptr, &out, &err});
        result.out = out.text();
        result.err = err.text();
        return result;
      }) {}

}  // namespace dksnap::databases
