"""Replace and undo: the same database with its data in an anonymous and in a named volume, after a
little and after all of it has changed."""

import os
import time

import database
import engine

PLACES = ["anonymous volume", "named volume"]
CHANGES = ["a few rows", "all of the data"]


def key(scale, place, change):
    return f"{scale}, {place}, {change}"


def _change(source, change):
    source.change()
    if change == "all of the data":
        # Every row is written anew, and every table goes to another file.
        database.query(source.name, f"UPDATE {database.TABLE} SET abalance = abalance + 1")
        database.query(source.name, "VACUUM FULL")
    database.query(source.name, "CHECKPOINT")


def _expect(source, notes):
    database.wait_for_answer(source.name)
    source.expect_rows(source.name)
    source.expect_notes(source.name, notes)


def _there_and_back(dksnap, snapshot, source, figures, name, notes):
    os.sync()
    start = time.monotonic()
    told = dksnap.replace(source.name, snapshot)
    _expect(source, notes)
    figures.add("replace, full query", name, time.monotonic() - start)
    figures.add("replace, stood still", name, told["stood_still_ms"] / 1000)
    figures.add("replace, written", name, told["written_bytes"])
    start = time.monotonic()
    dksnap.undo(source.name)
    _expect(source, source.notes)
    figures.add("undo, full query", name, time.monotonic() - start)
    dksnap.prune()


def _in_place(work, dksnap, image, scale, place, figures, runs):
    options = ["--volume", f"{work.name('data')}:{database.DATA}"] if place == "named volume" else []
    source = database.Source(work, image, scale, options)
    size = source.size()
    notes = source.notes
    snapshot = dksnap.snapshot(source)
    for change in CHANGES:
        engine.say(f"replace: {size / 1e6:.0f} MB, {place}, {change} changed")
        _change(source, change)
        for _ in range(runs):
            _there_and_back(dksnap, snapshot, source, figures, key(scale, place, change), notes)
    dksnap.remove(snapshot)
    source.remove()
    return size


def _by_dump(work, dump, image, scale, figures, runs):
    """What the original did: the container goes, and one that replays the dump takes its name."""
    source = database.Source(work, image, scale)
    snapshot = dump.snapshot(source)
    for turn in range(runs):
        engine.say(f"replace: {dump.title}, {turn + 1} of {runs}")
        os.sync()
        start = time.monotonic()
        dump.replace(source.name, snapshot)
        _expect(source, source.notes)
        figures.add("replace, full query", dump.key, time.monotonic() - start)
    dump.remove(snapshot)
    source.remove()


def measure(work, dksnap, dump, image, scales, figures, runs):
    """Returns the sizes of the databases. The first scale is the compared one; the others, which take
    long, are measured once."""
    sizes = []
    if dump is not None:
        _by_dump(work, dump, image, scales[0], figures, runs)
    for scale in scales:
        for place in PLACES:
            size = _in_place(work, dksnap, image, scale, place, figures, runs if scale == scales[0] else 1)
        sizes.append(size)
    return sizes
