#include "databases/running_server.hpp"

#include "base/error.hpp"

namespace dksnap::databases {
namespace {

constexpr std::size_t kSaidBytes = 8U << 10U;

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

}  // namespace dksnap::databases
