#include "image/tar.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/digest.hpp"
#include "base/error.hpp"
#include "image/tar_header.hpp"
#include "image/tar_pax.hpp"
#include "image/tar_test_support.hpp"

namespace dksnap::image {
namespace {

using ::testing::HasSubstr;

// One header block with what real writers put into it; `change` spoils it before the checksum.
template <typename Change>
std::string header_block(char type, Change change) {
  TarHeader header;
  header.set_text(kTarName, "name");
  header.set_number(kTarMode, 0644);
  header.set_number(kTarUid, 0);
  header.set_number(kTarGid, 0);
  header.set_number(kTarSize, 0);
  header.set_number(kTarMtime, 0);
  header.set_type(type);
  change(header);
  header.seal();
  const auto bytes = header.bytes();
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

std::string header_block(char type) {
  return header_block(type, [](TarHeader&) {});
}

std::string extension(char type, const std::string& text) {
  std::string block =
      header_block(type, [&](TarHeader& header) { header.set_number(kTarSize, text.size()); });
  return block + text + std::string(tar_padding(text.size()), '\0');
}

const std::string kEnd(1024, '\0');

std::string why_refused(const std::string& archive) {
  try {
    read_tar(archive);
  } catch (const Error& error) {
    EXPECT_FALSE(error.message().empty());
    return error.what();
  }
  return "was accepted";
}

std::vector<TarItem> sample_entries() {
  std::vector<TarItem> items;
  items.push_back(make_item(TarType::directory, "var"));
  items.push_back(make_item(TarType::file, "var/data", "some content"));
  items.back().entry.mtime_ns = 1'700'000'000'123'456'789;
  items.back().entry.mode = 04750;
  items.back().entry.uid = 999;
  items.back().entry.xattrs = {{"user.b", std::string("\0\n=", 3)}, {"user.a", ""}};
  items.push_back(make_link(TarType::hard_link, "var/same", "var/data"));
  items.push_back(make_link(TarType::symlink, "var/link", std::string(120, 't')));
  items.push_back(
      make_item(TarType::file, std::string(120, 'a') + "/" + std::string(90, 'b'), "x"));
  items.push_back(make_item(TarType::file, std::string(300, 'n'), ""));
  return items;
}

// Layers are found by their digests: the same entries must give the same bytes in every version. If
// this fails, snapshots made by different versions no longer share layers.
TEST(TarWriter, BytesNeverChange) {
  EXPECT_EQ(sha256_digest(write_tar(sample_entries())),
            "sha256:4c22aa36c9e5d20af4ff2f2cc5b6fbeaa23d8f316d73b5c6701b82b480fbd13b");
}

TEST(TarWriter, WritesPlainUstarWhereThatIsEnough) {
  TarItem item = make_item(TarType::file, "a", "content");
  item.entry.mtime_ns = 5'000'000'000;
  const std::string archive = write_tar({item});
  EXPECT_EQ(archive.size(), 512 + 512 + 1024U);
  EXPECT_EQ(archive.substr(257, 8), std::string("ustar\00000", 8));
  EXPECT_EQ(archive.substr(136, 12), std::string("00000000005\0", 12));
  // No user names, no clock.
  EXPECT_EQ(archive.substr(265, 64), std::string(64, '\0'));
}

TEST(TarWriter, CutsALongPathBeforeItUsesPax) {
  const std::string path = std::string(155, 'p') + "/" + std::string(100, 'n');
  EXPECT_EQ(write_tar({make_item(TarType::file, path)}).size(), 512 + 1024U);
  EXPECT_EQ(write_tar({make_item(TarType::file, path + "n")}).size(), 3 * 512 + 1024U);
  // The slash that marks a directory counts, and is no place to cut at.
  EXPECT_EQ(write_tar({make_item(TarType::directory, path)}).size(), 3 * 512 + 1024U);
  EXPECT_EQ(
      read_tar(write_tar({make_item(TarType::directory, std::string(100, 'd'))}))[0].entry.path,
      std::string(100, 'd'));
}

TEST(TarWriter, RefusesWhatTarCannotSay) {
  const auto refused = [](const TarItem& item) {
    EXPECT_THROW(write_tar({item}), Error) << item.entry.path;
  };
  refused(make_item(TarType::file, ""));
  refused(make_item(TarType::file, "/etc/passwd"));
  refused(make_item(TarType::directory, "dir/"));
  refused(make_item(TarType::file, std::string("a\0b", 3)));
  refused(make_item(TarType::symlink, "no-target"));
  refused(make_link(TarType::file, "no-link", "target"));
  TarItem item = make_item(TarType::directory, "dir");
  item.entry.size = 1;
  refused(item);
  item = make_item(TarType::file, "a");
  item.entry.xattrs["user.a=b"] = "c";
  refused(item);
}

TEST(TarWriter, HoldsTheCallerToTheSize) {
  StringSink sink;
  TarWriter writer(sink);
  TarEntry entry;
  entry.path = "a";
  entry.size = 3;
  writer.add(entry);
  EXPECT_THROW(writer.write(std::as_bytes(std::span("four", 4))), Error);
  writer.write(std::as_bytes(std::span("tw", 2)));
  EXPECT_THROW(writer.add(entry), Error);
  EXPECT_THROW(writer.finish(), Error);
}

TEST(TarReader, GivesNothingForAnEmptyArchive) {
  EXPECT_TRUE(read_tar(kEnd).empty());
}

TEST(TarReader, TakesOneZeroBlockAsTheEnd) {
  EXPECT_EQ(read_tar(header_block('0') + std::string(512, '\0')).size(), 1U);
}

TEST(TarReader, RefusesDamage) {
  std::string archive = write_tar(sample_entries());
  archive[3] ^= 1;
  EXPECT_THAT(why_refused(archive), HasSubstr("checksum"));
  EXPECT_THAT(why_refused(""), HasSubstr("end marker"));
  EXPECT_THAT(why_refused(header_block('0')), HasSubstr("end marker"));
  EXPECT_THAT(why_refused(std::string(512, '\0') + header_block('0') + kEnd), HasSubstr("behind"));
  EXPECT_THAT(why_refused(extension('x', "18 path=some name\n") + kEnd), HasSubstr("missing"));
  for (const char* records : {"5 a=b\n", "7 a=b\n", "6 ab\n\n", "6 =ab\n", "x a=b\n", "-6 a=b\n",
                              "6 a=bc", "99999999999999999999 a=b\n"}) {
    EXPECT_THAT(why_refused(extension('x', records) + header_block('0') + kEnd), HasSubstr("pax"))
        << records;
  }
}

TEST(TarReader, NamesTheTypeItDoesNotKnow) {
  EXPECT_THAT(why_refused(header_block('V') + kEnd), HasSubstr("\"V\""));
  EXPECT_THAT(why_refused(header_block('S') + kEnd), HasSubstr("sparse"));
  EXPECT_THAT(why_refused(extension('x', "22 GNU.sparse.major=1\n") + header_block('0') + kEnd),
              HasSubstr("sparse"));
}

TEST(TarReader, LimitsHeadersAndSizes) {
  const auto with_size = [](char type, const std::string& field) {
    return header_block(type, [&](TarHeader& header) { header.set_text(kTarSize, field); });
  };
  EXPECT_THAT(why_refused(with_size('x', "00004000001") + kEnd), HasSubstr("1 MiB"));
  EXPECT_THAT(why_refused(with_size('L', "77777777777") + kEnd), HasSubstr("1 MiB"));
  EXPECT_THAT(why_refused(with_size('0', std::string(12, '\xff')) + kEnd), HasSubstr("negative"));
  EXPECT_THAT(why_refused(with_size('0', "\x80\x01" + std::string(10, '\0')) + kEnd),
              HasSubstr("too large"));
  EXPECT_THAT(why_refused(with_size('0', "12x45678901") + kEnd), HasSubstr("number"));
  std::string globals;
  for (int i = 0; i < 3; ++i) {
    const PaxRecords record{{"key" + std::to_string(i), std::string(500'000, 'v')}};
    globals += extension('g', format_pax(record));
  }
  EXPECT_THAT(why_refused(globals + header_block('0') + kEnd), HasSubstr("global"));
}

TEST(TarReader, LetsLocalRecordsWinOverGlobalOnes) {
  const std::string archive = extension('g', format_pax({{"uid", "5"}, {"gid", "6"}})) +
                              extension('x', format_pax({{"uid", "7"}})) + header_block('0') +
                              header_block('0') + kEnd;
  const auto items = read_tar(archive);
  ASSERT_EQ(items.size(), 2U);
  EXPECT_EQ(items[0].entry.uid, 7U);
  EXPECT_EQ(items[0].entry.gid, 6U);
  EXPECT_EQ(items[1].entry.uid, 5U);
}

TEST(TarReader, TakesOffWhatMakesAPathAbsolute) {
  const auto path_of = [](const std::string& name) {
    return read_tar(header_block('5', [&](TarHeader& h) { h.set_text(kTarName, name); }) + kEnd)[0]
        .entry.path;
  };
  EXPECT_EQ(path_of("./a/b/"), "a/b");
  EXPECT_EQ(path_of("/a"), "a");
  EXPECT_EQ(path_of("./"), ".");
  EXPECT_EQ(path_of("/"), ".");
  EXPECT_EQ(path_of("..a"), "..a");
  EXPECT_EQ(path_of(".hidden"), ".hidden");
}

TEST(TarReader, GivesEmptyContentBeforeTheFirstEntry) {
  StringSource source(kEnd);
  TarReader reader(source);
  EXPECT_EQ(read_all(reader.content(), 10), "");
  TarEntry entry;
  EXPECT_FALSE(reader.next(entry));
}

TEST(Pax, CountsTheLengthInItself) {
  // 9 and 99 are where the length grows by the digit that it needs itself.
  for (std::size_t size = 1; size < 1100; ++size) {
    const std::string text = format_pax({{"k", std::string(size, 'v')}});
    EXPECT_EQ(std::stoul(text), text.size());
  }
}

TEST(Pax, WritesTimesShort) {
  EXPECT_EQ(format_pax_time(0), "0");
  EXPECT_EQ(format_pax_time(1'500'000'000), "1.5");
  EXPECT_EQ(format_pax_time(-500'000'000), "-0.5");
  EXPECT_EQ(format_pax_time(1), "0.000000001");
  EXPECT_EQ(parse_pax_time("12.3456789019"), 12'345'678'901);
  EXPECT_EQ(parse_pax_time("99999999999999999999"), std::numeric_limits<std::int64_t>::max());
  EXPECT_EQ(parse_pax_time("-9223372036.5"), -9'223'372'036'500'000'000);
  EXPECT_EQ(parse_pax_time("-9223372036.9"), std::numeric_limits<std::int64_t>::min());
  for (const char* text : {"", "-", ".5", "1.x", "1e5", "1 "}) {
    EXPECT_THROW(parse_pax_time(text), Error) << text;
  }
}

}  // namespace
}  // namespace dksnap::image
