// The engine room against a real engine: archives, images, long streams.
#include <array>
#include <chrono>
#include <cstring>
#include <optional>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/pipe.hpp"
#include "docker/http/live_engine.hpp"

namespace dksnap::docker {
namespace {

using namespace std::chrono_literals;
using testing::Contains;
using testing::HasSubstr;

// A tar of one file.
std::string small_tar(const std::string& name, const std::string& content) {
  std::array<char, 512> head{};
  const auto put = [&](std::size_t at, const std::string& text) {
    std::memcpy(head.data() + at, text.data(), text.size());
  };
  char size[12];
  std::snprintf(size, sizeof size, "%011zo", content.size());
  put(0, name);
  put(100, "0000640");
  put(108, "0000007");
  put(116, "0000011");
  put(124, size);
  put(136, "00000000000");
  put(148, "        ");
  put(156, "0");
  put(257, std::string("ustar\0"
                       "00",
                       8));
  unsigned sum = 0;
  for (const char c : head) sum += static_cast<unsigned char>(c);
  char text[8];
  std::snprintf(text, sizeof text, "%06o", sum);
  std::memcpy(head.data() + 148, text, 7);
  std::string tar(head.data(), head.size());
  tar += content;
  tar.append((512 - content.size() % 512) % 512 + 1024, '\0');
  return tar;
}

class EndlessSource final : public Source {
 public:
  std::size_t read(std::span<std::byte> into) override {
    std::memset(into.data(), 0, into.size());
    given_ += into.size();
    return into.size();
  }
  std::uint64_t given() const { return given_; }

