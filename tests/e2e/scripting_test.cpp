// docs/scripting.md says exactly what the program prints.
#include <set>

#include <nlohmann/json.hpp>

#include "base/text.hpp"
#include "documents.hpp"
#include "support/files_image.hpp"
#include "support/store_lanes.hpp"

namespace dksnap::test {
namespace {

using nlohmann::json;
using Keys = std::set<std::string>;

constexpr const char* kDocument = "docs/scripting.md";
constexpr const char* kSnapshot = "### A snapshot: `ls`, `show`, `create`";

Keys documented(const std::string& heading, const std::string& after = "") {
  const auto column = first_column(document_table(kDocument, heading, after));
  return Keys(column.begin(), column.end());
}

Keys keys_of(const json& object) {
  Keys keys;
  for (const auto& [key, value] : object.items()) keys.insert(key);
  return keys;
}

// Objects that a command prints: at least one, and all with the same keys.
Keys keys_printed(const RunResult& result) {
  EXPECT_TRUE(succeeded(result));
  const auto objects = json_lines(result.out);
  if (objects.empty()) {
    ADD_FAILURE() << "nothing was printed" << result;
    return {};
  }
  for (const json& object : objects) EXPECT_EQ(keys_of(object), keys_of(objects.front()));
  return keys_of(objects.front());
}

class Scripting : public OnOneEngine {
 protected:
  void SetUp() override {
    OnOneEngine::SetUp();
    if (IsSkipped() || HasFatalFailure() || !source().empty()) return;
    source() = desk().start(
        "files", {"-v", desk().home().path().string() + ":/left-out", "-p", "127.0.0.1::8080"},
        {desk().image("files:1")});
    created() = desk().dksnap({"create", source(), "-m", "one", "--json"});
  }
  static void TearDownTestSuite() {
    source().clear();
    OnOneEngine::TearDownTestSuite();
  }
  static std::string& source() {
    static std::string name;
    return name;
  }
  static RunResult& created() {
    static RunResult result;
    return result;
  }
};

TEST_F(Scripting, KeysOfSnapshots) {
  EXPECT_EQ(keys_printed(desk().dksnap({"ls", source(), "--json"})), documented(kSnapshot));
  EXPECT_EQ(keys_printed(desk().dksnap({"show", "latest:" + source(), "--json"})),
            documented(kSnapshot));
  Keys of_create = documented(kSnapshot);
  of_create.merge(documented(kSnapshot, "`create` adds:"));
  EXPECT_EQ(keys_printed(created()), of_create);
  EXPECT_EQ(keys_of(json::parse(created().out)["left_out"][0]), (Keys{"what", "why"}));
}

TEST_F(Scripting, KeysOfReplaceAndUndo) {
  const std::string heading = "### `replace`, `undo`, `undo --list`, `prune`";
  const Keys of_entry = documented(heading);
  Keys of_swap = of_entry;
  of_swap.merge(documented(heading, "`replace`, and `undo` of one, add:"));
  const std::string container = desk().start("replaced", {}, {desk().image("files:1")});
  const std::string id = desk().create(container);
  EXPECT_EQ(keys_printed(desk().dksnap({"replace", container, "--with", id, "--json", "-y"})),
            of_swap);
  EXPECT_EQ(keys_printed(desk().dksnap({"undo", container, "--json", "-y"})), of_swap);
  EXPECT_EQ(keys_printed(desk().dksnap({"undo", "--list", "--json"})), of_entry);
  EXPECT_EQ(keys_printed(desk().dksnap({"prune", "--now", "--json", "-y"})), of_entry);
}

TEST_F(Scripting, KeysOfBootAndRm) {
  const std::string id = desk().create(source(), {"-m", "booted"});
  const RunResult booted = desk().dksnap({"boot", id, "--name", desk().name("copy"), "--json"});
  EXPECT_EQ(keys_printed(booted), documented("### `boot`"));
  const json copy = json::parse(booted.out);
  ASSERT_FALSE(copy["ports"].empty());
  EXPECT_EQ(keys_of(copy["ports"][0]), (Keys{"container_port", "host_ip", "host_port"}));
  EXPECT_EQ(keys_printed(desk().dksnap({"rm", id, "-y", "--json"})), documented("### `rm`"));
}

TEST_F(Scripting, KeysOfTheOthers) {
  EXPECT_EQ(keys_printed(desk().dksnap({"ps", "--json"})), documented("### `ps`"));
  const RunResult diagnosis = desk().dksnap({"doctor", "--json"});
  for (const json& finding : json_lines(diagnosis.out)) {
    EXPECT_EQ(keys_of(finding), documented("### `doctor`"));
  }
  EXPECT_EQ(keys_printed(desk().dksnap({"version", "--json"})), documented("### `version`"));
}

TEST_F(Scripting, KeysOfErrors) {
  const RunResult result = desk().dksnap({"show", "no such snapshot", "--json"});
  EXPECT_EQ(result.status, 11);
  EXPECT_EQ(keys_of(json::parse(last_lines(result.err, 1))), documented("## Errors"));
}

TEST_F(Scripting, EventsOfProgress) {
  const auto table = document_table(kDocument, "### Events of `--progress json`");
  const Keys all = documented("### Events of `--progress json`");
  const std::string types = table[0][1];
  const RunResult result =
      desk().dksnap({"create", source(), "-m", "steps", "--progress", "json", "-q"});
  ASSERT_TRUE(succeeded(result));
  Keys seen;
  for (const json& event : json_lines(result.err)) {
    const std::string type = event["message_type"];
    EXPECT_THAT(types, ::testing::HasSubstr("`" + type + "`"));
    seen.insert(type);
    for (const std::string& key : keys_of(event)) EXPECT_TRUE(all.contains(key)) << event;
    EXPECT_EQ(event.contains("seconds"), type == "step_ends") << event;
  }
  EXPECT_TRUE(seen.contains("step_begins") && seen.contains("step_ends")) << result;
}

TEST_F(Scripting, ExitCodes) {
  const RunResult help = desk().dksnap({"help", "exit-codes"});
  ASSERT_TRUE(succeeded(help));
  std::vector<std::pair<std::string, std::string>> printed;
  for (const std::string& line : split(help.out, '\n')) {
    const std::string_view text = trim(line);
    const std::size_t space = text.find(' ');
    if (text.empty() || std::isdigit(static_cast<unsigned char>(text.front())) == 0) continue;
    printed.emplace_back(text.substr(0, space), trim(text.substr(space)));
  }
  std::vector<std::pair<std::string, std::string>> told;
  for (const auto& row : document_table(kDocument, "## Exit codes")) {
    told.emplace_back(row[0], row[2]);
  }
  EXPECT_EQ(printed, told);
}

}  // namespace
}  // namespace dksnap::test
