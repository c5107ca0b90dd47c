#!/usr/bin/env python3
"""tests/new_database_test.py: what scripts/new-database writes fits what is there, and compiles."""
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent


def run(words, where):
    result = subprocess.run(words, cwd=where, capture_output=True, text=True)
    if result.returncode != 0:
        sys.exit(f"{' '.join(map(str, words))}: status {result.returncode}\n{result.stdout}{result.stderr}")
    return result.stdout


def main():
    with tempfile.TemporaryDirectory() as directory:
        copy = pathlib.Path(directory) / "tree"
        for folder in ["src", "tests", "scripts", "docs"]:
            shutil.copytree(ROOT / folder, copy / folder, ignore=shutil.ignore_patterns("__pycache__"))
        for file in [".clang-format", "ARCHITECTURE.md", "README.md"]:
            shutil.copy(ROOT / file, copy / file)
        run(["scripts/new-database", "acorn", "--program", "acornd"], copy)
        run([sys.executable, "tests/layers_test.py"], copy)
        for source in [
            "src/databases/acorn/acorn.cpp",
            "src/databases/registry.cpp",
            "tests/contract/acorn_case.cpp",
            "tests/contract/kind_case.cpp",
            "tests/contract/kind_contract.cpp",
        ]:
            run(["c++", "-std=c++20", "-fsyntax-only", "-Wall", "-Wextra", "-Werror", "-Isrc", "-Itests", source], copy)
        again = subprocess.run(["scripts/new-database", "acorn"], cwd=copy, capture_output=True, text=True)
        if again.returncode == 0 or "is there already" not in again.stderr:
            sys.exit(f"a kind that is there was begun again: {again.stdout}{again.stderr}")
        listed = re.findall(r"&k(\w+)", (copy / "src/databases/registry.cpp").read_text())
        if "Acorn" not in listed:
            sys.exit(f"not in the list of kinds: {listed}")


if __name__ == "__main__":
    main()
