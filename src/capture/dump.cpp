#include <algorithm>
#include <atomic>
#include <future>

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/paths.hpp"
#include "base/pipe.hpp"
#include "base/text.hpp"
#include "capture/steps.hpp"
#include "image/tar.hpp"
#include "snapshot/facts.hpp"

namespace dksnap::capture {
namespace {

constexpr std::size_t kPartBytes = 4U << 20U;
constexpr std::size_t kErrorBytes = 8U << 10U;

std::string in_tar(std::string_view path) {
  return std::string(path.substr(1));
}

// A stream of unknown length as files of a known one, since a tar names a length first.
class Parts final : public Sink {
 public:
  Parts(image::TarWriter& tar, std::function<void(std::uint64_t)> on_bytes)
      : tar_(tar), on_bytes_(std::move(on_bytes)) {}

  using Sink::write;
  void write(std::span<const std::byte> bytes) override {
    while (!bytes.empty()) {
      const auto taken = bytes.first(std::min(bytes.size(), kPartBytes - part_.size()));
      part_.append(reinterpret_cast<const char*>(taken.data()), taken.size());
      bytes = bytes.subspan(taken.size());
      if (part_.size() == kPartBytes) flush();
    }
  }
  // What is left of it.
  void flush() {
    if (part_.empty()) return;
    tar_.add_file(fmt::format("{}/{}{:08}", in_tar(databases::kDumpDirectory), databases::kDumpPart,
                              ++number_),
                  part_);
    bytes_ += part_.size();
    part_.clear();
    on_bytes_(bytes_);
  }
  std::uint64_t bytes() const { return bytes_; }

 private:
  image::TarWriter& tar_;
  std::function<void(std::uint64_t)> on_bytes_;
  std::string part_;
  unsigned number_ = 0;
  std::uint64_t bytes_ = 0;
};

void add_directory(image::TarWriter& tar, const std::string& path, std::uint32_t mode) {
  image::TarEntry entry;
  entry.type = image::TarType::directory;
  entry.path = in_tar(path);
  entry.mode = mode;
  tar.add(entry);
}

// The loader, and then the dump as it comes.
std::uint64_t write_tar(docker::Engine& engine, const Plan& plan, Sink& to,
                        const std::function<void(std::uint64_t)>& on_bytes) {
  const databases::Dump& dump = *plan.dump;
  image::TarWriter tar(to);
  tar.add_file(in_tar(databases::kDumpLoader), dump.loader, 0755);
  add_directory(tar, databases::kDumpDirectory, 0755);
  // Whoever runs the loader writes there.
  add_directory(tar, parent_path(databases::kLoadReport), 01777);
  Parts parts(tar, on_bytes);
  TailSink said(kErrorBytes);
  docker::ExecSpec program;
  program.argv = dump.argv;
  program.env = dump.env;
  const int status = engine.exec(plan.source.id(), program, {nullptr, &parts, &said});
  parts.flush();
  tar.finish();
  const std::string& tool = dump.argv.front();
  if (status == 126 || status == 127) {
    throw Error(ErrorCode::failed, fmt::format("cannot dump {}", plan.source.name()),
                fmt::format("there is no {} in it", tool), "take a copy: leave out --method dump");
  }
  const bool empty = parts.bytes() == 0;
  if (status == 0 && !empty) return parts.bytes();
  throw Error(plan.source.kind.database->is_refused_login(said.text())
                  ? ErrorCode::credentials
                  : ErrorCode::database_refused,
              fmt::format("cannot dump {}", plan.source.name()),
              fmt::format("{} ended with status {}{}", tool, status,
                          said.text().empty() ? "" : ": " + last_lines(said.text(), 3)),
              "give --db-user and --db-password-file, or take a copy: leave out --method dump");
}

// From the source into the scratch; holds a part of it at a time. Returns its bytes.
std::uint64_t stream(snapshot::Context& context, const Plan& plan, scratch::Scratch& scratch,
                     snapshot::Step& step) {
  BytePipe pipe;
  std::atomic<bool> failed = false;
  auto writing = std::async(std::launch::async, [&] {
    try {
      const std::uint64_t bytes =
          write_tar(context.engine, plan, pipe, [&](std::uint64_t so_far) { step.moves(so_far); });
      pipe.finish();
      return bytes;
    } catch (...) {
      failed = true;
      pipe.fail(std::current_exception());
      throw;
    }
  });
  try {
    scratch.put_files(worker::kStagingDirectory, pipe);
  } catch (...) {
    const bool is_cause = !failed;
    pipe.close();
    try {
      writing.get();
    } catch (...) {
      // Where the scratch took no more, this one only says that nobody read on.
      if (!is_cause) throw;
    }
    throw;
  }
  return writing.get();
}

}  // namespace

databases::Dump plan_dump(docker::Engine& engine, const SourceContainer& source,
                          const databases::Credentials& credentials) {
  const auto refused = [&](const std::string& why, const std::string& hint) {
    return Error(ErrorCode::failed, fmt::format("cannot dump {}", source.name()), why, hint);
  };
  if (!source.is_live() || source.container.paused) {
    throw refused("its server does not run, and it is that which tells what there is",
                  "start it, or take a copy: leave out --method dump");
  }
  auto dump = source.kind.database->dump(snapshot::gather_facts(engine, source.container),
                                         source.kind.recognition, credentials);
  if (!dump) {
    throw refused(fmt::format("containers of the kind {} have nothing that dumps them",
                              source.kind.database->name()),
                  "take a copy: leave out --method dump");
  }
  return std::move(*dump);
}

Contents dumped_contents(docker::Engine& engine, const SourceContainer& source,
                         const databases::Dump& dump) {
  Contents contents;
  const auto staged = [](const std::string& path) { return worker::kStagingDirectory + path; };
  contents.trees.push_back({staged(databases::kDumpDirectory), {}, databases::kDumpDirectory});
  contents.made_anew = source.kind.recognition.data_paths;
  contents.root_paths.emplace_back(databases::kDumpLoader);
  // It is alone there: what the image's other scripts make is in the dump.
  const std::string scripts = databases::kFirstStartScripts;
  for (const std::string& name : snapshot::gather_facts(engine, source.container).files(scripts)) {
    const std::string path = join_path(scripts, name);
    if (path != databases::kDumpLoader) contents.root_paths.push_back(path);
  }
  for (const docker::Mount& mount : source.container.mounts) {
    const auto& data = contents.made_anew;
    const bool is_data = std::any_of(data.begin(), data.end(), [&](const std::string& path) {
      return is_within(path, mount.destination);
    });
    if (!is_data)
      contents.left_out.push_back(
          {fmt::format("{} ({})", mount.destination, mount.type), "a dump holds no files"});
  }
  if (!dump.lacks.empty())
    contents.left_out.push_back({dump.lacks, "the dump of its server has them not"});
  contents.left_out.push_back({"what was changed in its own files", "a dump holds no files"});
  return contents;
}

Copied dump(snapshot::Context& context, const Plan& plan, scratch::Scratch& scratch) {
  snapshot::Step step(context.reporter, fmt::format("dumping {}", plan.source.name()));
  Copied copied;
  copied.created = std::chrono::system_clock::now();
  copied.bytes = stream(context, plan, scratch, step);
  scratch.set_job(plan.job);
  scratch.sync([] {}, [] {}, [](const worker::Progress&) {});
  step.done(fmt::format("dumped {} by {}", human_size(copied.bytes), plan.dump->argv.front()));
  return copied;
}

}  // namespace dksnap::capture
