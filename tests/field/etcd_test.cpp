#include <regex>

#include "recipe_field.hpp"
#include "support/files_image.hpp"
#include "support/paths.hpp"

namespace dksnap::test {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;
using ::testing::MatchesRegex;

class EtcdField : public RecipeField {
 protected:
  void put(const std::string& container, const std::string& value) {
    etcdctl(desk(), container, {"put", "kept", value});
  }
  std::string kept(const std::string& container) {
    return etcdctl(desk(), container, {"get", "kept", "--print-value-only"});
  }
  // There, and back.
  void go_through(const std::string& source) {
    put(source, "first");
    const json taken = snapshot(source);
    EXPECT_EQ(taken["kind"], "etcd");
    put(source, "second");
    const json copy = boot(taken);
    EXPECT_THAT(copy["connection"].get<std::string>(), MatchesRegex("http://127.0.0.1:[0-9]+"));
    EXPECT_EQ(kept(copy["container"]), "first");
    EXPECT_TRUE(succeeded(replace(source, taken)));
    EXPECT_EQ(kept(source), "first");
    EXPECT_TRUE(succeeded(undo(source)));
    EXPECT_EQ(kept(source), "second");
  }
};

DKSNAP_ON_EITHER_STORE(EtcdField);

TEST_P(EtcdField, InAVolumeThatAVariableNames) {
  go_through(start_etcd(
      desk(), {"-v", desk().name("data") + ":/srv/kv", "-e", "ETCD_DATA_DIR=/srv/kv/node"}));
}

TEST_P(EtcdField, InABindThatAnArgumentNames) {
  const std::string outside = desk().home() / "etcd";
  const std::string source =
      start_etcd(desk(), {"-v", outside + ":/etcd-data"}, {"etcd", "--data-dir", "/etcd-data"});
  go_through(source);
  desk().docker_out({"exec", source, "sh", "-c", "rm -rf /etcd-data/*"});
}

TEST_P(EtcdField, WithoutAVolumeAndStopped) {
  const std::string source = start_etcd(desk());
  put(source, "first");
  desk().docker_out({"stop", source});
  const json taken = snapshot(source);
  EXPECT_EQ(taken["kind"], "etcd");
  EXPECT_EQ(kept(boot(taken)["container"]), "first");
}

std::string example() {
  std::ifstream file(source_path("docs/recipes.md"));
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  std::smatch found;
  const bool there = std::regex_search(text, found, std::regex("```toml\n([^`]*)```"));
  EXPECT_TRUE(there) << "docs/recipes.md has no example";
  return there ? found[1].str() : "";
}

// docs/recipes.md: the recipe for shop-kv.
TEST_P(EtcdField, ARecipeOfOnesOwn) {
  settings(example());
  const std::string source = start_etcd(
      desk(), {"-v", desk().home() / "kv:/var/lib/shop-kv"},
      {"sh", "-c", "ln -s /usr/bin/etcd /shop-kv; exec /shop-kv --data-dir /var/lib/shop-kv"});
  put(source, "first");
  const RunResult listed = desk().dksnap({"ps", "-v"});
  EXPECT_THAT(listed.out, HasSubstr("/var/lib/shop-kv is there: the recipe shop-kv"));
  const RunResult created = desk().dksnap({"create", source});
  ASSERT_TRUE(succeeded(created));
  EXPECT_THAT(created.err, HasSubstr("flushed (sync -f /var/lib/shop-kv)"));
  const json taken = desk().show(created.out.substr(0, 8));
  EXPECT_EQ(taken["kind"], "shop-kv");
  const json copy = boot(taken);
  EXPECT_THAT(copy["connection"].get<std::string>(), MatchesRegex("shop-kv://127.0.0.1:[0-9]+"));
  EXPECT_EQ(kept(copy["container"]), "first");
  put(source, "second");
  EXPECT_TRUE(succeeded(replace(source, taken)));
  EXPECT_EQ(kept(source), "first");

  // A file that cannot be used is in the way of whoever goes by it, and of nobody else.
  settings(example() + "flsh = 1\n");
  const RunResult refused = desk().dksnap({"create", source});
  EXPECT_EQ(refused.status, 2) << refused;
  EXPECT_THAT(refused.err, HasSubstr("config.toml"));
  EXPECT_THAT(refused.err, HasSubstr("line 9: the recipe \"shop-kv\": there is no \"flsh\" here"));
  EXPECT_THAT(refused.err, HasSubstr("did you mean \"flush\"?"));
  const RunResult undone = undo(source);
  EXPECT_TRUE(succeeded(undone));
  EXPECT_THAT(undone.err, HasSubstr("none of your settings hold"));
  wait_for_etcd(desk(), source);
  EXPECT_EQ(kept(source), "second");
  desk().docker_out({"exec", source, "sh", "-c", "rm -rf /var/lib/shop-kv/*"});
}

// Who lacks the recipe has a copy all the same.
TEST_P(EtcdField, ARecipeThatNobodyKnowsAnyMore) {
  settings(example());
  const std::string source = start_etcd(
      desk(), {"-v", desk().name("kv") + ":/var/lib/shop-kv"},
      {"sh", "-c", "ln -s /usr/bin/etcd /shop-kv; exec /shop-kv --data-dir /var/lib/shop-kv"});
  put(source, "first");
  const json taken = snapshot(source);
  EXPECT_EQ(taken["kind"], "shop-kv");
  put(source, "second");
  settings("");
  const json copy = boot(taken);
  EXPECT_EQ(copy["connection"], "");
  wait_for_etcd(desk(), copy["container"]);
  EXPECT_EQ(kept(copy["container"]), "first");
  EXPECT_TRUE(succeeded(replace(source, taken)));
  wait_for_etcd(desk(), source);
  EXPECT_EQ(kept(source), "first");
  EXPECT_TRUE(succeeded(undo(source)));
  wait_for_etcd(desk(), source);
  EXPECT_EQ(kept(source), "second");
}

TEST_P(EtcdField, AFlushThatFailsIsSaidOrRefused) {
  const std::string source = start_etcd(desk());
  const std::string recipe =
      "[[recipe]]\nname = \"etcd\"\nprocesses = [\"etcd\"]\ndata = [\"./default.etcd\"]\n"
      "flush = [\"sh\", \"-c\", \"echo disk is asleep >&2; exit 3\"]\n";
  settings(recipe);
  const RunResult said = desk().dksnap({"create", source});
  EXPECT_TRUE(succeeded(said));
  EXPECT_THAT(said.err, HasSubstr("ended with 3: disk is asleep"));
  settings(recipe + "flush-required = true\n");
  const RunResult refused = desk().dksnap({"create", source});
  EXPECT_EQ(refused.status, 13) << refused;
  EXPECT_THAT(refused.err, HasSubstr("ended with 3: disk is asleep"));
  EXPECT_THAT(refused.err, HasSubstr("flush-required"));
  EXPECT_TRUE(desk().runs(source));
}

// SQLite needs no server: the bind is captured because of its file.
TEST_P(EtcdField, AFileInABindIsDataWhereARecipeNamesIt) {
  const std::string source =
      desk().start("files", {"-v", desk().home() / "app:/data"}, {desk().image("files:1")});
  files_batch(desk(), source, "write /data/db.sqlite3 rows\n");
  const json taken = snapshot(source);
  EXPECT_EQ(taken["kind"], "sqlite");
  EXPECT_EQ(taken["paths"], json::array({"/data"}));
  const RunResult copy = desk().dksnap({"boot", taken["id"].get<std::string>(), "--name",
                                        desk().name("copy"), "--json", "--wait", "0"});
  ASSERT_TRUE(succeeded(copy));
  EXPECT_EQ(files(desk(), json::parse(copy.out)["container"], {"cat", "/data/db.sqlite3"}), "rows");
}

}  // namespace
}  // namespace dksnap::test
