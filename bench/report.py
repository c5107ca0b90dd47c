"""The figures as tables, in text or Markdown, and the goals."""

from typing import NamedTuple

import replaces


class Table(NamedTuple):
    title: str
    columns: list
    rows: list


def seconds(value):
    return f"{value:.2f} s" if value is not None else "-"


def milliseconds(value):
    return f"{value * 1000:.0f} ms" if value is not None else "-"


def megabytes(value):
    if value is None:
        return "-"
    return f"{value / 1e6:.1f} MB" if value < 99.95e6 else f"{value / 1e6:.0f} MB"


def ratio(theirs, ours):
    return f"{theirs / ours:.1f}" if theirs and ours else "-"


COMPARED = [
    ("first snapshot", "first, seconds", seconds),
    ("next snapshot, 5 rows of a small table added", "next, seconds", seconds),
    ("snapshot under write load", "load, seconds", seconds),
    ("the database stands still, under write load", "freeze", milliseconds),
    ("boot until the first query is answered", "boot, first query", seconds),
    ("boot until the big table is counted", "boot, full query", seconds),
    ("disk: first snapshot", "first, stored", megabytes),
    ("disk: next snapshot", "next, stored", megabytes),
    ("disk: a booted copy, after the count", "boot, disk", megabytes),
    ("peak memory of the client", "peak", megabytes),
]


def compared(figures, methods):
    others = [method for method in methods if method.key != "dksnap"]
    columns = ["", *(method.title for method in methods), *(f"{method.title} / dksnap" for method in others)]
    rows = []
    for title, name, show in COMPARED:
        pick = figures.worst if name in ("peak", "freeze") else figures.median
        values = {method.key: pick(name, method.key) for method in methods}
        ratios = [ratio(values[method.key], values.get("dksnap")) for method in others]
        rows.append([title, *(show(value) for value in values.values()), *ratios])
    return Table("Compared (medians; the worst for the standstill and the memory)", columns, rows)


def steps(figures):
    rows = []
    for name, title in (("first, steps", "first"), ("next, steps", "next")):
        shown = ", ".join(f"{step} {seconds(figures.median(name, step))}" for step in figures.keys(name))
        rows.append([title, shown or "-"])
    return Table("Where the time of `dksnap create` goes", ["snapshot", "step by step"], rows)


def by_size(figures, scales, sizes):
    columns = ["database", "dksnap create", "disk", "boot until the first query", "until the big table is counted"]
    rows = [
        [
            megabytes(size),
            seconds(figures.median(f"size {scale}, create", "dksnap")),
            megabytes(figures.median(f"size {scale}, stored", "dksnap")),
            seconds(figures.median(f"size {scale}, boot, first query", "dksnap")),
            seconds(figures.median(f"size {scale}, boot, full query", "dksnap")),
        ]
        for scale, size in zip(scales, sizes)
    ]
    return Table("Boot by size (dksnap only)", columns, rows)


def replaced(figures, scales, sizes):
    columns = ["database", "its data is in", "changed since", "replace until the big table is counted",
               "the database stands still", "as the plan says", "written to the volume",
               "undo until the big table is counted"]  # fmt: skip
    rows = []
    for scale, size in zip(scales, sizes):
        for place in replaces.PLACES:
            for change in replaces.CHANGES:
                name = replaces.key(scale, place, change)
                rows.append([
                    megabytes(size), place, change,
                    seconds(figures.median("replace, full query", name)),
                    seconds(figures.worst("replace, stood still", name)),
                    (figures.all("replace, estimated", name) or ["-"])[-1],
                    megabytes(figures.median("replace, written", name)),
                    seconds(figures.median("undo, full query", name)),
                ])  # fmt: skip
        still = seconds(figures.median("replace, stood still", f"{scale}, extract"))
        rows.append([megabytes(size), "named volume", "stop, extract, start", "-", still, "-", "-", "-"])
    theirs = seconds(figures.median("replace, full query", "dump"))
    rows.append([megabytes(sizes[0]), "anonymous volume", "dump and replay", theirs, theirs, "-", "-", "-"])
    return Table("Replace and undo (medians; the worst for the stand-still)", columns, rows)


