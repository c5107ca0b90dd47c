"""What is asked of dksnap, and whether it was met."""

import diffs
import replaces
from report import Table, megabytes, milliseconds, seconds


def _goal(what, goal, value, limit, show, at_least=False):
    if value is None:
        return [what, goal, "-", "not measured"]
    met = value >= limit if at_least else value < limit
    return [what, goal, show(value), "met" if met else "NOT MET"]


def _quotient(one, other):
    return one / other if one and other else None


def _of_postgres(figures, kind, scales, replace_scales):
    """Those of the table `Figures to reach`; the original is stood for by its method."""
    first = _quotient(figures.median("first, seconds", "dump"), figures.median("first, seconds", "dksnap"))
    sizes = [figures.median(f"size {scale}, boot, first query", "dksnap") for scale in scales]
    growth = _quotient(sizes[-1], sizes[0]) if sizes else None
    times = "{:.1f} times".format
    freeze = figures.worst("freeze", "dksnap")
    place, few = kind.places, replaces.CHANGES[0]
    anonymous = replaces.key(replace_scales[0], place[0], few)
    named = [replaces.key(scale, place[1], few) for scale in replace_scales]
    faster = _quotient(
        figures.median("replace, full query", "dump"), figures.median("replace, full query", anonymous)
    )
    stills = [figures.worst("replace, stood still", name) for name in named]
    still = max((value for value in stills if value), default=None)
    first_backup = _quotient(figures.median("first, seconds", "dksnap"), figures.median("first, seconds", "backup"))
    diff, dumps, diff_peak = diffs.goal(figures)
    next_backup = _quotient(figures.median("next, seconds", "dksnap"), figures.median("next, seconds", "backup"))
    return [
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
        _goal("diff, 21 of 2 million rows changed, against two dumps", "5 times faster", _quotient(dumps, diff), 5, times,
              at_least=True),  # fmt: skip
        _goal("memory of the client of diff", "under 64 MB", diff_peak, 64e6, megabytes),
    ]


def _of_others(figures, kind, scales, replace_scales):
    """What holds for every kind, and what this one is asked for."""
    boot = figures.median("boot, first query", "dksnap")
    freeze = figures.worst("freeze", "dksnap")
    rows = [
        _goal("memory of the client", "under 32 MB", figures.worst("peak", "dksnap"), 32e6, megabytes),
        _goal("standstill under write load, worst", "under 150 ms", freeze, 0.15, milliseconds),
    ]
    if not kind.boot_ratio:  # what loads all of it takes as long for either
        key = replaces.key(replace_scales[0], kind.places[0], replaces.CHANGES[0])
        ours = figures.median("replace, full query", key)
        faster = _quotient(figures.median("replace, full query", "dump"), ours)
        what = f"replace until {kind.big} {kind.is_counted}, against {kind.dump_title()}"
        rows.append(_goal(what, "5 times faster", faster, 5, "{:.1f} times".format, at_least=True))
    if kind.boot_seconds:
        goal = f"under {kind.boot_seconds} s"
        rows.append(_goal("boot until the first query", goal, boot, kind.boot_seconds, seconds))
        for scale in scales:
            value = figures.median(f"size {scale}, boot, first query", "dksnap")
            rows.append(_goal(f"the same at scale {scale}", goal, value, kind.boot_seconds, seconds))
    if kind.boot_ratio:
        own = figures.median("own load", kind.key)
        what = f"boot until the first query / the server's own load of the same file, {seconds(own)}"
        rows.append(_goal(what, f"under {kind.boot_ratio}", _quotient(boot, own), kind.boot_ratio, "{:.2f}".format))
    return rows


def table(figures, kind, scales, replace_scales):
    of = _of_postgres if kind.key == "postgres" else _of_others
    return Table("Goals", ["", "goal", "measured", ""], of(figures, kind, scales, replace_scales))
