#include <algorithm>

#include "base/paths.hpp"
#include "base/text.hpp"
#include "databases/entrypoint.hpp"
#include "databases/innodb/innodb.hpp"
#include "databases/innodb/option_files.hpp"
#include "databases/innodb/places.hpp"

namespace dksnap::databases::innodb {
namespace {

bool names_server(const Product& product, const std::string& program) {
  const auto& names = product.servers;
  return std::find(names.begin(), names.end(), base_name(program)) != names.end();
}

bool has_one_of(const ContainerFacts& facts, const std::string& directory,
                std::span<const std::string_view> names) {
  return std::any_of(names.begin(), names.end(), [&](std::string_view name) {
    return facts.stat(join_path(directory, name)).has_value();
  });
}

// "1:11.8.3+maria~ubu2404" and "9.7.4-2" → "11.8", "9.7".
std::string major_minor(std::string_view text) {
  if (const std::size_t epoch = text.find(':'); epoch != std::string_view::npos)
    text.remove_prefix(epoch + 1);
  const auto end = std::find_if(text.begin(), text.end(),
                                [](char c) { return (c < '0' || c > '9') && c != '.'; });
  const std::vector<std::string> parts = split(std::string(text.begin(), end), '.');
  return parts.size() < 2 ? parts.front() : parts[0] + "." + parts[1];
}

std::string version_of_image(const Product& product, const docker::Config& config) {
  for (const std::string_view name : product.version_variables) {
    if (const auto value = config.env_value(std::string(name))) return major_minor(*value);
  }
  return {};
}

bool is_foreign(const Product& product, const docker::Config& config) {
  return std::any_of(product.foreign_variables.begin(), product.foreign_variables.end(),
                     [&](std::string_view name) { return config.env_value(std::string(name)); });
}

// The image's entrypoint makes the first databases by servers of its own: one that makes the
// system's tables, then one without a network.
bool is_first_runs(const ServerProcess& server, const std::vector<std::string>& usual) {
  const ServerSettings now = read_options(split(server.command, ' '));
  if (is_on(now, "bootstrap") || is_on(now, "initialize") || is_on(now, "initialize_insecure"))
    return true;
  const auto is_alone = [](const ServerSettings& settings) {
    return is_on(settings, "skip_networking") || value_of(settings, "port") == "0";
  };
  return is_alone(now) && !is_alone(read_options(usual));
}

}  // namespace

ServerProcess find_server(const Product& product, const ContainerFacts& facts) {
  for (const docker::Process& process : facts.processes) {
    const std::vector<std::string> words = split(process.command, ' ');
    if (names_server(product, words.front())) return {true, process.pid, process.command};
  }
  return {};
}

std::optional<Recognition> InnodbDatabase::recognise(const ContainerFacts& facts) const {
  const Product& product = this->product();
  const ServerProcess server = find_server(product, facts);
  // How the process shows its arguments is enough to find directories without blanks.
  const std::vector<std::string> usual = command_of(product, facts.config);
  const std::vector<std::string> command = server.running ? split(server.command, ' ') : usual;
  const std::string of_image = version_of_image(product, facts.config);
  ServerSettings settings;
  // Where nothing speaks for it, its files alone can; its settings are read in no other image.
  const bool may_be = server.running || !usual.empty() || !of_image.empty();
  if (may_be) settings = read_configuration(facts, product, command, of_image).settings;
  const std::string directory = data_directory(facts, settings);

  Recognition recognition;
  recognition.runs = server.running;
  if (has_one_of(facts, directory, product.marks) &&
      !has_one_of(facts, directory, product.foreign_marks)) {
    for (const std::string_view file : product.version_files) {
      if (!of_image.empty() && server.running) break;
      const auto text = facts.read(join_path(directory, file));
      if (text) recognition.version = major_minor(version_in(*text));
      if (!recognition.version.empty()) break;
    }
    if (recognition.version.empty()) recognition.version = of_image;
    recognition.reason = std::string(product.title) + " " + recognition.version;
    recognition.reason = std::string(dksnap::trim(recognition.reason)) +
                         (server.running ? " runs in it, its data in " : " has its data in ") +
                         directory;
  } else {
    // Data on a tmpfs cannot be seen from outside; the running server tells.
    const bool runs =
        server.running || (facts.running && facts.processes.empty() && !usual.empty());
    const bool is_named = server.running && base_name(command.front()) == product.servers.front();
    const bool is_this = !of_image.empty() || (is_named && !is_foreign(product, facts.config));
    if (!runs || !is_this || !is_hidden(facts, directory)) return std::nullopt;
    recognition.version = of_image;
    recognition.reason =
        std::string(product.title) + " runs in it, its data on a tmpfs at " + directory;
  }
  if (is_on(settings, "skip_grant_tables"))
    recognition.reason += "; it runs with --skip-grant-tables, and lets everybody in";
  const bool has_script = entrypoint_above(facts, server.pid).has_value();
  recognition.initialising = has_script && (!server.running || is_first_runs(server, usual));
  recognition.data_paths.push_back(directory);
  for (std::string& place : other_places(facts, directory, settings))
    recognition.data_paths.push_back(std::move(place));
  return recognition;
}

}  // namespace dksnap::databases::innodb
