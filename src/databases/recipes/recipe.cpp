#include "databases/recipes/recipe.hpp"

#include <fmt/format.h>

#include "base/paths.hpp"
#include "base/text.hpp"
#include "databases/files/session.hpp"
#include "databases/recipes/port.hpp"

namespace dksnap::databases::recipes {
namespace {

// Why a program of the recipe did not do what it was run for.
std::string recipe_failure(const std::vector<std::string>& words, const ProgramResult& result) {
  if (result.missing()) return fmt::format("{} cannot be run in it", words.front());
  const std::string& said = trim(result.err).empty() ? result.out : result.err;
  return fmt::format("`{}` ended with {}{}", join(words, " "), result.exit_code,
                     trim(said).empty() ? "" : ": " + last_lines(said, 1));
}

void put_in(std::string& text, std::string_view name, const std::string& value) {
  if (const std::size_t at = text.find(name); at != std::string::npos)
    text.replace(at, name.size(), value);
}

}  // namespace

Server Recipe::server_of(const docker::Config&) const {
  Server server;
  server.port = data_.port;
  return server;
}

FlushResult Recipe::flush(Shell& source, const Recognition&, const Credentials&) const {
  const ProgramResult result = source.run(data_.flush, {}, {}, kFlush);
  if (result.ok()) return {true, join(data_.flush, " "), {}};
  return {false, recipe_failure(data_.flush, result),
          fmt::format("run it in the container yourself, or leave out \"flush-required\" in the "
                      "recipe {} (docs/recipes.md)",
                      data_.name)};
}

std::string Recipe::stop_signal(const docker::Config& config, const Server& server) const {
  return data_.stop_signal.empty() ? Database::stop_signal(config, server) : data_.stop_signal;
}

std::vector<std::string> Recipe::stale_paths(const Recognition& recognition) const {
  std::vector<std::string> paths;
  for (const std::string& leftover : data_.leftovers)
    paths.push_back(join_path(recognition.data_paths.front(), leftover));
  return paths;
}

std::unique_ptr<Session> Recipe::serve(CopyInScratch copy, const Recognition&) const {
  return files::list_files(std::move(copy));
}

std::string Recipe::connection_string(const Address& address, const Server&,
                                      const Settings&) const {
  const std::string host =
      address.host.find(':') == std::string::npos ? address.host : "[" + address.host + "]";
  std::string text = data_.connection.empty() ? "{host}:{port}" : data_.connection;
  put_in(text, "{host}", host);
  put_in(text, "{port}", std::to_string(address.port));
  return text;
}

std::optional<std::string> Recipe::not_ready(Shell& container, const ContainerFacts&,
                                             Server&) const {
  const ProgramResult result = container.run(data_.ready, {}, {}, kReadiness);
  if (result.ok()) return std::nullopt;
  return recipe_failure(data_.ready, result);
}

std::optional<std::string> Recipe::no_answer(const Address& address, const Server&) const {
  return data_.ready_http.empty() ? no_connection(address)
                                  : no_http_answer(address, data_.ready_http);
}

}  // namespace dksnap::databases::recipes
