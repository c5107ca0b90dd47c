// What is written is read back, whatever it is.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "base/digest.hpp"
#include "image/tar_pax.hpp"
#include "image/tar_test_support.hpp"

namespace dksnap::image {
namespace {

// Bytes that a path part may hold, the awkward ones among them.
rc::Gen<std::string> path_part() {
  const auto byte =
      rc::gen::suchThat(rc::gen::arbitrary<char>(), [](char c) { return c != '\0' && c != '/'; });
  const auto dots = [](const std::string& s) { return !s.empty() && s != "." && s != ".."; };
  return rc::gen::suchThat(rc::gen::mapcat(rc::gen::element(3, 20, 90, 130, 256),
                                           [byte](int length) {
                                             return rc::gen::container<std::string>(
                                                 static_cast<std::size_t>(length), byte);
                                           }),
                           dots);
}

rc::Gen<std::string> any_path() {
  return rc::gen::map(rc::gen::mapcat(rc::gen::inRange<std::size_t>(1, 5),
                                      [](std::size_t count) {
                                        return rc::gen::container<std::vector<std::string>>(
                                            count, path_part());
                                      }),
                      [](const std::vector<std::string>& parts) {
                        std::string path;
                        for (const std::string& part : parts) path += "/" + part;
                        return path.substr(1);
                      });
}

rc::Gen<std::int64_t> any_time() {
  return rc::gen::oneOf(rc::gen::arbitrary<std::int64_t>(),
                        rc::gen::map(rc::gen::inRange<std::int64_t>(-2'000'000'000, 9'000'000'000),
                                     [](std::int64_t s) { return s * 1'000'000'000; }),
                        rc::gen::element<std::int64_t>(0, -1, 1, -1'000'000'000,
                                                       std::numeric_limits<std::int64_t>::min(),
                                                       std::numeric_limits<std::int64_t>::max()));
}

rc::Gen<std::map<std::string, std::string>> any_xattrs() {
  const auto name = rc::gen::map(rc::gen::container<std::string>(8, rc::gen::inRange('a', 'z')),
                                 [](const std::string& s) { return "user." + s; });
  return rc::gen::container<std::map<std::string, std::string>>(name,
                                                                rc::gen::arbitrary<std::string>());
}

TarItem any_item() {
  const auto type = *rc::gen::element(TarType::file, TarType::file, TarType::hard_link,
                                      TarType::symlink, TarType::char_device, TarType::block_device,
                                      TarType::directory, TarType::fifo);
  TarItem item = make_item(type, *any_path());
  TarEntry& entry = item.entry;
  if (type == TarType::file) {
    const auto length = *rc::gen::element<std::size_t>(0, 1, 511, 512, 513, 3000);
    item.content = *rc::gen::container<std::string>(length, rc::gen::arbitrary<char>());
    entry.size = item.content.size();
  }
  if (type == TarType::hard_link || type == TarType::symlink) entry.link_target = *any_path();
  if (type == TarType::char_device || type == TarType::block_device) {
    entry.device_major = *rc::gen::inRange<std::uint32_t>(0, 4096);
    entry.device_minor = *rc::gen::inRange<std::uint32_t>(0, 1U << 20U);
  }
  entry.mode = *rc::gen::inRange<std::uint32_t>(0, 010000);
  entry.uid = *rc::gen::oneOf(rc::gen::inRange<std::uint64_t>(0, 3'000'000),
                              rc::gen::inRange<std::uint64_t>(0, 1ULL << 62U));
  entry.gid = *rc::gen::inRange<std::uint64_t>(0, 5'000'000);
  entry.mtime_ns = *any_time();
  entry.xattrs = *any_xattrs();
  return item;
}

RC_GTEST_PROP(TarProperty, IsReadAsItWasWritten, ()) {
  std::vector<TarItem> items;
  const auto count = *rc::gen::inRange(0, 5);
  for (int i = 0; i < count; ++i) items.push_back(any_item());
  const std::string archive = write_tar(items);
  RC_ASSERT(archive.size() % 512 == 0U);
  const std::vector<TarItem> back = read_tar(archive);
  RC_ASSERT(back.size() == items.size());
  for (std::size_t i = 0; i < items.size(); ++i) {
    RC_ASSERT(back[i].entry == items[i].entry);
    RC_ASSERT(back[i].content == items[i].content);
  }
  RC_ASSERT(write_tar(back) == archive);
}

RC_GTEST_PROP(TarProperty, ContentMayBeLeftUnread, ()) {
  const TarItem first = any_item();
  const TarItem second = any_item();
  StringSource source(write_tar({first, second}));
  TarReader reader(source);
  TarEntry entry;
  RC_ASSERT(reader.next(entry));
  std::vector<std::byte> some(*rc::gen::inRange<std::size_t>(1, 600));
  reader.content().read(some);
  RC_ASSERT(reader.next(entry));
  RC_ASSERT(entry == second.entry);
  RC_ASSERT(!reader.next(entry));
  RC_ASSERT(!reader.next(entry));
}

RC_GTEST_PROP(TarProperty, ACutArchiveIsAlwaysAnError, ()) {
  const std::string archive = write_tar({any_item(), any_item()});
  // Of the end marker's two blocks one is enough.
  const auto length = *rc::gen::inRange<std::size_t>(0, archive.size() - 1024);
  RC_ASSERT_THROWS(read_tar(archive.substr(0, length)));
}

RC_GTEST_PROP(PaxProperty, RecordsAreReadAsTheyWereWritten,
              (const std::map<std::string, std::string>& all)) {
  PaxRecords records;
  for (const auto& [key, value] : all) {
    if (!key.empty() && key.find('=') == std::string::npos) records[key] = value;
  }
  RC_ASSERT(parse_pax(format_pax(records)) == records);
}

RC_GTEST_PROP(PaxProperty, TimesAreReadAsTheyWereWritten, ()) {
  const std::int64_t ns = *any_time();
  RC_ASSERT(parse_pax_time(format_pax_time(ns)) == ns);
}

}  // namespace
}  // namespace dksnap::image
