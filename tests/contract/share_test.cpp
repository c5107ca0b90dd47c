// Plain images: they travel with docker's own means, and lineage travels with them.
#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

#include "base/text.hpp"
#include "contract/kind_contract.hpp"
#include "support/lab.hpp"
#include "support/paths.hpp"
#include "support/requirements.hpp"

namespace dksnap::test {
namespace {

using nlohmann::json;

// Of images, whatever is in them: with one kind of them, unless everything is tried.
class Sharing : public KindContract {};

INSTANTIATE_TEST_SUITE_P(
    Images, Sharing,
    ::testing::ValuesIn(is_dense() ? kind_pairs()
                                   : std::vector<KindOnEngine>{{"files", "overlay2"},
                                                               {"files", "containerd"}}),
    [](const auto& test) { return name_of(test.param); });

void expect_whole(Desk& desk, const Line& line) {
  const json second = desk.show(line.second);
  EXPECT_EQ(second["title"], "second");
  EXPECT_EQ(second["container"], line.source);
  EXPECT_THAT(second["parent"].get<std::string>(), ::testing::StartsWith(line.first));
  const std::string copy = desk.boot(line.second, line.kind.at_once());
  EXPECT_EQ(line.kind.state(desk, copy), line.second_state);
}

// What `show` says of a snapshot, less what is not its own.
json identity(Desk& desk, const std::string& id) {
  json shown = desk.show(id);
  shown.erase("names");
  return shown;
}

TEST_P(Sharing, SaveAndLoadKeepIt) {
  const std::string first = desk().show(line().first)["names"][0];
  const std::string second = desk().show(line().second)["names"][0];
  const json before = identity(desk(), line().second);
  const std::string archive = desk().home() / "saved.tar";
  desk().docker_out({"save", "-o", archive, first, second});
  desk().docker_out({"rmi", second, first});
  EXPECT_EQ(desk().dksnap({"ls", line().source}).status, 11);
  desk().docker_out({"load", "-i", archive});
  EXPECT_EQ(identity(desk(), line().second), before);
  expect_whole(desk(), line());

  // And on an engine with the other kind of image store. Not the other way: layers of the
  // containerd store are zstd, which the lab's classic engine, 20.10, does not read.
  if (desk().has_containerd_store() || missing("containerd")) return;
  Desk other("containerd");
  other.docker_out({"load", "-i", archive});
  expect_whole(other, line());
  EXPECT_EQ(other.show(line().first)["parent"], "");
  EXPECT_EQ(other.dksnap({"ls", "-q", line().source}).out,
            line().second + "\n" + line().first + "\n");
  other.remove_containers_but({});
  other.docker_out({"rmi", second, first});
}

TEST_P(Sharing, PushAndPullKeepIt) {
  DKSNAP_NEEDS("docker-registry");
  Words registry{source_path("tests/lab/registry")};
  if (!desk().engine().empty()) registry.insert(registry.end(), {"--in", desk().engine()});
  const RunResult started = run(registry);
  ASSERT_TRUE(succeeded(started));
  const std::string second = desk().show(line().second)["names"][0];
  const json before = identity(desk(), line().second);
  const std::string shared = std::string(trim(started.out)) + "/" + desk().name("shared") + ":2";
  desk().docker_out({"tag", second, shared});
  desk().docker_out({"push", "-q", shared});
  desk().docker_out({"rmi", second, shared});
  EXPECT_EQ(desk().dksnap({"show", line().second}).status, 11);
  desk().docker_out({"pull", "-q", shared});
  EXPECT_EQ(desk().show(shared)["names"], json::array({shared}));
  json after = identity(desk(), line().second);
  // A registry keeps layers packed in its own way, so that the containerd store's id may differ.
  if (desk().has_containerd_store()) after["image_id"] = before["image_id"];
  EXPECT_EQ(after, before);
  expect_whole(desk(), line());
  desk().docker_out({"tag", shared, second});
  desk().docker_out({"rmi", shared});
}

}  // namespace
}  // namespace dksnap::test
