#include "databases/innodb/programs.hpp"

#include <algorithm>
#include <array>
#include <vector>

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/text.hpp"

namespace dksnap::databases::innodb {
namespace {

std::string owner_of_data(Shell& scratch, const std::string& directory) {
  // Of what the server made itself: the data directory can be open to everybody, as the images make
  // it, and another's than the user that the server runs as.
  ProgramResult owner = scratch.run({kWorkerProgram, "owner", directory + "/mysql"}, "0:0");
  if (!owner.ok()) owner = scratch.run({kWorkerProgram, "owner", directory}, "0:0");
  if (!owner.ok()) {
    throw Error(ErrorCode::failed, "cannot read the owner of " + directory,
                last_lines(owner.err + owner.out, 1));
  }
  return std::string(dksnap::trim(owner.out));
}

// "mariadbd  Ver 11.8.9-MariaDB-0+deb13u1 from Debian for debian-linux-gnu …" → "11.8.9".
std::string version_said(const std::string& text) {
  constexpr std::string_view kBefore = "Ver ";
  const std::size_t at = text.find(kBefore);
  if (at == std::string::npos) return {};
  const std::string_view rest = std::string_view(text).substr(at + kBefore.size());
  return std::string(rest.substr(0, rest.find_first_not_of("0123456789.")));
}

std::vector<std::string> candidates(const Product& product, const Recognition& recognition) {
  // The official images have it in PATH, as have Debian's packages for root; Red Hat's do not.
  static constexpr std::array<std::string_view, 5> kPlaces{
      "", "/usr/sbin/", "/usr/libexec/", "/usr/local/mysql/bin/", "/usr/local/sbin/"};
  std::vector<std::string> paths;
  const std::vector<std::string>& command = recognition.server.command;
  if (!command.empty() && command.front().starts_with('/')) paths.push_back(command.front());
  for (const std::string_view place : kPlaces) {
    for (const std::string_view name : product.servers)
      paths.push_back(std::string(place) + std::string(name));
  }
  return paths;
}

}  // namespace

ServerProgram find_program(Shell& scratch, const Product& product, const Recognition& recognition) {
  ServerProgram program;
  program.owner = owner_of_data(scratch, recognition.data_paths.front());
  ProgramResult version;
  for (const std::string& path : candidates(product, recognition)) {
    version = scratch.run({path, "--no-defaults", "--version"}, program.owner);
    if (version.missing()) continue;
    program.path = path;
    break;
  }
  program.version = version_said(version.out);
  if (!version.ok() || program.version.empty()) {
    throw Error(ErrorCode::database_refused, "cannot settle the copy",
                fmt::format("the image has no {} program that runs: {}", product.servers.front(),
                            last_lines(version.err + version.out, 2)),
                fmt::format("take the snapshot from a container whose image holds the {} server",
                            product.title));
  }
  return program;
}

}  // namespace dksnap::databases::innodb
