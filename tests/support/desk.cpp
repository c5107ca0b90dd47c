#include "support/desk.hpp"

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <sstream>
#include <stdexcept>
#include <unistd.h>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/text.hpp"
#include "support/eventually.hpp"
#include "support/lab.hpp"
#include "support/paths.hpp"

namespace dksnap::test {
namespace {

using nlohmann::json;

std::string only_line(const RunResult& result) {
  return std::string(trim(result.out));
}

Words lines_of(const std::string& text) {
  Words lines;
  for (std::string& line : split(text, '\n')) {
    if (!line.empty()) lines.push_back(std::move(line));
  }
  return lines;
}

Words joined(Words first, const Words& second) {
  first.insert(first.end(), second.begin(), second.end());
  return first;
}

// What a test builds on. GoogleTest counts the exception as a failure of the test.
void insist(const RunResult& result) {
  if (result.status == 0 && !result.timed_out) return;
  std::ostringstream text;
  text << result;
  throw std::runtime_error(text.str());
}

std::string unique_prefix() {
  static std::atomic<int> desks = 0;
  return fmt::format("t{}-{}-", ::getpid(), ++desks);
}

}  // namespace

::testing::AssertionResult succeeded(const RunResult& result) {
  if (result.status == 0 && !result.timed_out) return ::testing::AssertionSuccess();
  return ::testing::AssertionFailure() << result;
}

std::vector<json> json_lines(std::string_view text) {
  std::vector<json> objects;
  for (const std::string& line : lines_of(std::string(text))) objects.push_back(json::parse(line));
  return objects;
}

namespace {

// As /proc/PID/stat counts.
long long ticks_now() {
  timespec now{};
  ::clock_gettime(CLOCK_BOOTTIME, &now);
  const long long a_second = ::sysconf(_SC_CLK_TCK);
  return now.tv_sec * a_second + now.tv_nsec * a_second / 1'000'000'000;
}

}  // namespace

Desk::Desk(std::string engine) : engine_(std::move(engine)), prefix_(unique_prefix()) {
  if (engine_.empty()) return;
  host_ = lab_engine(engine_);
  network_ = lab_network(engine_);
}

Desk::~Desk() {
  remove_containers_but({});

  // Snapshots in the bin and those pulled from elsewhere have other names; a label says whose they
  // are. A name that another process removes meanwhile makes inspect fail for that one only.
  Words inspect_images{"image", "inspect", "--format",
                       "{{.Id}} {{json .RepoTags}} {{json .Config.Labels}}"};
  std::set<std::string> ids;
  for (const std::string& id : lines_of(docker({"image", "ls", "-q", "--no-trunc"}).out))
    ids.insert(id);
  inspect_images.insert(inspect_images.end(), ids.begin(), ids.end());
  Words images{"rmi", "-f"};
  for (const std::string& line : lines_of(docker(inspect_images).out)) {
    if (is_ours(line)) images.push_back(line.substr(0, line.find(' ')));
  }
  if (images.size() > 2) docker(images);

  Words volumes{"volume", "rm", "-f"};
  for (const std::string& line : lines_of(docker({"volume", "ls", "-q"}).out)) {
    if (is_ours(line)) volumes.push_back(line);
  }
  if (volumes.size() > 3) docker(volumes);
}

std::string Desk::name(const std::string& word) {
  const std::lock_guard lock(mutex_);
  return fmt::format("{}{}{}", prefix_, ++names_, word);
}

std::string Desk::image(const std::string& lab_name) const {
  return lab_image(lab_name, host_);
}

Words Desk::in_network(const Words& argv) const {
  return network_.empty() ? argv : joined({"nsenter", "--net=" + network_, "--"}, argv);
}

Words Desk::dksnap_command(const Words& arguments) const {
  return in_network(joined({dksnap_program()}, arguments));
}

RunOptions Desk::dksnap_options(RunOptions options) const {
  const std::string home = home_.path();
  const auto add = [&](const char* name, std::optional<std::string> value) {
    options.env.emplace(name, std::move(value));
  };
  add("HOME", home);
  add("XDG_STATE_HOME", home + "/state");
  add("XDG_CONFIG_HOME", std::nullopt);
  add("XDG_CACHE_HOME", std::nullopt);
  if (!host_.empty()) {
    add("DOCKER_HOST", host_);
    add("DOCKER_CONTEXT", std::nullopt);
  }
  return options;
}

RunResult Desk::dksnap(const Words& arguments, RunOptions options) {
  RunResult result = run(dksnap_command(arguments), dksnap_options(std::move(options)));
  const std::lock_guard lock(mutex_);
  pids_[result.pid] = ticks_now();
  return result;
}

RunResult Desk::docker(const Words& arguments, RunOptions options) const {
  if (!host_.empty()) {
    options.env.emplace("DOCKER_HOST", host_);
    options.env.emplace("DOCKER_CONTEXT", std::nullopt);
  }
  return run(joined({"docker"}, arguments), std::move(options));
}

std::string Desk::docker_out(const Words& arguments, RunOptions options) const {
  const RunResult result = docker(arguments, std::move(options));
  insist(result);
  return only_line(result);
}

json Desk::inspect(const std::string& what) const {
  const RunResult result = docker({"inspect", what});
  insist(result);
  return json::parse(result.out).at(0);
}

std::string Desk::start(const std::string& word, const Words& options,
                        const Words& image_and_command) {
  const std::string container = name(word);
  docker_out(joined(joined({"run", "-d", "--name", container}, options), image_and_command));
  return container;
}

void Desk::remove_container(const std::string& container) const {
  docker_out({"rm", "-fv", container});
}

std::string Desk::create(const std::string& container, const Words& options) {
  const RunResult result = dksnap(joined({"create", container}, options));
  insist(result);
  return only_line(result);
}

json Desk::create_json(const std::string& container, const Words& options) {
  const RunResult result = dksnap(joined({"create", container, "--json"}, options));
  insist(result);
  return json::parse(result.out);
}

void Desk::remove_containers_but(const Words& kept) const {
  Words containers{"rm", "-fv"};
  for (const std::string& line : lines_of(docker({"ps", "-a", "--format", "{{.Names}}"}).out)) {
    if (!is_ours(line) || std::find(kept.begin(), kept.end(), line) != kept.end()) continue;
    containers.push_back(line);
  }
  if (containers.size() > 2) docker(containers);
}

json Desk::show(const std::string& reference) {
  const RunResult result = dksnap({"show", "--json", "--", reference});
  insist(result);
  return json::parse(result.out);
}

std::string Desk::boot(const std::string& reference, const Words& options) {
  std::string container = name("copy");
  insist(dksnap(joined({"boot", reference, "--name", container}, options)));
  return container;
}

void Desk::wait_for_log(const std::string& container, const std::string& text) const {
  const auto log = [&] {
    const RunResult result = docker({"logs", container});
    return result.out + result.err;
  };
  EXPECT_TRUE(eventually("the log of " + container + " says: " + text, [&] {
    return log().find(text) != std::string::npos;
  })) << log();
}

bool Desk::runs(const std::string& container) const {
  return docker_out({"inspect", "--format", "{{.State.Running}} {{.State.Paused}}", container}) ==
         "true false";
}

// `line` begins with an owner as dksnap writes it: "21@host/machine/boot/namespace:734866 …", at
// its end when it began.
bool Desk::is_owned(const std::string& line) const {
  const std::string owner = line.substr(0, line.find(' '));
  const std::size_t began = owner.rfind(':');
  const auto found = pids_.find(std::atoi(owner.c_str()));
  return found != pids_.end() && began != std::string::npos &&
         std::atoll(owner.c_str() + began + 1) <= found->second;
}

std::vector<std::string> Desk::leftovers() const {
  std::vector<std::string> found;
  const std::lock_guard lock(mutex_);
  const std::string scratches =
      docker_out({"ps", "-a", "--filter", "label=dksnap.role=scratch", "--format",
                  "{{.Label \"dksnap.owner\"}} {{.Names}} {{.State}}"});
  for (const std::string& line : lines_of(scratches)) {
    if (is_owned(line)) found.push_back("container " + line);
  }
  const std::string volumes = docker_out({"volume", "ls", "--filter", "label=dksnap.role",
                                          "--format", "{{.Label \"dksnap.owner\"}} {{.Name}}"});
  for (const std::string& line : lines_of(volumes)) {
    if (is_owned(line)) found.push_back("volume " + line);
  }
  std::error_code none;  // a home in which nothing was noted yet
  for (const auto& note :
       std::filesystem::directory_iterator(home_.path() / "state/dksnap/frozen", none)) {
    found.push_back("note of a freeze " + note.path().string());
  }
  return found;
}

}  // namespace dksnap::test
