#include "worker/manifest/manifest.hpp"

#include <algorithm>
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "base/error.hpp"
#include "base/paths.hpp"
#include "worker/manifest/manifest_line.hpp"

namespace dksnap::worker {
namespace {

std::string write(const std::vector<ManifestEntry>& entries) {
  StringSink sink;
  ManifestWriter writer(sink);
  for (const ManifestEntry& entry : entries) writer.add(entry);
  writer.finish();
  return sink.take();
}

std::vector<ManifestEntry> read(const std::string& text) {
  StringSource source(text);
  ManifestReader reader(source);
  std::vector<ManifestEntry> entries;
  for (ManifestEntry entry; reader.next(entry);) entries.push_back(entry);
  EXPECT_FALSE(reader.next(entries.emplace_back()));
  entries.pop_back();
  return entries;
}

ManifestEntry named(const std::string& path) {
  ManifestEntry entry;
  entry.path = path;
  return entry;
}

// A name of arbitrary bytes that a file can have.
std::string to_name(std::string bytes) {
  std::replace(bytes.begin(), bytes.end(), '/', 's');
  std::replace(bytes.begin(), bytes.end(), '\0', 'n');
  return bytes == "." || bytes == ".." || bytes.empty() ? "dot" : bytes;
}

TEST(Paths, AreOrderedDepthFirst) {
  std::vector<std::string> paths{"/a-b", "/a/c", "/a",   "/b",   "/a/b/x",
                                 "/a.b", "/a/b", "/a b", "/\xff"};
  std::sort(paths.begin(), paths.end(),
            [](const auto& a, const auto& b) { return compare_paths(a, b) < 0; });
  EXPECT_THAT(paths, testing::ElementsAre("/a", "/a/b", "/a/b/x", "/a/c", "/a b", "/a-b", "/a.b",
                                          "/b", "/\xff"));
  EXPECT_EQ(compare_paths("/a", "/a"), 0);
  EXPECT_LT(compare_paths("/", "/a"), 0);
}

RC_GTEST_PROP(Paths, EscapesAreOneWordOfAsciiAndComeBack, (const std::string& bytes)) {
  const std::string text = escape_path(bytes);
  for (const char c : text) RC_ASSERT(c > 0x20 && c < 0x7f);
  RC_ASSERT(unescape_path(text) == bytes);
}

TEST(Paths, RefusesWhatIsNoEscape) {
  for (const char* text : {"%", "%4", "%zz", "%2f", "a b", "a\n", "\x7f"}) {
    EXPECT_THROW(unescape_path(text), Error) << text;
  }
}

TEST(Paths, KnowsNormalOnes) {
  for (const char* path : {"/", "/a", "/a/b", "/...", "/a/.b"})
    EXPECT_TRUE(is_normal_path(path)) << path;
  for (const char* path : {"", "a", "/a/", "//a", "/a//b", "/./a", "/a/..", "/.."}) {
    EXPECT_FALSE(is_normal_path(path)) << path;
  }
  EXPECT_TRUE(is_within("/a/b", "/a"));
  EXPECT_TRUE(is_within("/a", "/a"));
  EXPECT_FALSE(is_within("/ab", "/a"));
  EXPECT_TRUE(is_within("/ab", "/"));
  EXPECT_EQ(parent_path("/a"), "/");
  EXPECT_EQ(parent_path("/a/b"), "/a");
}

RC_GTEST_PROP(Manifest, ComesBackAsItWasWritten, (const std::vector<std::string>& raw_names)) {
  std::set<std::string> paths;
  for (const std::string& raw : raw_names) {
    paths.insert(join_path("/data", to_name(raw)));
    paths.insert(join_path("/data/" + to_name(raw), to_name(raw + "x")));
  }
  std::vector<ManifestEntry> entries;
  for (const std::string& path : paths) {
    ManifestEntry entry = named(path);
    entry.type = *rc::gen::element(FileType::file, FileType::directory, FileType::symlink,
                                   FileType::fifo, FileType::char_device);
    entry.size = *rc::gen::arbitrary<std::uint64_t>();
    entry.mode = *rc::gen::inRange(0U, 010000U);
    entry.uid = *rc::gen::arbitrary<std::uint32_t>();
    entry.gid = *rc::gen::arbitrary<std::uint32_t>();
    entry.mtime_ns = *rc::gen::arbitrary<std::int64_t>();
    entry.link_target = *rc::gen::arbitrary<std::string>();
    entry.mapped = *rc::gen::arbitrary<bool>();
    entry.inode = *rc::gen::arbitrary<std::uint64_t>();
    entry.ctime_ns = *rc::gen::arbitrary<std::int64_t>();
    if (entry.type == FileType::file) entry.sha256 = std::string(64, 'a');
    if (entry.type == FileType::char_device) entry.device_major = entry.device_minor = 7;
    for (const std::string& key : *rc::gen::arbitrary<std::vector<std::string>>()) {
      entry.xattrs["user." + key] = *rc::gen::arbitrary<std::string>();
    }
    entries.push_back(std::move(entry));
  }
  std::sort(entries.begin(), entries.end(),
            [](const auto& a, const auto& b) { return compare_paths(a.path, b.path) < 0; });
  const std::string text = write(entries);
  const std::vector<ManifestEntry> again = read(text);
  RC_ASSERT(again.size() == entries.size());
  for (std::size_t i = 0; i < entries.size(); ++i) {
    RC_ASSERT(again[i].path == entries[i].path);
    RC_ASSERT(again[i].xattrs == entries[i].xattrs);
    RC_ASSERT(format_entry(again[i]) == format_entry(entries[i]));
  }
  RC_ASSERT(write(again) == text);
}

TEST(Manifest, IsPlainText) {
  ManifestEntry entry = named("/data/a file");
  entry.size = 5;
  entry.mode = 0640;
  entry.uid = 999;
  entry.mtime_ns = 1'700'000'000'000'000'001;
  entry.sha256 = std::string(64, '0');
  entry.xattrs = {{"user.a=b", "1 2"}};
  EXPECT_EQ(write({entry}),
            "dksnap-manifest 1\nf 640 999 0 5 1700000000000000001 /data/a%20file sha256=" +
                std::string(64, '0') + " x.user.a%3Db=1%202\nend 1\n");
}

TEST(Manifest, RefusesEntriesOutOfOrder) {
  EXPECT_THROW(write({named("/b"), named("/a")}), Error);
  EXPECT_THROW(write({named("/a"), named("/a")}), Error);
}

TEST(Manifest, RefusesWhatIsDamaged) {
  const std::string good = write({named("/a"), named("/b")});
  for (std::size_t size = 0; size < good.size(); ++size) {
    EXPECT_THROW(read(good.substr(0, size)), Error) << "cut to " << size;
  }
  for (const char* text : {
           "nonsense\n",
           "dksnap-manifest 2\nend 0\n",
           "dksnap-manifest 1\nend 1\n",
           "dksnap-manifest 1\nend x\n",
           "dksnap-manifest 1\nend 0\nmore\n",
           "dksnap-manifest 1\nf 644 0 0 0 0 /b\nf 644 0 0 0 0 /a\nend 2\n",
           "dksnap-manifest 1\nf 644 0 0 0 0 a\nend 1\n",
           "dksnap-manifest 1\nf 644 0 0 0 0 /a/../b\nend 1\n",
           "dksnap-manifest 1\nz 644 0 0 0 0 /a\nend 1\n",
           "dksnap-manifest 1\nf 648 0 0 0 0 /a\nend 1\n",
           "dksnap-manifest 1\nf 77777 0 0 0 0 /a\nend 1\n",
           "dksnap-manifest 1\nf 644 -1 0 0 0 /a\nend 1\n",
           "dksnap-manifest 1\nf 644 0 0 0  /a\nend 1\n",
           "dksnap-manifest 1\nf 644 0 0 0 0 /a sha256=12\nend 1\n",
           "dksnap-manifest 1\nf 644 0 0 0 0 /a who=me\nend 1\n",
           "dksnap-manifest 1\nf 644 0 0 0 0 /a device=\nend 1\n",
           "dksnap-manifest 1\nf 644 0 0 0 0 /a mapped=2\nend 1\n",
       }) {
    EXPECT_THROW(read(text), Error) << text;
  }
}

}  // namespace
}  // namespace dksnap::worker
