// docs/format.md says what a snapshot carries.
#include <set>

#include <nlohmann/json.hpp>

#include "documents.hpp"
#include "snapshot/labels.hpp"
#include "support/files_image.hpp"
#include "support/store_lanes.hpp"

namespace dksnap::test {
namespace {

using nlohmann::json;

TEST(Format, TheTableOfLabelsIsTheProgramsOwn) {
  Table known;
  for (const auto& label : snapshot::label_table()) known.push_back({label.name, label.meaning});
  EXPECT_EQ(document_table("docs/format.md", "## Labels"), known);
}

class FormatOfAnImage : public OnEitherStore {};
DKSNAP_ON_EITHER_STORE(FormatOfAnImage);

TEST_P(FormatOfAnImage, LabelsAndConfig) {
  const std::string source = desk().start("files", {}, {desk().image("files:1")});
  desk().create(source, {"-m", "one"});
  const json second = desk().create_json(source, {"-m", "two", "--note", "more about it", "--pin"});
  const json image = desk().inspect(second["names"][0]);
  const json labels = image["Config"]["Labels"];

  std::set<std::string> found;
  for (const auto& [name, value] : labels.items()) found.insert(name);
  // All of the table but those of containers, of the original, and of databases.
  std::set<std::string> expected;
  for (const auto& label : snapshot::label_table()) expected.insert(label.name);
  for (const char* other : {"dksnap.role", "dksnap.owner", "dksnap.boot", "dksnap.swap",
                            "dksnap.made-by", "dksnap.dump-path", "dksnap.base-entrypoint",
                            "dksnap.server-version", "dksnap.recipe", "dksnap.purpose"}) {
    expected.erase(other);
  }
  EXPECT_EQ(found, expected);
  EXPECT_EQ(labels["dksnap.format"], "1");
  EXPECT_EQ(labels["dksnap.title"], "two");
  EXPECT_EQ(labels["dksnap.id"], second["id"]);
  EXPECT_EQ(labels["dksnap.parent"], second["parent"]);
  EXPECT_EQ(labels["dksnap.note"], "more about it");
  EXPECT_EQ(labels["dksnap.pinned"], "true");
  EXPECT_EQ(json::parse(labels["dksnap.paths"].get<std::string>()), json::array({"/data"}));
  EXPECT_TRUE(json::parse(labels["dksnap.run"].get<std::string>()).is_object());
  EXPECT_TRUE(json::parse(labels["dksnap.left-out"].get<std::string>()).is_array());
  // A volume would hide the data.
  EXPECT_TRUE(image["Config"].value("Volumes", json()).empty()) << image["Config"];
  EXPECT_EQ(image["Config"]["Cmd"], json::array({"serve"}));
  EXPECT_EQ(image["Config"]["Entrypoint"], json::array({"/files"}));
}

}  // namespace
}  // namespace dksnap::test
