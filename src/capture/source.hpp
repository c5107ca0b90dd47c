// The container that a snapshot is taken of, as far as it can be known from outside.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "databases/registry.hpp"
#include "docker/engine.hpp"

namespace dksnap::capture {

struct SourceContainer {
  docker::Container container;
  docker::Image image;  // the one it was created from
  databases::Recognised kind;
  // Those that are in it as well: their data are files among files.
  std::vector<databases::Recognised> others;
  // Small files in binds that it starts (programs.hpp), without which no copy would.
  std::vector<std::string> bound_programs;
  const std::string& id() const { return container.id; }
  const std::string& name() const { return container.name; }
  bool is_live() const { return container.running; }  // paused ones included
  // Of all its databases; the first is the data directory of `kind`.
  std::vector<std::string> data_paths() const;
};

// Throws not_found (near names are offered), and `failed` for a container that cannot be captured:
// in a restart loop, dead, or a scratch of ours; `also`: unless it is that. Of several databases in
// it the one of `kind` is taken, where there is one, and else the first.
enum class AlsoFit { nothing, restarting, scratch };
SourceContainer inspect_source(docker::Engine& engine, const std::string& ref,
                               AlsoFit also = AlsoFit::nothing, std::string_view kind = {});
// Throws not_found where it has several databases and `kind` is empty, or has none of that kind.
void expect_kind(const SourceContainer& source, std::string_view kind);

// Those that it publishes, each once: "5432/tcp".
std::vector<std::string> container_ports(const SourceContainer& source);

// "glibc", "musl" or "unknown".
std::string find_libc(docker::Engine& engine, const std::string& container_id);

}  // namespace dksnap::capture
