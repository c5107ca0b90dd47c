"""The figures as tables, in text or Markdown."""

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


# {few} and {big}: in the words of the kind.
COMPARED = [
    ("first snapshot", "first, seconds", seconds),
    ("next snapshot, {few}", "next, seconds", seconds),
    ("snapshot under write load", "load, seconds", seconds),
    ("the database stands still, under write load", "freeze", milliseconds),
    ("boot until the first query is answered", "boot, first query", seconds),
    ("boot until {big} {is_counted}", "boot, full query", seconds),
    ("disk: first snapshot", "first, stored", megabytes),
    ("disk: next snapshot", "next, stored", megabytes),
    ("disk: a booted copy, after the count", "boot, disk", megabytes),
    ("peak memory of the client", "peak", megabytes),
]


def _said(text, kind):
    return text.format(few=kind.few, big=kind.big, is_counted=kind.is_counted)


def _until_counted(kind):
    return _said("until {big} {is_counted}", kind)


def compared(figures, kind, methods):
    others = [method for method in methods if method.key != "dksnap"]
    columns = ["", *(method.title for method in methods), *(f"{method.title} / dksnap" for method in others)]
    rows = []
    for title, name, show in COMPARED:
        pick = figures.worst if name in ("peak", "freeze") else figures.median
        values = {method.key: pick(name, method.key) for method in methods}
        ratios = [ratio(values[method.key], values.get("dksnap")) for method in others]
        rows.append([_said(title, kind), *(show(value) for value in values.values()), *ratios])
    return Table("Compared (medians; the worst for the standstill and the memory)", columns, rows)


def steps(figures):
    rows = []
    for name, title in (("first, steps", "first"), ("next, steps", "next")):
        shown = ", ".join(f"{step} {seconds(figures.median(name, step))}" for step in figures.keys(name))
        rows.append([title, shown or "-"])
    return Table("Where the time of `dksnap create` goes", ["snapshot", "step by step"], rows)


def by_size(figures, kind, scales, sizes):
    columns = ["database", "dksnap create", "disk", "boot until the first query", _until_counted(kind)]
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


def replaced(figures, kind, scales, sizes):
    counted = _until_counted(kind)
    columns = ["database", "its data is in", "changed since", f"replace {counted}", "the database stands still",
               "as the plan says", "written to the volume", f"undo {counted}"]  # fmt: skip
    rows = []
    for scale, size in zip(scales, sizes):
        for place in kind.places:
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
        if kind.key == "postgres":
            still = seconds(figures.median("replace, stood still", f"{scale}, extract"))
            rows.append([megabytes(size), "named volume", "stop, extract, start", "-", still, "-", "-", "-"])
    theirs = seconds(figures.median("replace, full query", "dump"))
    rows.append([megabytes(sizes[0]), kind.places[0], kind.dump_title(), theirs, theirs, "-", "-", "-"])
    return Table("Replace and undo (medians; the worst for the stand-still)", columns, rows)


def spread(figures, kind, methods):
    """Every run, for those who do not trust a median."""
    rows = []
    for title, name, show in COMPARED:
        for method in methods:
            values = figures.all(name, method.key)
            if len(values) > 1:
                rows.append([_said(title, kind), method.title, ", ".join(show(value) for value in values)])
    name = "replace, full query"
    for key in figures.keys(name):
        rows.append([f"replace {_until_counted(kind)}", key, ", ".join(map(seconds, figures.all(name, key)))])
        still = figures.all("replace, stood still", key)
        if still:
            rows.append(["standstill of a replace", key, ", ".join(map(seconds, still))])
    return Table("All runs", ["", "method", "values"], rows)


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
