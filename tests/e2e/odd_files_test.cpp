// Files as programs make them, not as tests expect them.
#include <regex>

#include <nlohmann/json.hpp>

#include "base/text.hpp"
#include "support/files_image.hpp"
#include "support/store_lanes.hpp"

namespace dksnap::test {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;

class OddFiles : public OnBothStores {};
DKSNAP_ON_BOTH_STORES(OddFiles);

// Commands of /files; `at` is the directory. Not among them is what engines themselves lose: times
// before 1970 (moby pkg/system/chtimes.go and containerd archive/time.go set them to 1970), and
// empty attributes (the classic store reads Go's tar.Header.Xattrs, which leaves them out).
std::string odd_files(const std::string& at) {
  const std::string longest(255, 'n');
  const std::string deep = "/" + std::string(100, 'd');
  const std::string lines =
      "mkdir @\n"
      "write @/empty \n"
      "write @/plain text\n"
      "holes @/sparse 5000000\n"
      "holes @/hole 65536\ntruncate @/hole 8\ntruncate @/hole 65536\n"
      "write @/linked one\nlink @/linked @/link\nlink @/linked @/zlink\n"
      "write @/xattr x\nsetxattr @/xattr user.origin here\n"
      "setxattr @/xattr user.odd \\x01\\xff=\\x0a\n"
      "mkdir @/xdir\nsetxattr @/xdir user.dir yes\n"
      "write @/new\\x0aline 1\nwrite @/latin\\xe9 2\nwrite @/\\xff\\xfe 3\n"
      "write @/with\\x20space 4\nwrite @/-rf 5\nwrite @/.hidden 6\nwrite @/.whatever 7\n"
      "write @/quote'\"\\x5c$(x) 8\nwrite @/\xf0\x9f\x98\x80 9\n"
      "write @/" +
      longest +
      " 10\n"
      "mkdir @" +
      deep + "\nmkdir @" + deep + deep + "\nmkdir @" + deep + deep + deep +
      "\n"
      "write @" +
      deep + deep + deep +
      "/bottom 11\n"
      "write @/nothing 12\nchmod 0000 @/nothing\n"
      "mkdir @/closed\nwrite @/closed/in 13\nchmod 0000 @/closed\n"
      "write @/setuid 14\nchown 7 8 @/setuid\nchmod 4755 @/setuid\n"
      "write @/setgid 15\nchmod 2755 @/setgid\nmkdir @/sticky\nchmod 1777 @/sticky\n"
      "mkdir @/gdir\nchmod 2775 @/gdir\n"
      "symlink /etc/shadow @/absolute\nsymlink ../../../../outside @/above\n"
      "symlink nowhere @/dangling\nsymlink . @/itself\nchown 5 6 @/dangling\n"
      "symlink " +
      std::string(200, 't') +
      " @/farlink\n"
      "mkfifo @/fifo\nchmod 0620 @/fifo\n"
      "write @/owned 16\nchown 3000000 4000000 @/owned\n"
      "write @/old 17\ntouch @/old 1\n"
      "write @/ns 18\ntouch @/ns 1234567890123456789\n"
      "write @/far 19\ntouch @/far 7258118400000000001\n"
      "touch @/absolute 1000000001000000001\n"
      "mkdir @/dirtime\ntouch @/dirtime 1111111111111111111\n";
  std::string result;
  for (const char c : lines) c == '@' ? result += at : result += c;
  return result;
}

// In a copy, a file of the parent's layer still counts the names that the child took from it.
std::string without_links(const std::string& tree) {
  static const std::regex links(" nlink=[0-9]+");
  return std::regex_replace(tree, links, "");
}

TEST_P(OddFiles, ComeBackAsTheyWere) {
  const std::string source = desk().start("files", {}, {desk().image("files:1")});
  files_batch(desk(), source, odd_files("/data/odd") + odd_files("/root-odd"));
  const std::string volume = files_tree(desk(), source, "/data/odd");
  const std::string root = files_tree(desk(), source, "/root-odd");
  ASSERT_GT(split(volume, '\n').size(), 40U);
  const json first = desk().create_json(source, {"-m", "first"});
  const std::string copy = desk().boot(first["id"], kAtOnce);
  EXPECT_EQ(files_tree(desk(), copy, "/data/odd"), volume);
  EXPECT_EQ(files_tree(desk(), copy, "/root-odd"), root);

  // Links that part, attributes and owners that change while contents do not.
  files_batch(desk(), source,
              "rm /data/odd/zlink\nwrite /data/odd/zlink alone\n"
              "setxattr /data/odd/xattr user.origin there\nchown 9 9 /data/odd/owned\n"
              "chmod 0644 /data/odd/nothing\nrm /data/odd/new\\x0aline\nrm /data/odd/latin\\xe9\n"
              "rm /data/odd/closed\nwrite /data/odd/closed now-a-file\n"
              "rm /data/odd/plain\nmkdir /data/odd/plain\n"
              "rm /data/odd/fifo\nsymlink was-a-fifo /data/odd/fifo\n"
              "rename /root-odd/xdir /root-odd/renamed\nrm /root-odd/latin\\xe9\n");
  const std::string changed = files_tree(desk(), source, "/data/odd");
  const std::string root_changed = files_tree(desk(), source, "/root-odd");
  const json second = desk().create_json(source, {"-m", "second"});
  EXPECT_EQ(second["parent"], first["id"]);
  const std::string later = desk().boot(second["id"], kAtOnce);
  EXPECT_EQ(without_links(files_tree(desk(), later, "/data/odd")), without_links(changed));
  EXPECT_EQ(without_links(files_tree(desk(), later, "/root-odd")), without_links(root_changed));
}

TEST_P(OddFiles, OfAStoppedContainerComeBackFromItsVolumes) {
  const std::string source = desk().start("files", {}, {desk().image("files:1")});
  files_batch(desk(), source, odd_files("/data/odd") + "mkdir /kept\nwrite /kept/file 1\n");
  const std::string volume = files_tree(desk(), source, "/data/odd");
  desk().docker_out({"stop", source});
  const std::string copy = desk().boot(desk().create(source), kAtOnce);
  EXPECT_EQ(files_tree(desk(), copy, "/data/odd"), volume);
  EXPECT_EQ(files(desk(), copy, {"cat", "/kept/file"}), "1");
}

TEST_P(OddFiles, SocketsAreLeftOutAndSaidToBe) {
  const std::string source = desk().start("files", {}, {desk().image("files:1")});
  files_batch(desk(), source, "mkdir /data/odd\nsocket /data/odd/sock\nwrite /data/odd/file 1\n");
  const json taken = desk().create_json(source);
  ASSERT_EQ(taken["left_out"].size(), 1U) << taken["left_out"];
  EXPECT_THAT(taken["left_out"][0]["what"].get<std::string>(), HasSubstr("socket"));
  EXPECT_EQ(files(desk(), desk().boot(taken["id"], kAtOnce), {"ls", "/data/odd"}), "file\n");
}

}  // namespace
}  // namespace dksnap::test
