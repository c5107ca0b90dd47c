#!/usr/bin/env python3
"""tests/filters_test.py PROGRAM FILTER...: every test of PROGRAM is in one of the filters, and in one only.

A suite that no filter names would never be run, and nobody would miss it.
"""
import subprocess
import sys


def tests_of(program, gtest_filter):
    listed = subprocess.run(
        [program, "--gtest_list_tests", f"--gtest_filter={gtest_filter}"], capture_output=True, text=True, check=True
    ).stdout
    suite, found = "", set()
    for line in listed.splitlines():
        name = line.split("#")[0].rstrip()
        if name and not name.startswith(" "):
            suite = name
        elif name:
            found.add(suite + name.strip())
    return found


def main(program, filters):
    runs = {gtest_filter: tests_of(program, gtest_filter) for gtest_filter in filters}
    complaints = [f"{test}: in no filter" for test in sorted(tests_of(program, "*") - set().union(*runs.values()))]
    complaints += [f"{gtest_filter}: no test fits it" for gtest_filter, tests in runs.items() if not tests]
    filters = list(runs)
    for i, one in enumerate(filters):
        for other in filters[i + 1 :]:
            complaints += [f"{test}: in {one} and in {other}" for test in sorted(runs[one] & runs[other])]
    print("\n".join(complaints) or f"filters: {sum(map(len, runs.values()))} tests in {len(runs)} runs")
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2:]))
