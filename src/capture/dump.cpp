#include <algorithm>
#include <future>

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/log.hpp"
#include "base/paths.hpp"
#include "base/pipe.hpp"
#include "base/text.hpp"
#include "capture/root_files.hpp"
#include "capture/steps.hpp"
#include "image/tar.hpp"
#include "snapshot/facts.hpp"

namespace dksnap::capture {
namespace {

constexpr std::size_t kPartBytes = 4U << 20U;
constexpr std::size_t kErrorBytes = 8U << 10U;
constexpr std::size_t kTailBytes = 1U << 10U;

std::string in_tar(std::string_view path) {
  return std::string(path.substr(1));
}

// The data directory's own entry: its mode, and who reads what is in it. Root's, where it cannot be
// seen.
image::TarEntry owner_of(docker::Engine& engine, const SourceContainer& source,
                         const std::string& path) {
  image::TarEntry roots;
  roots.type = image::TarType::directory;
  roots.mode = 0755;
  return directory_entry(engine, source.id(), path).value_or(roots);
}

// Puts a stream of unknown length into the scratch as files of a known one, an archive each: so a
// full disk is noticed at once, and no more than one of them is held.
class Parts final : public Sink {
 public:
  Parts(scratch::Scratch& scratch, image::TarEntry owner,
        std::function<void(std::uint64_t)> on_bytes)
      : scratch_(scratch), owner_(std::move(owner)), on_bytes_(std::move(on_bytes)) {}

  using Sink::write;
  void write(std::span<const std::byte> bytes) override {
    while (!bytes.empty()) {
      const auto taken = bytes.first(std::min(bytes.size(), kPartBytes - part_.size()));
      part_.append(reinterpret_cast<const char*>(taken.data()), taken.size());
      tail_.write(taken);
      bytes = bytes.subspan(taken.size());
      if (part_.size() == kPartBytes) flush();
    }
  }
  // What is left of it.
  void flush() {
    if (part_.empty()) return;
    put(fmt::format("{}/{}{:08}", databases::kDumpDirectory, databases::kDumpPart, ++number_), 0400,
        part_);
    bytes_ += part_.size();
    part_.clear();
    on_bytes_(bytes_);
  }
  // For the owner of the data.
  void put(const std::string& path, std::uint32_t mode, const std::string& content) {
    StringSink sink;
    image::TarWriter tar(sink);
    image::TarEntry entry;
    entry.uid = owner_.uid;
    entry.gid = owner_.gid;
    entry.path = in_tar(path);
    entry.mode = mode;
    entry.size = content.size();
    tar.add(entry);
    tar.write(std::as_bytes(std::span(content)));
    tar.finish();
    StringSource archive(sink.take());
    scratch_.put_files(worker::kStagingDirectory, archive);
  }
  std::uint64_t bytes() const { return bytes_; }
  // Whether its last line, which may have no end, begins so.
  bool ends_with_line(std::string_view start) const {
    return last_lines(tail_.text(), 1).starts_with(start);
  }

 private:
  scratch::Scratch& scratch_;
  image::TarEntry owner_;
  std::function<void(std::uint64_t)> on_bytes_;
  std::string part_;
  TailSink tail_{kTailBytes};
  unsigned number_ = 0;
  std::uint64_t bytes_ = 0;
};

// Keeps the last of what the tool says, and listens for some words.
class Said final : public Sink {
 public:
  explicit Said(std::string proof) : proof_(std::move(proof)) {}

  using Sink::write;
  void write(std::span<const std::byte> bytes) override {
    tail_.write(bytes);
    if (has_proof()) return;
    recent_.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    if (recent_.find(proof_) != std::string::npos)
      proof_.clear();
    else if (recent_.size() > proof_.size())
      recent_.erase(0, recent_.size() - proof_.size());
  }
  bool has_proof() const { return proof_.empty(); }
  const std::string& text() const { return tail_.text(); }

 private:
  TailSink tail_{kErrorBytes};
  std::string proof_;
  std::string recent_;
};

// Holds back as much as a mark at the end may have.
class WithoutEnd final : public Sink {
 public:
  WithoutEnd(Sink& to, std::size_t bytes) : to_(to), bytes_(bytes) {}

  using Sink::write;
  void write(std::span<const std::byte> bytes) override {
    held_.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    if (held_.size() <= bytes_) return;
    const std::size_t more = held_.size() - bytes_;
    to_.write(std::as_bytes(std::span(held_)).first(more));
    held_.erase(0, more);
  }
  // It was none.
  void give_end() {
    to_.write(std::as_bytes(std::span(held_)));
    held_.clear();
  }

