#!/usr/bin/env python3
"""Holds src/ to ARCHITECTURE.md: which room may include which, and the rules a compiler does not know.

    tests/layers_test.py [TREE]       check the tree (default: this repository)
    tests/layers_test.py --self-test  prove on made-up trees that every rule can fail
"""
import pathlib
import re
import statistics
import sys
import tempfile

# Room: the rooms it may include, itself aside. "worker" above the worker: formats only, see FORMATS.
ARROWS = {
    "base": [],
    "docker": ["base"],
    "image": ["base"],
    "worker": ["base", "image"],
    "diff": ["base"],
    "databases": ["base", "docker", "diff"],
    "snapshot": ["base", "docker", "image", "databases"],
    "scratch": ["base", "docker", "image", "worker", "databases", "snapshot"],
    "capture": ["base", "docker", "image", "worker", "databases", "snapshot", "scratch"],
    "compare": ["base", "docker", "image", "databases", "diff", "snapshot", "scratch", "capture"],
    "boot": ["base", "docker", "image", "databases", "snapshot", "scratch", "capture"],
    "swap": ["base", "docker", "image", "worker", "databases", "snapshot", "scratch", "capture", "boot"],
    "cli": ["base", "docker", "databases", "diff", "snapshot", "scratch", "capture", "compare", "boot", "swap"],
    "tui": ["base", "docker", "databases", "diff", "snapshot", "scratch", "capture", "compare", "boot", "swap"],
}
# src/main.cpp and what lies beside it.
MAIN = ["base", "cli", "tui"]

# What other rooms may know of the worker: how to talk to it, not what it does.
FORMATS = {"worker/manifest/manifest.hpp", "worker/protocol/protocol.hpp"}

# Library header: the folder it may be included in, and in how many of its .cpp files.
ONE_FILE = {
    "boost/": ("docker", "compiling Beast takes half a minute"),
    "CLI/": ("cli", "only cli/parser.cpp knows the option library"),
    "toml++/": ("base", "only base/toml.cpp knows the library of settings files"),
}

# Files that only tests compile.
FOR_TESTS = ("_test.cpp", "_test_support.hpp")

# The room that draws a screen; all others report through values.
TALKING = ["tui"]
# The worker is a program of its own and answers in lines of JSON; the printer escapes what it prints.
PRINTERS = {"worker/main.cpp", "cli/render/printer.cpp"}
PRINTING = re.compile(
    r"\bstd::(cout|cerr|clog|wcout|wcerr)\b|\bfmt::(v?print|println)\s*\("
    r"|(?<![\w.>])(std::|::)?(v?f?printf|fputs|puts|fputc|putchar|perror)\s*\("
)

# Where a .cpp is compiled: folder, and how many names a path in it has at most. Deeper it is not.
DEPTHS = {"src": 3, "tests": 2, "fuzz": 1}

LARGEST, LARGE, MEDIAN = 25_000, 12_000, 4_000
COMMAND_LINES = 120

INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*(["<])([^">]+)[">]', re.M)
# Comments and literals: a word in them does nothing.
NOISE = re.compile(r'//[^\n]*|/\*.*?\*/|R"(\w*)\(.*?\)\1"|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])+\'', re.S)


def files_below(folder):
    """All but those of hidden folders, and what editors and file systems leave (.#x.cpp, ._x.cpp)."""
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not any(part.startswith(".") for part in path.relative_to(folder).parts):
            yield path


def is_code(path):
    if path.suffix in (".cpp", ".hpp", ".py", ".sh"):
        return True
    with path.open("rb") as file:
        return not path.suffix and file.read(2) == b"#!"


class Tree:
    def __init__(self, root):
        self.root = pathlib.Path(root)
        self.src = self.root / "src"
        self.files = {
            path.relative_to(self.src).as_posix(): path.read_text(encoding="utf-8")
            for path in files_below(self.src)
            if path.suffix in (".cpp", ".hpp", ".S")
        }
        self.includes = {name: INCLUDE.findall(text) for name, text in self.files.items()}

    @staticmethod
    def room(name):
        return name.split("/")[0] if "/" in name else ""


def check_arrows(tree):
    for name, includes in tree.includes.items():
        room = tree.room(name)
        if room and room not in ARROWS:
            yield f"src/{name}: the room {room} has no line in the table of arrows"
            continue
        for quote, target in includes:
            if quote != '"':
                continue
            to = tree.room(target)
            if to not in ARROWS:
                yield f'src/{name}: "{target}" does not name a file from src on ("room/file.hpp")'
            elif to != room and to not in (ARROWS[room] if room else MAIN):
                yield f'src/{name}: {room or "main"} may not include "{target}"'
            elif room not in ("", "worker") and to == "worker" and target not in FORMATS:
                yield f'src/{name}: {room} knows only the formats of the worker, not "{target}"'


def check_links(tree):
    for path in sorted(tree.src.glob("*/CMakeLists.txt")):
        room = path.parent.name
        for to in re.findall(r"\bdksnap_(\w+)\b", path.read_text(encoding="utf-8")):
            if to in ARROWS and to != room and to not in ARROWS.get(room, []):
                yield f"src/{room}/CMakeLists.txt: {room} may not link dksnap_{to}"


def check_libraries(tree):
    for prefix, (home, why) in ONE_FILE.items():
        users = [n for n, includes in tree.includes.items() if any(q == "<" and t.startswith(prefix) for q, t in includes)]
        at_home = [n for n in users if tree.room(n) == home and n.endswith(".cpp")]
        for name in users:
            if name not in at_home:
                yield f"src/{name}: <{prefix}…> belongs into one .cpp of {home}/: {why}"
        if len(at_home) > 1:
            yield f"src: <{prefix}…> is in {len(at_home)} files ({', '.join(at_home)}): {why}"
    for name, includes in tree.includes.items():
        if name.endswith(".hpp") and not name.endswith(FOR_TESTS) and ("<", "nlohmann/json.hpp") in includes:
            yield f"src/{name}: a header takes <nlohmann/json_fwd.hpp>, which compiles in no time"


def check_printing(tree):
    for name, text in tree.files.items():
        room = tree.room(name)
        if not room or room in TALKING or name in PRINTERS or name.endswith(FOR_TESTS):
            continue
        # Newlines stay, so that the number of the line is right.
        code = NOISE.sub(lambda found: "\n" * found[0].count("\n"), text)
        for number, line in enumerate(code.split("\n"), 1):
            if found := PRINTING.search(line):
                yield f"src/{name}:{number}: {found[0].rstrip('( ')} prints; only the printer of cli does, and tui"


def check_places(tree):
    for folder, most in DEPTHS.items():
        for path in files_below(tree.root / folder):
            if path.suffix == ".cpp" and len(path.relative_to(tree.root / folder).parts) > most:
                yield f"{path.relative_to(tree.root)}: so deep nothing is compiled"


def check_sizes(tree):
    for folder in ("src", "tests", "fuzz", "bench", "scripts"):
        for path in files_below(tree.root / folder):
            if folder == "fuzz" and path.relative_to(tree.root / folder).parts[0] == "corpus":
                continue
            if path.stat().st_size > LARGEST and is_code(path):
                yield f"{path.relative_to(tree.root)}: {path.stat().st_size} bytes; above {LARGEST} there are two subjects in it"
    sizes = sorted(len(text.encode()) for text in tree.files.values())
    if sizes and statistics.median(sizes) > MEDIAN:
        yield f"src: half of the files are above {statistics.median(sizes):.0f} bytes; the bound is {MEDIAN}"
    if sizes and sizes[int(len(sizes) * 0.9)] > LARGE:
        yield f"src: one file in ten is above {sizes[int(len(sizes) * 0.9)]} bytes; the bound is {LARGE}"
    for name, text in tree.files.items():
        if name.startswith("cli/commands/") and text.count("\n") > COMMAND_LINES:
            yield f"src/{name}: {text.count(chr(10))} lines; a command file has at most {COMMAND_LINES}"


def check_sentences(tree):
    page = tree.root / "ARCHITECTURE.md"
    text = page.read_text(encoding="utf-8") if page.is_file() else ""
    rows = dict(re.findall(r"^\| `(?:src/)?(\w+)/` \|\s*(.*?)\s*\|", text, re.M))
    for folder in sorted(path.name for path in tree.src.iterdir() if path.is_dir() and not path.name.startswith(".")):
        if not rows.get(folder, "").endswith("."):
            yield f"ARCHITECTURE.md: no sentence says what may enter src/{folder}/"


RULES = [check_arrows, check_links, check_libraries, check_printing, check_places, check_sizes, check_sentences]


def check(root):
    tree = Tree(root)
    return [complaint for rule in RULES for complaint in rule(tree)]


# A tree without fault, then for each rule what breaks it and a word of the complaint.
CLEAN = {
    "ARCHITECTURE.md": "\n".join(f"| `{room}/` | What may enter {room}. |" for room in ARROWS),
    "src/main.cpp": '#include "cli/app.hpp"\n',
    "src/base/text.hpp": "#include <string>\n",
    "src/base/text.cpp": '#include "base/text.hpp"\n// std::cout << is a word here\nauto a = "printf(x)"; auto b = R"(puts(\n"x"))";\n'
    "int c = std::snprintf(p, 1, x); stream.puts(x); log_fputs_count();\n",
    "src/docker/CMakeLists.txt": "dksnap_room(docker LINKS dksnap_base)\n",
    "src/docker/http.cpp": '#include <boost/beast.hpp>\n#include "base/text.hpp"\n',
    "src/docker/types.hpp": "#include <nlohmann/json_fwd.hpp>\n",
    "src/image/tar.cpp": "#include <nlohmann/json.hpp>\n",
    "src/worker/main.cpp": '#include "image/tar.hpp"\nvoid f() { std::cout << 1; }\n',
    "src/diff/rows.cpp": '#include "base/text.hpp"\n',
    "src/databases/registry.cpp": '#include "databases/postgres/postgres.hpp"\n#include "diff/rows.hpp"\n',
    "src/capture/create.cpp": '#include "worker/protocol/protocol.hpp"\n#include "image/tar.hpp"\n',
    "src/snapshot/catalog.hpp": "",
    "src/cli/parser.cpp": '#include <CLI/CLI.hpp>\n#include "capture/create.hpp"\n',
    "src/cli/render/printer.cpp": "void f() { std::cout << 1; }\n",
    "src/tui/view.cpp": '#include "capture/create.hpp"\n',
    "src/base/text_test.cpp": 'void f() { printf("x"); }\n',
    "src/image/tar_test_support.hpp": "#include <nlohmann/json.hpp>\n",
    "src/worker/tree/walk.cpp": "",
    "src/base/._text.cpp": "std::cout",
    "src/.idea/a/b/c.cpp": "std::cout",
    "fuzz/corpus/tar/huge": "#!" + "x" * LARGEST,
    "tests/lab/table": "x" * (LARGEST + 1),
}
FAULTS = [
    ("a forbidden arrow", {"src/base/text.cpp": '#include "docker/types.hpp"\n'}, 'base may not include "docker/types.hpp"'),
    ("cli and tui know each other", {"src/cli/open.cpp": '#include "tui/view.hpp"\n'}, "cli may not include"),
    ("main reaches below", {"src/main.cpp": '#include "image/tar.hpp"\n'}, "main may not include"),
    ("a test reaches up", {"src/base/text_test.cpp": '# include "image/tar.hpp"\n'}, "base may not include"),
    ("a room knows how the worker works", {"src/capture/create.cpp": '#include "worker/copy/mirror.hpp"\n'}, "only the formats"),
    ("an include beside the file", {"src/base/text.cpp": '#include "text.hpp"\n'}, "does not name a file from src"),
    ("an include upwards", {"src/base/text.cpp": '#include "../base/text.hpp"\n'}, "does not name a file from src"),
    ("capture knows boot", {"src/capture/create.cpp": '#include "boot/boot.hpp"\n'}, "capture may not include"),
    ("what a snapshot is depends on how one is taken", {"src/snapshot/catalog.hpp": '#include "capture/source.hpp"\n'}, "snapshot may not include"),
    ("a room nobody knows", {"src/misc/x.cpp": "int x;\n"}, "no line in the table"),
    ("a forbidden link", {"src/docker/CMakeLists.txt": "dksnap_room(docker LINKS dksnap_image)\n"}, "may not link dksnap_image"),
    ("boost elsewhere", {"src/image/load.cpp": "#include <boost/crc.hpp>\n"}, "<boost/…> belongs"),
    ("boost in a header", {"src/docker/http.hpp": "#include <boost/asio.hpp>\n"}, "<boost/…> belongs"),
    ("boost twice", {"src/docker/more.cpp": "#include <boost/asio.hpp>\n"}, "is in 2 files"),
    ("JSON in a header", {"src/docker/types.hpp": "#include <nlohmann/json.hpp>\n"}, "json_fwd.hpp"),
    ("CLI11 elsewhere", {"src/snapshot/x.cpp": "#include <CLI/CLI.hpp>\n"}, "<CLI/…> belongs"),
    ("CLI11 twice", {"src/cli/more.cpp": "#include <CLI/CLI.hpp>\n"}, "is in 2 files"),
    ("cout", {"src/base/text.cpp": "\nvoid f() { std::cout << 1; }\n"}, "text.cpp:2: std::cout prints"),
    ("cerr after a comment", {"src/docker/http.cpp": "/* a\n*/ std::cerr << 1;\n"}, "http.cpp:2: std::cerr"),
    ("printf", {"src/image/tar.cpp": 'void f() { printf("x"); }\n'}, "printf prints"),
    ("std::fprintf", {"src/image/tar.cpp": 'void f() { std::fprintf(stderr, "x"); }\n'}, "std::fprintf prints"),
    ("fmt::print", {"src/snapshot/create.cpp": 'void f() { fmt::print("x"); }\n'}, "fmt::print prints"),
    ("a command prints by itself", {"src/cli/parser.cpp": "void f() { std::cout << 1; }\n"}, "parser.cpp:1: std::cout"),
    ("the worker prints elsewhere", {"src/worker/sync.cpp": "void f() { std::puts(x); }\n"}, "std::puts prints"),
    ("a huge file", {"tests/e2e/all_test.cpp": "x" * (LARGEST + 1)}, "two subjects"),
    ("a huge script", {"tests/lab/engine": "#!" + "x" * LARGEST}, "two subjects"),
    ("a source too deep in a room", {"src/worker/tree/old/walk.cpp": ""}, "src/worker/tree/old/walk.cpp: so deep"),
    ("a test too deep", {"tests/e2e/places/all_test.cpp": ""}, "tests/e2e/places/all_test.cpp: so deep"),
    ("a fuzzer too deep", {"fuzz/tar/tar_fuzz.cpp": ""}, "fuzz/tar/tar_fuzz.cpp: so deep"),
    ("many large files", {f"src/base/f{i}.cpp": "x" * (LARGE + 1) for i in range(4)}, "one file in ten"),
    ("all files middling", {f"src/base/f{i}.cpp": "x" * (MEDIAN + 1) for i in range(40)}, "half of the files"),
    ("a long command", {"src/cli/commands/create.cpp": "\n" * (COMMAND_LINES + 1)}, "a command file has at most"),
    ("a room without a sentence", {"ARCHITECTURE.md": CLEAN["ARCHITECTURE.md"].replace("`diff/`", "`x/`")}, "src/diff/"),
    ("no page at all", {"ARCHITECTURE.md": ""}, "src/base/"),
]


def self_test():
    def complaints_of(changes):
        with tempfile.TemporaryDirectory() as folder:
            for name, text in {**CLEAN, **changes}.items():
                path = pathlib.Path(folder, name)
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text, encoding="utf-8")
            return check(folder)

    failures = [f"a clean tree: {complaint}" for complaint in complaints_of({})]
    for what, changes, expected in FAULTS:
        complaints = complaints_of(changes)
        if len(complaints) < 1 or not any(expected in complaint for complaint in complaints):
            failures.append(f"{what}: expected “{expected}”, got {complaints}")
    return failures


def main(arguments):
    if arguments == ["--self-test"]:
        complaints = self_test()
        done = f"{len(FAULTS)} faults, each found"
    else:
        root = arguments[0] if arguments else pathlib.Path(__file__).resolve().parent.parent
        complaints = check(root)
        done = f"{len(Tree(root).files)} files in {len(ARROWS)} rooms, no complaint"
    for complaint in complaints:
        print(complaint)
    if not complaints:
        print(f"layers: {done}")
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
