#include "contract/kind_contract.hpp"

#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

#include "base/text.hpp"
#include "support/requirements.hpp"

namespace dksnap::test {

std::string name_of(const KindOnEngine& which) {
  return which.kind + "_" + (which.engine.empty() ? "machine" : which.engine);
}

std::vector<KindOnEngine> kind_pairs() {
  std::vector<KindOnEngine> pairs{
      {"files", "overlay2"},        {"postgres", "overlay2"}, {"files", "containerd"},
      {"postgres15", "containerd"}, {"etcd", "overlay2"},     {"redis", "overlay2"},
      {"mariadb", "overlay2"},      {"mysql", "overlay2"},    {"mongo", "overlay2"}};
  if (!is_dense()) return pairs;
  pairs.push_back({"files", ""});
  pairs.push_back({"postgres15", "overlay2"});
  pairs.push_back({"postgres17", "overlay2"});
  for (const char* kind : {"postgres", "postgres17", "etcd", "redis", "mariadb", "mysql", "mongo"})
    pairs.push_back({kind, "containerd"});
  for (const char* engine : {"overlay2", "containerd"}) {
    pairs.push_back({"redis7", engine});
    pairs.push_back({"valkey", engine});
  }
  return pairs;
}

std::ostream& operator<<(std::ostream& to, const KindOnEngine& which) {
  return to << name_of(which);
}

Line::Line(const KindOnEngine& which) : desk(which.engine), kind(kind_case(which.kind)) {
  source = kind.start(desk);
  started = desk.inspect(source)["State"]["StartedAt"].get<std::string>();
  doomed_file = kind.doomed_file(desk, source);
  first_state = kind.state(desk, source);
  first_run = desk.dksnap({"create", source, "-m", "first"});
  EXPECT_TRUE(succeeded(first_run));
  first = std::string(trim(first_run.out));
  kind.add(desk, source, "second");
  kind.remove_doomed(desk, source);
  second_state = kind.state(desk, source);
  second = desk.create(source, {"-m", "second"});
}

std::map<std::string, std::unique_ptr<Line>> KindContract::lines_;

void KindContract::SetUp() {
  DKSNAP_NEEDS("docker");
  if (!GetParam().engine.empty()) DKSNAP_NEEDS(GetParam().engine);
  auto& line = lines_[name_of(GetParam())];
  if (!line) line = std::make_unique<Line>(GetParam());
  ASSERT_FALSE(line->first.empty() || line->second.empty())
      << "without two snapshots there is nothing to look at";
  line_ = line.get();
}

void KindContract::TearDown() {
  if (line_ == nullptr) return;
  EXPECT_THAT(desk().leftovers(), ::testing::IsEmpty());
  EXPECT_TRUE(desk().runs(line().source));
  desk().remove_containers_but({line().source});
}

void KindContract::TearDownTestSuite() {
  lines_.clear();
}

std::string KindContract::run_copy(const std::string& id) const {
  const std::string image = desk().show(id)["names"][0];
  std::string container = desk().start("run", {}, {image});
  kind().wait(desk(), container);
  return container;
}

std::string KindContract::state(const std::string& container) const {
  return kind().state(desk(), container);
}

bool KindContract::has_file(const std::string& container, const std::string& path) const {
  return desk().docker({"cp", container + ":" + path, desk().home() / "copied"}).status == 0;
}

INSTANTIATE_TEST_SUITE_P(Kinds, KindContract, ::testing::ValuesIn(kind_pairs()),
                         [](const auto& test) { return name_of(test.param); });

}  // namespace dksnap::test
