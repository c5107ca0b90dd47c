// GNU tar, bsdtar and Python's tarfile read what we write, and we read what they write.
#include <algorithm>
#include <array>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <sys/wait.h>
#include <unistd.h>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "base/digest.hpp"
#include "base/error.hpp"
#include "base/fd.hpp"
#include "base/text.hpp"
#include "image/tar_test_support.hpp"

namespace dksnap::image {
namespace {

// `archive FILE`: what Python's tarfile finds in an archive. `tree DIRECTORY`: what is in a
// directory, the first name of a hard link as the file. `make DIRECTORY KIND`: a directory to pack.
// `header FORMAT`: one header of a member that nobody has the room for.
// A line an entry: type, path, size, mode, owner, time, target, content, attributes.
constexpr const char* kScript = R"py(
import hashlib, os, stat, sys, tarfile
fsb = os.fsencode

def line(kind, path, size, mode, uid, gid, mtime, target, content, xattrs):
    digest = hashlib.sha256(content).hexdigest()[:16] if kind == "0" else "-"
    print("|".join([kind, path.hex(), str(size), "%o" % mode, str(uid), str(gid), mtime,
                    target.hex(), digest, ",".join(sorted(xattrs))]))

def archive(path):
    with tarfile.open(path, errors="surrogateescape") as tar:
        for m in tar:
            kind = m.type.decode()
            xattrs = [k[len("SCHILY.xattr."):] + "=" + fsb(v).hex()
                      for k, v in m.pax_headers.items() if k.startswith("SCHILY.xattr.")]
            content = tar.extractfile(m).read() if kind == "0" else b""
            line(kind, fsb(m.name), m.size, m.mode, m.uid, m.gid,
                 m.pax_headers.get("mtime", str(int(m.mtime))), fsb(m.linkname), content, xattrs)

def seconds(ns):
    text = "%d.%09d" % divmod(abs(ns), 10**9)
    return ("-" if ns < 0 else "") + text.rstrip("0").rstrip(".")

def tree(top):
    seen, top = {}, fsb(top)
    names = []
    for directory, directories, files in os.walk(top):
        names += [os.path.join(directory, n) for n in directories + files]
    for name in sorted(names):
        s, path, target, size, content = os.lstat(name), name[len(top) + 1:], b"", 0, b""
        kind = {stat.S_IFREG: "0", stat.S_IFLNK: "2", stat.S_IFDIR: "5", stat.S_IFIFO: "6"}[stat.S_IFMT(s.st_mode)]
        if kind == "2":
            target = os.readlink(name)
        elif kind == "0" and s.st_ino in seen:
            kind, target = "1", seen[s.st_ino]
        elif kind == "0":
            seen[s.st_ino] = path
            size = s.st_size
            content = open(name, "rb").read() if s.st_mode & 0o400 or not os.getuid() else b""
        line(kind, path, size, stat.S_IMODE(s.st_mode), 0, 0, seconds(s.st_mtime_ns), target, content, [])

def make(top, kind):
    rich = kind == "rich"
    top = fsb(top)
    def put(name, content, mode, time):
        path = os.path.join(top, name)
        with open(path, "wb") as f:
            f.write(content)
        os.chmod(path, mode)
        os.utime(path, ns=(time, time))
    second = 10**9
    fraction = 123456789 if rich else 0
    os.mkdir(os.path.join(top, b"dir"))
    put(b"dir/data", b"d" * 1500, 0o640, 1700000000 * second + fraction)
    os.link(os.path.join(top, b"dir/data"), os.path.join(top, b"dir/same"))
    put(b"empty", b"", 0o4755, 5 * second)
    put(b"line\nbreak \xff\xc3\xa4", b"odd", 0o600, 1 * second + fraction)
    os.symlink(b"dir/data", os.path.join(top, b"link"))
    if kind != "v7":
        os.mkfifo(os.path.join(top, b"fifo"), 0o644)
        os.utime(os.path.join(top, b"fifo"), ns=(3 * second, 3 * second))
    if kind in ("rich", "gnu"):
        put(b"n" * 250, b"long name", 0o644, 7 * second)
        os.symlink(b"t" * 300, os.path.join(top, b"longlink"))
    if kind != "v7":
        os.makedirs(os.path.join(top, b"p" * 90, b"q" * 50))
        put(b"p" * 90 + b"/" + b"q" * 50 + b"/file", b"deep", 0o444, 9 * second)
    if rich:
        put(b"before", b"1960", 0o644, -300000000 * second)
    for directory, directories, files in os.walk(top):
        for name in directories + files:
            os.utime(os.path.join(directory, name), ns=(2 * second, 2 * second), follow_symlinks=False) \
                if os.path.islink(os.path.join(directory, name)) or name in directories else None

def header(form):
    m = tarfile.TarInfo("big")
    m.size, m.uid, m.gid, m.mtime = 20 * 2**30, 3000000000, 4000000, -5
    sys.stdout.buffer.write(m.tobuf(format={"gnu": tarfile.GNU_FORMAT, "pax": tarfile.PAX_FORMAT}[form]))

{"archive": archive, "tree": tree, "make": make, "header": header}[sys.argv[1]](*sys.argv[2:])
)py";

class TarOracle : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string name = "/tmp/dksnap-tar-XXXXXX";
    if (::mkdtemp(name.data()) == nullptr) throw system_error("cannot make " + name);
    top_ = name;
    std::ofstream(top_ + "/oracle.py") << kScript;
  }
  void TearDown() override {
    std::error_code ignored;
    std::filesystem::remove_all(top_, ignored);
  }

  // What the command says; it must succeed. Runs in the test's directory, in the C locale, in which
  // names are bytes.
  std::string shell(const std::string& command) {
    const std::string whole = "cd " + top_ +
                              " && export LC_ALL=C PYTHONUTF8=1 PATH=/usr/bin:$PATH && (" +
                              command + ") 2>&1";
    std::FILE* pipe = ::popen(whole.c_str(), "r");
    std::string output;
    std::array<char, 4096> buffer{};
    while (const std::size_t got = std::fread(buffer.data(), 1, buffer.size(), pipe)) {
      output.append(buffer.data(), got);
    }
    const int status = ::pclose(pipe);
    EXPECT_EQ(status, 0) << command << "\n" << output;
    return output;
  }

  std::vector<std::string> lines(const std::string& command) {
    auto result = split(shell(command), '\n');
    if (!result.empty() && result.back().empty()) result.pop_back();
    return result;
  }

  void save(const std::string& archive) {
    std::ofstream(top_ + "/a.tar", std::ios::binary) << archive;
  }

  std::string top_;
};

