"""Replace and undo: the same database with its data in an anonymous and in a named volume, after a
little and after all of it has changed."""

import os
import time
from typing import NamedTuple

import database
import engine

class Others(NamedTuple):
    dump: object  # None: not measured
    extract: object


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
    figures.add("replace, estimated", name, told["estimate"])
    figures.add("replace, written", name, told["written_bytes"])
    start = time.monotonic()
    dksnap.undo(source.name)
    _expect(source, source.notes)
    figures.add("undo, full query", name, time.monotonic() - start)
    dksnap.prune()


def _by_extraction(extract, source, volume, path, figures, scale):
    os.sync()
    figures.add("replace, stood still", f"{scale}, {extract.key}", extract.replace(source, volume, path))
    source.expect_rows(source.name)


def _in_place(work, dksnap, extract, image, scale, place, figures, runs):
    volume = work.name("data") if place == "named volume" else None
    options = ["--volume", f"{volume}:{database.DATA}"] if volume else []
    source = database.Source(work, image, scale, options)
    size = source.size()
    notes = source.notes
    snapshot = dksnap.snapshot(source)
    backup = extract.save(source) if volume else None
    for change in CHANGES:
        engine.say(f"replace: {size / 1e6:.0f} MB, {place}, {change} changed")
        _change(source, change)
        for _ in range(runs):
            _there_and_back(dksnap, snapshot, source, figures, key(scale, place, change), notes)
    if volume:
        _by_extraction(extract, source, volume, backup, figures, scale)
        os.remove(backup)
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


def measure(work, dksnap, others, image, scales, figures, runs):
    """Returns the sizes of the databases. The first scale is the compared one; the others, which take
    long, are measured once."""
    sizes = []
    if others.dump is not None:
        _by_dump(work, others.dump, image, scales[0], figures, runs)
    for scale in scales:
        for place in PLACES:
            again = runs if scale == scales[0] else 1
            size = _in_place(work, dksnap, others.extract, image, scale, place, figures, again)
        sizes.append(size)
    return sizes
