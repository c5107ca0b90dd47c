"""What changed between two snapshots: dksnap's diff, cold and out of its cache, beside two dumps that are read whole and
compared as text, which is how the original dksnap told it."""

import difflib
import os
import time

import engine
from report import Table, megabytes, ratio, seconds
from source import Source

# What is changed, and how.
CASES = {
    "21 rows of the big table": "UPDATE pgbench_accounts SET abalance = abalance + 1 WHERE aid % 95238 = 7",
    "every row of a small table": "UPDATE pgbench_branches SET bbalance = bbalance + 1",
}


def _by_dumps(dksnap, source, snapshots):
    """Boots both, reads both dumps whole and compares their lines; seconds and how many differ."""
    start = time.monotonic()
    texts = []
    for snapshot in snapshots:
        container = dksnap.boot(snapshot)
        source.kind.wait_for_answer(container)
        texts.append(engine.docker("exec", "-u", "postgres", container, "pg_dumpall").out.splitlines())
        dksnap.discard(container)
    before, after = set(texts[0]), set(texts[1])
    changed = sum(line not in before for line in texts[1]) + sum(line not in after for line in texts[0])
    # Of what differs alone: the whole would take difflib hours.
    for _ in difflib.unified_diff([line for line in texts[0] if line not in after],
                                  [line for line in texts[1] if line not in before], n=0):  # fmt: skip
        pass
    return time.monotonic() - start, changed


def measure(work, dksnap, kind, image, scales, figures, runs):
    """Returns the sizes of the databases. The first case at the first scale, the second at the last."""
    sizes = []
    for scale, (case, statement) in zip([scales[0], scales[-1]], CASES.items()):
        engine.say(f"diff: filling a database of scale {scale}")
        source = Source(work, kind, image, scale)
        sizes.append(source.size())
        before = dksnap.snapshot(source)
        kind.run_statement(source.name, statement)
        after = dksnap.snapshot(source)
        source.remove()
        for run in range(runs):
            engine.say(f"diff: {case}, {run + 1} of {runs}")
            dksnap.forget_diffs()
            os.sync()
            for name in ("cold", "cached"):
                told = dksnap.diff(before, after)
                figures.add(f"diff, {name}", case, told.seconds)
                figures.add("diff, peak", case, told.peak_bytes)
                figures.add("diff, rows", case, told.rows)
            figures.add("diff, dumps", case, _by_dumps(dksnap, source, [before, after])[0])
        dksnap.remove(after)
        dksnap.remove(before)
    return sizes


def table(figures, sizes):
    columns = ["database", "changed", "rows told", "cold", "cached", "two dumps as text", "two dumps / cold",
               "peak memory of the client"]  # fmt: skip
    rows = []
    for size, case in zip(sizes, CASES):
        cold, dumps = figures.median("diff, cold", case), figures.median("diff, dumps", case)
        rows.append([
            megabytes(size), case, str(figures.worst("diff, rows", case)), seconds(cold),
            seconds(figures.median("diff, cached", case)), seconds(dumps), ratio(dumps, cold),
            megabytes(figures.worst("diff, peak", case)),
        ])  # fmt: skip
    return Table("Diff of two snapshots (medians; the worst for the memory)", columns, rows)


def goal(figures):
    case = next(iter(CASES))
    return figures.median("diff, cold", case), figures.median("diff, dumps", case), figures.worst("diff, peak", case)
