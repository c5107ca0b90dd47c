// The journal decides what is done to containers: it is believed only where nobody else can have
// written it, and what is damaged in it costs only itself.
#include <filesystem>
#include <fstream>
#include <unistd.h>

#include <nlohmann/json.hpp>

#include "support/files_image.hpp"
#include "support/store_lanes.hpp"

namespace dksnap::test {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

class HostileJournal : public OnOneEngine {
 protected:
  void SetUp() override {
    OnOneEngine::SetUp();
    if (IsSkipped() || HasFatalFailure()) return;
    source_ = desk().start("files", {}, {desk().image("files:1")});
    files_batch(desk(), source_, "write /data/what seed\n");
    snapshot_ = created();
    files_batch(desk(), source_, "write /data/what live\n");
  }
  RunOptions options() const {
    RunOptions options;
    options.env["XDG_STATE_HOME"] = state_.path().string();
    return options;
  }
  fs::path journal() const { return state_.path() / fs::path("dksnap/journal"); }
  RunResult dksnap(const Words& arguments) { return desk().dksnap(arguments, options()); }
  std::string created() {
    const RunResult result = dksnap({"create", source_, "-m", "seed", "-q"});
    EXPECT_TRUE(succeeded(result));
    return result.out.substr(0, result.out.find('\n'));
  }
  RunResult replace() {
    return dksnap({"replace", source_, "--with", snapshot_, "-y", "--wait", "0"});
  }

  // Nothing is done by it, and nothing that does not need it fails.
  void expect_not_used() {
    const RunResult refused = replace();
    EXPECT_EQ(refused.status, 2) << refused;
    EXPECT_THAT(refused.err, HasSubstr("is not used"));
    EXPECT_THAT(refused.err, HasSubstr("  why   "));
    EXPECT_THAT(dksnap({"undo", source_, "-y"}).err, HasSubstr("is not used"));
    const RunResult listed = dksnap({"undo", "--list"});
    EXPECT_TRUE(succeeded(listed));
    EXPECT_THAT(listed.err, HasSubstr("is not used"));
    EXPECT_TRUE(succeeded(dksnap({"ls"})));
    EXPECT_TRUE(succeeded(dksnap({"create", source_})));
    const RunResult seen = dksnap({"doctor"});
    EXPECT_EQ(seen.status, 1) << seen;
    EXPECT_THAT(seen.out, HasSubstr("is not used"));
    EXPECT_EQ(files(desk(), source_, {"cat", "/data/what"}), "live");
  }

  const TempDir state_;
  std::string source_;
  std::string snapshot_;
};

TEST_F(HostileJournal, ThatOthersCanWriteIsNotUsed) {
  fs::create_directory(journal());
  fs::permissions(journal(), fs::perms::all);
  expect_not_used();
}

TEST_F(HostileJournal, OfAnotherUserIsNotUsed) {
  fs::create_directory(journal());
  fs::permissions(journal(), fs::perms::owner_all);
  ASSERT_EQ(::chown(journal().c_str(), 12345, 12345), 0);
  expect_not_used();
}

TEST_F(HostileJournal, ThatIsALinkIsNotUsed) {
  const TempDir elsewhere;
  fs::permissions(elsewhere.path(), fs::perms::owner_all);
  fs::create_directory_symlink(elsewhere.path(), journal());
  expect_not_used();
  EXPECT_TRUE(fs::is_empty(elsewhere.path()));
}

TEST_F(HostileJournal, IsMadeForThisUserAlone) {
  ASSERT_TRUE(succeeded(replace()));
  for (const fs::path& path : {journal(), journal().parent_path()})
    EXPECT_EQ(fs::status(path).permissions(), fs::perms::owner_all) << path;
}

TEST_F(HostileJournal, ADamagedEntryCostsOnlyItself) {
  ASSERT_TRUE(succeeded(replace()));
  std::string good;
  for (const auto& file : fs::directory_iterator(journal())) good = file.path().filename();
  std::ifstream file(journal() / good);
  const std::string text(std::istreambuf_iterator<char>(file), {});
  const auto write = [&](const std::string& name, const std::string& content) {
    std::ofstream(journal() / name) << content;
    fs::permissions(journal() / name, fs::perms::owner_read | fs::perms::owner_write);
  };
  std::string other = text;
  other.insert(other.find('{') + 1, "\"id\":\"../../x\",");
  write("0badf00d", other);
  write("0badf00e", text.substr(0, 16) + std::string(100000, '['));
  write("not-an-id", text);
  fs::create_directory(journal() / "0badf00f");
  const RunResult seen = dksnap({"doctor"});
  EXPECT_EQ(seen.status, 1) << seen;
  for (const char* name : {"0badf00d", "0badf00e", "0badf00f", "not-an-id"})
    EXPECT_THAT(seen.out, HasSubstr(name));
  ASSERT_TRUE(succeeded(dksnap({"undo", source_, "-y", "--wait", "0"})));
  EXPECT_EQ(files(desk(), source_, {"cat", "/data/what"}), "live");
  EXPECT_TRUE(succeeded(dksnap({"undo", "--forget", "0badf00d", "-y"})));
  EXPECT_FALSE(fs::exists(journal() / "0badf00d"));
  EXPECT_EQ(dksnap({"undo", "--forget", "../../x", "-y"}).status, 11);
  EXPECT_TRUE(succeeded(dksnap({"prune", "--now", "-y"})));
}

}  // namespace
}  // namespace dksnap::test