 private:
  Sink& to_;
  std::size_t bytes_;
  std::string held_;
};

bool is_data(const SourceContainer& source, const std::string& path) {
  const auto& data = source.kind.recognition.data_paths;
  return std::any_of(data.begin(), data.end(),
                     [&](const std::string& directory) { return is_within(path, directory); });
}

// All that is there before the dump: its directory, the loader, the empty data directories.
void put_frame(docker::Engine& engine, const Plan& plan, const image::TarEntry& owner,
               scratch::Scratch& scratch) {
  StringSink sink;
  image::TarWriter tar(sink);
  const auto add_directory = [&](const std::string& path, const image::TarEntry& like) {
    image::TarEntry entry = like;
    entry.path = in_tar(path);
    tar.add(entry);
  };
  const auto& data = plan.source.kind.recognition.data_paths;
  for (const std::string& path : data) add_directory(path, owner_of(engine, plan.source, path));
  if (plan.dump->data_file.empty()) {
    image::TarEntry own = owner;
    own.mode = 0700;
    image::TarEntry roots;
    roots.type = image::TarType::directory;
    roots.mode = 0755;
    add_directory(databases::kDumpDirectory, own);
    add_directory(databases::kEmptyDirectory, owner);
    add_directory(parent_path(databases::kLoadReport), own);
    add_directory(databases::kFirstStartScripts, roots);
    tar.add_file(in_tar(databases::kDumpLoader), plan.dump->loader,
                 plan.dump->loader_is_sourced ? 0644 : 0755);
  } else if (parent_path(plan.dump->data_file) != data.front()) {
    add_directory(parent_path(plan.dump->data_file), owner);
  }
  for (const databases::DumpFile& file : plan.dump->files) {
    if (is_within(file.path, databases::kDumpDirectory)) continue;
    image::TarEntry entry;
    entry.path = in_tar(file.path);
    entry.mode = 0644;
    if (is_data(plan.source, file.path)) {
      entry.uid = owner.uid;
      entry.gid = owner.gid;
      entry.mode = 0600;
    }
    entry.size = file.content.size();
    tar.add(entry);
    tar.write(std::as_bytes(std::span(file.content)));
  }
  tar.finish();
  StringSource archive(sink.take());
  scratch.put_files(worker::kStagingDirectory, archive);
}

void cancel(snapshot::Context& context, const Plan& plan) {
  if (plan.dump->cancel.empty()) return;
  try {
    NullSink nowhere;
    docker::ExecSpec program;
    program.argv = plan.dump->cancel;
    program.env = plan.dump->env;
    context.rescue.exec(plan.source.id(), program, {nullptr, &nowhere, &nowhere});
  } catch (const Error& error) {
    // It ends by itself when it finds that nobody reads.
    log(LogLevel::info, fmt::format("the dump's program could not be ended: {}", error.what()));
  }
}

// Of tools that log what they do, as the MongoDB tools, what failed is one line, behind the time.
std::string reason_in(const std::string& said) {
  constexpr std::string_view kFailed = "\tFailed: ";
  const std::size_t at = said.rfind(kFailed);
  return at == std::string::npos
             ? last_lines(said, 3)
             : said.substr(at + kFailed.size(), said.find('\n', at) - at - kFailed.size());
}

Error refused(const Plan& plan, int status, const std::string& said) {
  const std::string& tool = plan.dump->tool;
  const std::string what = fmt::format("cannot dump {}", plan.source.name());
  if (status == 126 || status == 127) {
    return {ErrorCode::failed, what, fmt::format("there is no {} in it", tool),
            "take a copy: leave out --method dump"};
  }
  const bool login = plan.source.kind.database->is_refused_login(said);
  return {login ? ErrorCode::credentials : ErrorCode::database_refused, what,
          fmt::format("{} ended with status {}{}", tool, status,
                      said.empty() ? "" : ": " + reason_in(said)),
          login ? "give the user and the password of one who may see all (--db-user, "
                  "--db-password-file), or take a copy: leave out --method dump"
                : "take a copy: leave out --method dump"};
}

Error half_seen(const Plan& plan) {
  return {ErrorCode::credentials, fmt::format("cannot dump {}", plan.source.name()),
          fmt::format("{} may not see {}, and so perhaps not all else either", plan.dump->tool,
                      plan.dump->proof),
          "give the user and the password of one who may see all (--db-user, --db-password-file), "
          "or take a copy: leave out --method dump"};
}

// Runs the tool to its end, or ends it. Throws what is wrong.
void run_tool(snapshot::Context& context, const Plan& plan, Sink& to) {
  Said said(plan.dump->proof);
  WithoutEnd out(to, plan.dump->end_mark.bytes);
  StringSource input(plan.dump->input);
  docker::ExecSpec program;
  program.argv = plan.dump->argv;
  program.env = plan.dump->env;
  int status = 0;
  try {
    status = context.engine.exec(plan.source.id(), program,
                                 {plan.dump->input.empty() ? nullptr : &input, &out, &said});
  } catch (...) {
    cancel(context, plan);
    throw;
  }
  if (status != 0) throw refused(plan, status, said.text());
  if (!said.has_proof()) throw half_seen(plan);
  const databases::EndMark& mark = plan.dump->end_mark;
  if (mark.bytes == 0 || said.text().find(mark.words) == std::string::npos) out.give_end();
}

Error nothing_said(const Plan& plan) {
  return refused(plan, 0, "it printed nothing");
}

// Returns its bytes.
std::uint64_t stream_parts(snapshot::Context& context, const Plan& plan, scratch::Scratch& scratch,
                           const image::TarEntry& owner, snapshot::Step& step) {
  Parts parts(scratch, owner, [&](std::uint64_t so_far) { step.moves(so_far); });
  parts.put(databases::kLoadReport, 0600, std::string(databases::kNotLoaded) + "\n");
  for (const databases::DumpFile& file : plan.dump->files) {
    if (is_within(file.path, databases::kDumpDirectory)) parts.put(file.path, 0400, file.content);
  }
  run_tool(context, plan, parts);
  parts.flush();
  if (parts.bytes() == 0) throw nothing_said(plan);
  // A server or a tool that was cut off can have ended well for all that the engine knows.
  const std::string& last = plan.dump->last_line;
  if (!last.empty() && !parts.ends_with_line(last))
    throw refused(plan, 0, "what it wrote has no end");
  return parts.bytes();
}

// The same; its directory is in the copy.
std::uint64_t stream_file(snapshot::Context& context, const Plan& plan, scratch::Scratch& scratch) {
  BytePipe output;
  const auto printed = std::async(std::launch::async, [&] {
    try {
      run_tool(context, plan, output);
      output.finish();
    } catch (...) {
      output.fail(std::current_exception());
    }
  });
  std::uint64_t bytes = 0;
  try {
    bytes = scratch.write_file(plan.dump->data_file, output);
  } catch (...) {
    // Nobody reads on, so that the other one ends.
    output.close();
    throw;
  }
  if (bytes == 0) throw nothing_said(plan);
  return bytes;
}

}  // namespace

databases::Dump plan_dump(docker::Engine& engine, const SourceContainer& source,
                          const databases::Credentials& credentials) {
  const std::string what = fmt::format("cannot dump {}", source.name());
  if (!source.is_live() || source.container.paused) {
    throw Error(ErrorCode::failed, what,
                "its server does not run, and it is that which tells what there is",
                "start it, or take a copy: leave out --method dump");
  }
  databases::Shell shell(engine, source.id());
  auto dump = source.kind.database->dump(shell, snapshot::gather_facts(engine, source.container),
                                         source.kind.recognition, credentials);
  if (!dump) {
    throw Error(ErrorCode::failed, what,
                fmt::format("containers of the kind {} have nothing that dumps them",
                            source.kind.database->name()),
                "take a copy: leave out --method dump");
  }
  return std::move(*dump);
}

Contents dumped_contents(const SourceContainer& source, const databases::Dump& dump) {
  Contents contents;
  const std::vector<std::string>& data = source.kind.recognition.data_paths;
  std::vector<std::string> targets = data;
  // The loader is alone among the scripts of a first start: what the others make is in the dump.
  if (dump.data_file.empty())
    targets.insert(targets.end(), {databases::kDumpDirectory, databases::kFirstStartScripts});
  for (const std::string& target : targets)
    contents.trees.push_back({worker::kStagingDirectory + target, {}, target});
  for (const databases::DumpFile& file : dump.files) {
    if (!is_within(file.path, databases::kDumpDirectory) && !is_data(source, file.path))
      contents.root_paths.push_back(file.path);
  }
  for (const docker::Mount& mount : source.container.mounts) {
    const bool has_data = std::any_of(data.begin(), data.end(), [&](const std::string& path) {
      return is_within(path, mount.destination);
    });
    if (!has_data)
      contents.left_out.push_back(
          {fmt::format("{} ({})", mount.destination, mount.type), "a dump holds no files"});
  }
  if (!dump.lacks.empty())
    contents.left_out.push_back({dump.lacks, "the dump of its server has them not"});
  contents.left_out.push_back({"what was changed in its own files", "a dump holds no files"});
  contents.missing = dump.missing;
  return contents;
}

Copied dump(snapshot::Context& context, const Plan& plan, scratch::Scratch& scratch) {
  snapshot::Step step(context.reporter, fmt::format("dumping {}", plan.source.name()));
  Copied copied;
  copied.created = std::chrono::system_clock::now();
  const auto& data = plan.source.kind.recognition.data_paths;
  const image::TarEntry owner = owner_of(context.engine, plan.source, data.front());
  put_frame(context.engine, plan, owner, scratch);
  const bool has_parts = plan.dump->data_file.empty();
  if (has_parts) copied.bytes = stream_parts(context, plan, scratch, owner, step);
  scratch.set_job(plan.job);
  scratch.sync([] {}, [] {}, [](const worker::Progress&) {});
  if (!has_parts) copied.bytes = stream_file(context, plan, scratch);
  step.done(fmt::format("dumped {} by {}", human_size(copied.bytes), plan.dump->tool));
  return copied;
}

}  // namespace dksnap::capture