def spread(figures, methods):
    """Every run, for those who do not trust a median."""
    rows = []
    for title, name, show in COMPARED:
        for method in methods:
            values = figures.all(name, method.key)
            if len(values) > 1:
                rows.append([title, method.title, ", ".join(show(value) for value in values)])
    name = "replace, full query"
    for key in figures.keys(name):
        rows.append(["replace until the big table is counted", key, ", ".join(map(seconds, figures.all(name, key)))])
        still = figures.all("replace, stood still", key)
        if still:
            rows.append(["standstill of a replace", key, ", ".join(map(seconds, still))])
    return Table("All runs", ["", "method", "values"], rows)


def _goal(what, goal, value, limit, show, at_least=False):
    if value is None:
        return [what, goal, "-", "not measured"]
    met = value >= limit if at_least else value < limit
    return [what, goal, show(value), "met" if met else "NOT MET"]


def _quotient(one, other):
    return one / other if one and other else None


def goals(figures, scales, replace_scales):
    """Those of the table `Figures to reach`; the original is stood for by its method."""
    first = _quotient(figures.median("first, seconds", "dump"), figures.median("first, seconds", "dksnap"))
    sizes = [figures.median(f"size {scale}, boot, first query", "dksnap") for scale in scales]
    growth = _quotient(sizes[-1], sizes[0]) if sizes else None
    times = "{:.1f} times".format
    freeze = figures.worst("freeze", "dksnap")
    place, few = replaces.PLACES, replaces.CHANGES[0]
    anonymous = replaces.key(replace_scales[0], place[0], few)
    named = [replaces.key(scale, place[1], few) for scale in replace_scales]
    faster = _quotient(
        figures.median("replace, full query", "dump"), figures.median("replace, full query", anonymous)
    )
    stills = [figures.worst("replace, stood still", name) for name in named]
    still = max((value for value in stills if value), default=None)
    first_backup = _quotient(figures.median("first, seconds", "dksnap"), figures.median("first, seconds", "backup"))
    next_backup = _quotient(figures.median("next, seconds", "dksnap"), figures.median("next, seconds", "backup"))
    rows = [
        _goal("first snapshot, against dump and replay", "4 times faster", first, 4, times, at_least=True),
        _goal("first snapshot / pg_basebackup with zstd", "under 2.5", first_backup, 2.5, "{:.1f}".format),
        _goal("next snapshot / pg_basebackup with zstd", "under 1", next_backup, 1, "{:.1f}".format),
        _goal("memory of the client", "under 32 MB", figures.worst("peak", "dksnap"), 32e6, megabytes),
        _goal("next snapshot", "under 2.5 s", figures.median("next, seconds", "dksnap"), 2.5, seconds),
        _goal("standstill under write load, worst", "under 150 ms", freeze, 0.15, milliseconds),
        _goal("boot until the first query", "under 1.5 s", figures.median("boot, first query", "dksnap"), 1.5, seconds),
        _goal("the same, large database / small one", "under 1.25", growth, 1.25, "{:.2f}".format),
        _goal("replace until the big table is counted", "5 times faster", faster, 5, times, at_least=True),
        _goal("standstill of a replace, named volume, a few rows changed, worst", "under 1.5 s", still, 1.5, seconds),
        _goal("the same, large database / small one", "under 1.3", _quotient(stills[-1], stills[0]), 1.3, "{:.2f}".format),
        ["diff, 21 of 2 million rows changed", "5 times faster, under 64 MB", "-", "not measured"],
    ]
    return Table("Goals", ["", "goal", "measured", ""], rows)


def pairs(title, rows):
    return Table(title, ["", ""], [list(row) for row in rows])


def as_text(table):
    lines = [table.columns, *table.rows] if any(table.columns) else table.rows
    widths = [max(len(line[column]) for line in lines) for column in range(len(table.columns))]
    out = [table.title, "-" * len(table.title)]
    out += ["  ".join(cell.ljust(width) for cell, width in zip(line, widths)).rstrip() for line in lines]
    return "\n".join(out) + "\n"


def as_markdown(table):
    lines = [table.columns, ["---"] * len(table.columns), *table.rows]
    return f"### {table.title}\n\n" + "\n".join(f"| {' | '.join(line)} |" for line in lines) + "\n"