 private:
  std::uint64_t given_ = 0;
};

TEST_F(LiveEngine, ArchivesGoInAndOut) {
  const std::string id = create(spec());
  StringSource tar(small_tar("put", "content"));
  engine_->put_archive(id, "/", tar);
  const auto stat = engine_->stat_path(id, "/put");
  ASSERT_TRUE(stat.has_value());
  EXPECT_EQ(stat->name, "put");
  EXPECT_EQ(stat->size, 7);
  EXPECT_FALSE(stat->is_directory());
  EXPECT_TRUE(engine_->stat_path(id, "/")->is_directory());
  EXPECT_FALSE(engine_->stat_path(id, "/none").has_value());
  EXPECT_FALSE(engine_->stat_path(id, "/none/below").has_value());
  EXPECT_EQ(code_of([&] { engine_->stat_path("dksnap-none", "/"); }), ErrorCode::not_found);

  const std::string back = read_all(*engine_->get_archive(id, "/put"), 1 << 20);
  EXPECT_EQ(back.substr(0, 4), std::string("put\0", 4));
  EXPECT_THAT(back, HasSubstr("content"));
  EXPECT_EQ(back.substr(108, 7), "0000007");
  EXPECT_EQ(code_of([&] { engine_->get_archive(id, "/none"); }), ErrorCode::not_found);
  // Given up in the middle, which lets go of the container.
  engine_->get_archive(id, "/");
  engine_->start_container(id);
}

TEST_F(LiveEngine, AnswerBeforeTheEndOfABody) {
  EndlessSource endless;
  const auto into_nothing = [&] { engine_->put_archive("dksnap-none", "/", endless); };
  EXPECT_EQ(code_of(into_nothing), ErrorCode::not_found);
  const std::string id = create(spec());
  EXPECT_EQ(code_of([&] { engine_->put_archive(id, "/none", endless); }), ErrorCode::not_found);
  StringSource rubbish(std::string(2'000'000, 'x'));
  EXPECT_EQ(code_of([&] { engine_->put_archive(id, "/", rubbish); }), ErrorCode::failed);
  StringSource no_image(small_tar("some", "thing"));
  EXPECT_EQ(code_of([&] { engine_->load_images(no_image); }), ErrorCode::failed);
}

TEST_F(LiveEngine, ImagesAreSavedLoadedTaggedRemoved) {
  const std::string tag = random_hex(6);
  const std::string name = "dksnap-test:" + tag;
  engine_->tag_image(kImage, "dksnap-test", tag);
  const Image image = engine_->inspect_image(name);
  EXPECT_EQ(image.id, engine_->inspect_image(kImage).id);
  EXPECT_THAT(image.tags, Contains(name));
  EXPECT_FALSE(image.diff_ids.empty());
  EXPECT_EQ(image.os, "linux");
  EXPECT_FALSE(engine_->image_history(name).empty());

  const std::string tar = read_all(*engine_->save_images({name}), 64 << 20);
  engine_->remove_image(name, false, false);
  EXPECT_EQ(code_of([&] { engine_->inspect_image(name); }), ErrorCode::not_found);
  EXPECT_EQ(code_of([&] { engine_->remove_image(name, true, false); }), ErrorCode::not_found);
  StringSource again(tar);
  EXPECT_THAT(engine_->load_images(again), Contains(HasSubstr(name)));
  std::vector<std::string> tags;
  for (const auto& one : engine_->list_images({})) {
    tags.insert(tags.end(), one.tags.begin(), one.tags.end());
  }
  EXPECT_THAT(tags, Contains(name));
  EXPECT_TRUE(engine_->list_images({"dksnap.no.such.label", {}}).empty());
  engine_->remove_image(name, false, false);
}

TEST_F(LiveEngine, LongStreamsInAndOutOfAnExec) {
  const std::string id = start(spec());
  ASSERT_EQ(run(id, {"/files", "fill", "/big", "30000000"}).exit_code, 0);
  StringSink out;
  NullSink err;
  ExecSpec cat;
  cat.argv = {"/files", "cat", "/big"};
  EXPECT_EQ(engine_->exec(id, cat, {nullptr, &out, &err}), 0);
  EXPECT_EQ(out.text().size(), 30'000'000U);
  const std::string tar = read_all(*engine_->get_archive(id, "/big"), 64 << 20);
  EXPECT_TRUE(tar.compare(512, out.text().size(), out.text()) == 0);

  std::string commands;
  for (int i = 0; i < 500; ++i) commands += "append /lines " + std::string(1000, 'x') + "\n";
  StringSource in(commands);
  EXPECT_EQ(run(id, {"/files", "batch"}, &in).exit_code, 0);
  EXPECT_EQ(engine_->stat_path(id, "/lines")->size, 500'000);
}

TEST_F(LiveEngine, AProgramThatHangsIsWaitedForUntilTheDeadlineOnly) {
  const std::string id = start(spec());
  NullSink nothing;
  ExecSpec sleep;
  sleep.argv = {"/files", "sleep", "60"};
  ExecStreams streams{nullptr, &nothing, &nothing};
  const auto begin = std::chrono::steady_clock::now();
  streams.deadline = begin + 1s;
  EXPECT_EQ(engine_->exec(id, sleep, streams), kExecTimedOut);
  EXPECT_LT(std::chrono::steady_clock::now() - begin, 20s);
  EXPECT_TRUE(engine_->inspect_container(id).running);
}

TEST_F(LiveEngine, ProgramThatEndsBeforeItsInput) {
  const std::string id = start(spec());
  EndlessSource endless;  // and nobody reads it
  EXPECT_EQ(run(id, {"/files", "cat", "/files"}, &endless).exit_code, 0);
}

TEST_F(LiveEngine, SourceThatFailsEndsTheCall) {
  const std::string id = start(spec());
  BytePipe pipe;
  pipe.fail(std::make_exception_ptr(Error(ErrorCode::credentials, "of the source")));
  EXPECT_EQ(code_of([&] { run(id, {"/files", "batch"}, &pipe); }), ErrorCode::credentials);
}

TEST_F(LiveEngine, HeldInputEndsWithItsHolder) {
  ContainerSpec wanted = spec();
  wanted.cmd = {"batch"};
  wanted.open_stdin = true;
  const std::string id = create(wanted);
  auto input = engine_->attach_input(id);
  engine_->start_container(id);
  std::this_thread::sleep_for(300ms);
  EXPECT_TRUE(engine_->inspect_container(id).running);
  input.reset();
  EXPECT_EQ(engine_->wait_container(id), 0);
}

TEST_F(LiveEngine, LastLinesOfALog) {
  ContainerSpec wanted = spec();
  wanted.cmd = {"cat", "/none"};
  const std::string id = start(wanted);
  EXPECT_NE(engine_->wait_container(id), 0);
  EXPECT_THAT(engine_->container_logs(id, 5), HasSubstr("/none"));
}

TEST_F(LiveEngine, CallsAreCheap) {
  const auto begin = std::chrono::steady_clock::now();
  for (int i = 0; i < 100; ++i) engine_->list_images({"dksnap.no.such.label", {}});
  const auto each = (std::chrono::steady_clock::now() - begin) / 100;
  RecordProperty("microseconds_per_call", static_cast<int>(each / 1us));
  EXPECT_LT(each, 50ms);
}

}  // namespace
}  // namespace dksnap::docker
