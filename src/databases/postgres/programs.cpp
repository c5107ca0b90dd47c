#include "databases/postgres/programs.hpp"

#include <array>

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/text.hpp"

namespace dksnap::databases::postgres {

Programs::Programs(Shell& container, const Recognition& recognition) {
  const std::string& directory = recognition.data_paths.front();
  const ProgramResult owner = container.run({kWorkerProgram, "owner", directory}, "0:0");
  if (!owner.ok()) {
    throw Error(ErrorCode::failed, "cannot read the owner of " + directory,
                last_lines(owner.err + owner.out, 1));
  }
  owner_ = std::string(dksnap::trim(owner.out));

  // The official images have the programs in PATH; Debian's and Red Hat's packages do not.
  const std::array<std::string, 4> candidates{
      "", fmt::format("/usr/lib/postgresql/{}/bin/", recognition.version),
      fmt::format("/usr/pgsql-{}/bin/", recognition.version), "/usr/local/bin/"};
  ProgramResult version;
  for (const std::string& candidate : candidates) {
    version = container.run({candidate + "postgres", "--version"}, owner_);
    if (version.missing()) continue;
    prefix_ = candidate;
    break;
  }
  if (!version.ok()) {
    throw Error(
        ErrorCode::database_refused, "cannot settle the copy",
        "the image has no postgres program that runs: " + last_lines(version.err + version.out, 2),
        "take the snapshot from a container whose image holds the PostgreSQL server");
  }
  version_text_ = version.out;
}

}  // namespace dksnap::databases::postgres