std::string hex(std::string_view text) {
  const auto* bytes = reinterpret_cast<const std::uint8_t*>(text.data());
  return to_hex({bytes, text.size()});
}

std::string seconds(std::int64_t ns) {
  std::string text = fmt::format("{}{}.{:09}", ns < 0 ? "-" : "", std::abs(ns) / 1'000'000'000,
                                 std::abs(ns) % 1'000'000'000);
  text.erase(text.find_last_not_of('0') + 1);
  if (text.back() == '.') text.pop_back();
  return text;
}

struct Ignore {
  bool owners = false;
  bool xattrs = false;
};

std::vector<std::string> describe(const std::vector<TarItem>& items, Ignore ignore = {}) {
  std::vector<std::string> result;
  for (const TarItem& item : items) {
    const TarEntry& entry = item.entry;
    std::vector<std::string> xattrs;
    for (const auto& [name, value] : entry.xattrs) {
      if (!ignore.xattrs) xattrs.push_back(name + "=" + hex(value));
    }
    const bool link = entry.type == TarType::symlink;
    result.push_back(fmt::format(
        "{}|{}|{}|{:o}|{}|{}|{}|{}|{}|{}", static_cast<char>(entry.type), hex(entry.path),
        entry.size, link ? 0777 : entry.mode, ignore.owners ? 0 : entry.uid,
        ignore.owners ? 0 : entry.gid, seconds(entry.mtime_ns), hex(entry.link_target),
        entry.type == TarType::file ? sha256_digest(item.content).substr(7, 16) : "-",
        join(xattrs, ",")));
  }
  return result;
}

std::vector<TarItem> rich_items() {
  std::vector<TarItem> items;
  const auto add = [&](TarItem item) -> TarEntry& {
    item.entry.mtime_ns = 1'700'000'000'123'456'789 + static_cast<std::int64_t>(items.size());
    items.push_back(std::move(item));
    return items.back().entry;
  };
  add(make_item(TarType::file, "a", "content")).mode = 0640;
  add(make_item(TarType::file, "locked", "nobody")).mode = 0;
  add(make_item(TarType::file, "setuid", std::string(512, 's'))).mode = 06755;
  add(make_item(TarType::file, "old", "1960")).mtime_ns = -300'000'000'000'000'000;
  add(make_item(TarType::file, "line\nbreak \xff\xc3\xa4", "odd"));
  add(make_item(TarType::file, std::string(150, 'p') + "/" + std::string(90, 'u'), "prefix"));
  add(make_item(TarType::file, std::string(250, 'n'), "pax"));
  add(make_item(TarType::file, std::string(99, 'o') + "\n\xff\xc3\xa4=" + std::string(40, 'o'),
                "pax"));
  add(make_item(TarType::file, std::string(200, 'd') + "/" + std::string(200, 'e') + "/\xff",
                "pax"));
  add(make_link(TarType::hard_link, "same", "a")).mode = 0640;
  items.back().entry.mtime_ns = items.front().entry.mtime_ns;
  add(make_link(TarType::hard_link, "same as long", std::string(250, 'n')));
  items.back().entry.mtime_ns = items[6].entry.mtime_ns;
  add(make_link(TarType::symlink, "link", "a")).mode = 0777;
  add(make_link(TarType::symlink, "long link", std::string(300, 't') + "\xff")).mode = 0777;
  add(make_item(TarType::fifo, "fifo"));
  add(make_item(TarType::directory, std::string(120, 'q'))).mode = 01777;
  return items;
}

TEST_F(TarOracle, PythonListsOursAlike) {
  std::vector<TarItem> items = rich_items();
  items[0].entry.uid = 3'000'000'000;
  items[0].entry.gid = 999;
  items[1].entry.xattrs = {{"user.text", "value"},
                           {"security.capability", std::string("\x01\0\0\x02\xff\n=", 7)}};
  TarItem device = make_item(TarType::char_device, "null");
  device.entry.device_major = 1;
  device.entry.device_minor = 3;
  items.push_back(device);
  save(write_tar(items));
  EXPECT_EQ(lines("python3 oracle.py archive a.tar"), describe(items));
}

// Unpacked, listed, and compared as sets: a directory has no order.
class TarUnpack : public TarOracle, public ::testing::WithParamInterface<const char*> {};

TEST_P(TarUnpack, GivesWhatWePacked) {
  std::vector<TarItem> items = rich_items();
  save(write_tar(items));
  shell(fmt::format("mkdir out && {} a.tar -C out", GetParam()));
  // Directories that no entry names are made on the way.
  std::vector<std::string> found;
  for (const std::string& line : lines("python3 oracle.py tree out")) {
    const bool implied =
        line.starts_with("5|") && !line.starts_with("5|" + hex(std::string(120, 'q')));
    if (!implied) found.push_back(line);
  }
  // Of two hard links the listing calls the first by name the file.
  std::vector<std::string> wanted = describe(items);
  std::sort(found.begin(), found.end());
  std::sort(wanted.begin(), wanted.end());
  EXPECT_EQ(join(found, "\n"), join(wanted, "\n"));
}

INSTANTIATE_TEST_SUITE_P(Tools, TarUnpack,
                         ::testing::Values("tar --no-same-owner -xpf",
                                           "bsdtar --no-same-owner -xpf"));

TEST_F(TarOracle, OwnersBeyondOctalAreSeenByAll) {
  TarItem item = make_item(TarType::file, "a", "");
  item.entry.uid = 3'000'000'000;
  item.entry.gid = 2'097'152;
  save(write_tar({item}));
  EXPECT_NE(shell("tar --numeric-owner -tvf a.tar").find("3000000000/2097152"), std::string::npos);
  const std::string listed = shell("bsdtar --numeric-owner -tvf a.tar");
  EXPECT_NE(listed.find("3000000000"), std::string::npos) << listed;
  EXPECT_NE(listed.find("2097152"), std::string::npos) << listed;
}

// bsdtar 3.6 alone reads and writes "-0.5" as half a second after -1, hence not in the lists above.
TEST_F(TarOracle, GnuTarAgreesOnFractionsBefore1970) {
  TarItem item = make_item(TarType::file, "a", "");
  item.entry.mtime_ns = -1'500'000'000;
  const std::string archive = write_tar({item});
  save(archive);
  const auto wanted = describe({item});
  EXPECT_EQ(lines("mkdir out && tar --warning=no-timestamp --no-same-owner -xpf a.tar -C out && "
                  "python3 oracle.py tree out"),
            wanted);
  const auto back = read_tar(shell("cd out && tar --format=pax -cf ../b.tar a && cat ../b.tar"));
  EXPECT_EQ(describe(back, {.owners = true}), wanted);
}

struct Packer {
  const char* tree;  // of oracle.py's make
  const char* command;
};

class TarPacked : public TarOracle, public ::testing::WithParamInterface<Packer> {};

TEST_P(TarPacked, IsReadByUs) {
  shell(fmt::format("mkdir in && python3 oracle.py make in {}", GetParam().tree));
  // In the order of the names, so that the first of two hard links is the same for all.
  const std::string names = "cd in && find . -mindepth 1 -print0 | sort -z";
  const std::string archive =
      shell(fmt::format("{} | {} 2>../warnings; cat ../a.tar", names, GetParam().command));
  const auto found = describe(read_tar(archive), {.owners = true, .xattrs = true});
  EXPECT_EQ(join(found, "\n"), join(lines("python3 oracle.py tree in"), "\n"));
}

constexpr Packer kPackers[] = {
    {"rich", "tar --format=pax --xattrs --no-recursion --null -T - -cf ../a.tar"},
    {"gnu", "tar --format=gnu --no-recursion --null -T - -cf ../a.tar"},
    {"ustar", "tar --format=ustar --no-recursion --null -T - -cf ../a.tar"},
    {"v7", "tar --format=v7 --no-recursion --null -T - -cf ../a.tar"},
    {"rich", "bsdtar --format=pax -n --null -T - -cf ../a.tar"},
    {"gnu", "bsdtar --format=gnutar -n --null -T - -cf ../a.tar"},
    {"ustar", "bsdtar --format=ustar -n --null -T - -cf ../a.tar"},
    {"gnu",
     "python3 -c 'import sys,os,tarfile\n"
     "t=tarfile.open(\"../a.tar\",\"w\",format=tarfile.GNU_FORMAT,errors=\"surrogateescape\")\n"
     "for n in sys.stdin.buffer.read().split(b\"\\0\")[:-1]: "
     "t.add(os.fsdecode(n),recursive=False)\n"
     "t.close()'"},
};

INSTANTIATE_TEST_SUITE_P(Tools, TarPacked, ::testing::ValuesIn(kPackers));

TEST_F(TarOracle, NumbersBeyondOctalAreReadFromAll) {
  for (const char* form : {"gnu", "pax"}) {
    StringSource source(shell(fmt::format("python3 oracle.py header {}", form)));
    TarReader reader(source);
    TarEntry entry;
    ASSERT_TRUE(reader.next(entry)) << form;
    EXPECT_EQ(entry.size, 20ULL << 30U) << form;
    EXPECT_EQ(entry.uid, 3'000'000'000U) << form;
    EXPECT_EQ(entry.gid, 4'000'000U) << form;
    EXPECT_EQ(entry.mtime_ns, -5'000'000'000) << form;
  }
}

TEST_F(TarOracle, SparseFilesOfGnuTarAreRefused) {
  shell("truncate -s 10M sparse && echo end >> sparse");
  for (const char* options :
       {"--format=gnu", "--format=pax --sparse-version=1.0", "--format=pax --sparse-version=0.1"}) {
    const std::string archive =
        shell(fmt::format("tar {} -S -cf a.tar sparse && cat a.tar", options));
    EXPECT_THROW(read_tar(archive), Error) << options;
  }
}

}  // namespace
}  // namespace dksnap::image
