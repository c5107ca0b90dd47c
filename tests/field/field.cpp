#include "field.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "base/text.hpp"
#include "support/eventually.hpp"

namespace dksnap::test {

using nlohmann::json;

DKSNAP_ON_EITHER_STORE(Field);

const std::string& Field::start(const Words& options, const Words& arguments,
                                const std::string& image) {
  Words all{"-e", "POSTGRES_HOST_AUTH_METHOD=trust", "-e", "POSTGRES_INITDB_ARGS=--no-sync"};
  all.insert(all.end(), options.begin(), options.end());
  Words last{image.empty() ? desk().image("postgres:15") : image};
  last.insert(last.end(), arguments.begin(), arguments.end());
  source_ = desk().start("db", all, last);
  wait_until_it_serves();
  sql(source_, "CREATE TABLE kept (what text); INSERT INTO kept VALUES ('first')");
  return source_;
}

void Field::wait_until_it_serves() {
  // While it is initialised the entrypoint is the first process, and another server answers.
  EXPECT_TRUE(eventually(
      "the final server of " + source_ + " serves",
      [&] {
        bool is_at_it = false;
        for (const std::string& line :
             split(desk().docker({"top", source_, "-eo", "pid,args"}).out, '\n')) {
          const bool names_it = line.find("docker-entrypoint") != std::string::npos;
          is_at_it = is_at_it || (names_it && line.find("docker-init") == std::string::npos);
        }
        return !is_at_it &&
               desk().docker({"logs", source_}).err.find("ready to accept connections") !=
                   std::string::npos;
      },
      std::chrono::seconds(180)))
      << desk().docker({"logs", source_});
}

std::string Field::sql(const std::string& container, const std::string& statement) {
  Words words{"exec"};
  words.insert(words.end(), way.docker.begin(), way.docker.end());
  words.insert(words.end(), {container, "psql", "-XqAtw", "-v", "ON_ERROR_STOP=1", "-U", way.user,
                             "-d", "postgres", "-p", std::to_string(way.port)});
  if (!way.socket.empty()) words.insert(words.end(), {"-h", way.socket});
  words.insert(words.end(), {"-c", statement});
  const RunResult result = desk().docker(words);
  EXPECT_TRUE(succeeded(result)) << desk().docker({"logs", container});
  return std::string(trim(result.out));
}

RunResult Field::snapshot(const Words& options, int status) {
  Words words{"create", source_};
  words.insert(words.end(), options.begin(), options.end());
  RunResult result = desk().dksnap(words);
  EXPECT_EQ(result.status, status) << result;
  id_ = std::string(trim(result.out));
  return result;
}

std::string Field::boot(const Words& options) {
  Words words{"boot", id_, "--name", desk().name("copy"), "--json"};
  words.insert(words.end(), options.begin(), options.end());
  const RunResult result = desk().dksnap(words);
  EXPECT_TRUE(succeeded(result));
  if (result.status != 0) return {};
  booted_ = json::parse(result.out);
  std::string copy = booted_["container"];
  EXPECT_EQ(sql(copy, "SELECT * FROM kept"), "first");
  return copy;
}

void Field::replace_and_undo() {
  const auto state = [&] {
    json all = desk().inspect(source_);
    // What each start makes anew.
    for (const char* name : {"Id", "Created", "State", "ResolvConfPath", "HostnamePath",
                             "HostsPath", "LogPath", "GraphDriver", "NetworkSettings", "Image",
                             "RestartCount", "ExecIDs", "Storage", "ImageManifestDescriptor"})
      all.erase(name);
    all["Config"].erase("Image");
    for (const char* ours : {"dksnap.swap", "dksnap.made-by"}) all["Config"]["Labels"].erase(ours);
    return all;
  };
  json before = state();
  sql(source_, "INSERT INTO kept VALUES ('second')");
  const RunResult replaced = desk().dksnap({"replace", source_, "--with", id_, "-y"});
  EXPECT_TRUE(succeeded(replaced));
  EXPECT_EQ(sql(source_, "SELECT * FROM kept"), "first") << replaced;
  json after = state();
  // A volume of nobody's has another name, and its data are the container's own afterwards.
  for (json* one : {&before, &after}) {
    one->erase("Mounts");
    (*one)["Config"].erase("Hostname");
    (*one)["Config"].erase("Volumes");
    (*one)["HostConfig"].erase("Tmpfs");
    json& env = (*one)["Config"]["Env"];
    std::sort(env.begin(), env.end());
  }
  EXPECT_EQ(after, before);
  EXPECT_TRUE(succeeded(desk().dksnap({"undo", source_, "-y"})));
  EXPECT_EQ(sql(source_, "SELECT count(*) FROM kept"), "2");
}

void Field::go_through() {
  snapshot();
  const std::string copy = boot();
  if (!copy.empty()) desk().remove_container(copy);
  replace_and_undo();
}

void Field::write(const std::string& path, const std::string& text, const std::string& mode) {
  desk().docker_out(
      {"exec", "-u", "0", source_, "sh", "-c",
       "mkdir -p \"$(dirname \"$1\")\" && printf %s \"$2\" > \"$1\" && chmod " + mode + " \"$1\"",
       "sh", path, text});
}

std::string Field::outside(const std::string& name, const std::string& text) {
  const std::string path = desk().home() / name;
  std::filesystem::create_directories(std::filesystem::path(path).parent_path());
  std::ofstream(path) << text;
  std::filesystem::permissions(desk().home().path(), std::filesystem::perms(0755));
  return path;
}

}  // namespace dksnap::test
