"""Replace and undo: the same database with its data in an anonymous and in a named volume, after a
little and after all of it has changed."""

import os
import time
from typing import NamedTuple

import engine
from source import Source


class Others(NamedTuple):
    dump: object  # None: not measured
    extract: object  # likewise


CHANGES = ["a few rows", "all of the data"]


def key(scale, place, change):
    return f"{scale}, {place}, {change}"


def _change(source, change):
    source.change()
    if change == "all of the data":
        source.kind.change_all(source.name)
    source.kind.flush(source.name)


def _expect(source, notes):
    source.kind.wait_for_answer(source.name)
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


def _in_place(work, dksnap, extract, kind, image, scale, place, figures, runs):
    volume = work.name("data") if place == "named volume" else None
    options = ["--volume", f"{volume}:{kind.data}"] if volume else []
    source = Source(work, kind, image, scale, options)
    size = source.size()
    notes = source.notes
    snapshot = dksnap.snapshot(source)
    backup = extract.save(source) if volume and extract else None
    for change in CHANGES:
        engine.say(f"replace: {size / 1e6:.0f} MB, {place}, {change} changed")
        _change(source, change)
        for _ in range(runs):
            _there_and_back(dksnap, snapshot, source, figures, key(scale, place, change), notes)
    if backup:
        _by_extraction(extract, source, volume, backup, figures, scale)
        os.remove(backup)
    dksnap.remove(snapshot)
    source.remove()
    return size


def _by_dump(work, dump, kind, image, scale, figures, runs):
    """What the original did: the container goes, and one that replays the dump takes its name."""
    source = Source(work, kind, image, scale)
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


def measure(work, dksnap, others, kind, image, scales, figures, runs):
    """Returns the sizes of the databases. The first scale is the compared one; the others, which take
    long, are measured once."""
    sizes = []
    if others.dump is not None:
        _by_dump(work, others.dump, kind, image, scales[0], figures, runs)
    for scale in scales:
        for place in kind.places:
            again = runs if scale == scales[0] else 1
            size = _in_place(work, dksnap, others.extract, kind, image, scale, place, figures, again)
        sizes.append(size)
    return sizes
