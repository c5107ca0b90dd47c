"""The measurements. Each method is asked for the same thing in turn, so that all see the same hour."""

import os
import time
from collections import defaultdict
from statistics import median

import engine
from source import Source


class Figures:
    """Values by name and method; every value of every run is kept."""

    def __init__(self):
        self._values = defaultdict(list)

    def add(self, name, method, value):
        self._values[name, method].append(value)

    def all(self, name, method):
        return self._values.get((name, method), [])

    def median(self, name, method):
        values = self.all(name, method)
        return median(values) if values else None

    def keys(self, name):
        """The methods, or whatever else the values of that name are told apart by, in order of measuring."""
        return [method for known, method in self._values if known == name]

    def worst(self, name, method):
        return max(self.all(name, method), default=None)


def can_boot(method):
    return getattr(method, "boots", True)


def timed_boot(method, snapshot, figures, source, name=""):
    """Until the first query and until the first query over all of the big table is answered."""
    os.sync()
    start = time.monotonic()
    container = method.boot(snapshot)
    source.kind.wait_for_answer(container)
    figures.add(f"{name}boot, first query", method.key, time.monotonic() - start)
    source.expect_rows(container)
    figures.add(f"{name}boot, full query", method.key, time.monotonic() - start)
    source.expect_notes(container)
    figures.add(f"{name}boot, disk", method.key, source.kind.disk_of(container))
    method.discard(container)


def _snapshot(method, source, figures, name):
    os.sync()
    snapshot = method.snapshot(source)
    figures.add(f"{name}, seconds", method.key, snapshot.seconds)
    figures.add(f"{name}, stored", method.key, snapshot.stored_bytes)
    figures.add("peak", method.key, snapshot.peak_bytes)
    if method.key == "dksnap":
        for step, seconds in snapshot.handle["steps"]:
            figures.add(f"{name}, steps", step, seconds)
    return snapshot


def first_snapshots(work, methods, source, figures, runs):
    """Returns the last one of each method."""
    last = {}
    for turn in range(runs):
        for method in methods:
            engine.say(f"first snapshot {turn + 1} of {runs}: {method.title}")
            if method.key in last:
                method.remove(last[method.key])
                work.remove_stage_images()
            last[method.key] = _snapshot(method, source, figures, "first")
    return last


def next_snapshots(methods, source, figures, runs):
    for turn in range(runs):
        source.change()
        for method in methods:
            engine.say(f"next snapshot {turn + 1} of {runs}: {method.title}")
            snapshot = _snapshot(method, source, figures, "next")
            if method.key != "dksnap":  # the others' do not grow from one another
                method.remove(snapshot)
            elif turn == runs - 1:
                timed_boot(method, snapshot, figures, source, "next, ")


def boots(methods, snapshots, source, figures, runs):
    for turn in range(runs):
        for method in filter(can_boot, methods):
            engine.say(f"boot {turn + 1} of {runs}: {method.title}")
            timed_boot(method, snapshots[method.key], figures, source)


def under_load(methods, source, figures, runs):
    """How long the database stands still while two clients write without pause."""
    source.start_load()
    try:
        for turn in range(runs):
            for method in methods:
                engine.say(f"snapshot under write load {turn + 1} of {runs}: {method.title}")
                since = time.time()
                snapshot = method.snapshot(source)
                figures.add("load, seconds", method.key, snapshot.seconds)
                stood = engine.freezes(source.name, since, time.time())
                figures.add("freeze", method.key, sum(stood))
                if method.key == "dksnap":
                    figures.add("freeze, said", method.key, snapshot.handle["frozen_ms"] / 1000)
                else:
                    method.remove(snapshot)
                source.expect_load()
    finally:
        source.stop_load()


def boots_by_size(work, method, kind, image, scales, figures, runs):
    """Returns the sizes of the databases."""
    sizes = []
    for scale in scales:
        engine.say(f"boot by size: filling a database of scale {scale}")
        source = Source(work, kind, image, scale)
        sizes.append(source.size())
        snapshot = method.snapshot(source)
        figures.add(f"size {scale}, stored", method.key, snapshot.stored_bytes)
        figures.add(f"size {scale}, create", method.key, snapshot.seconds)
        for turn in range(runs):
            engine.say(f"boot by size: {sizes[-1] / 1e6:.0f} MB, {turn + 1} of {runs}")
            timed_boot(method, snapshot, figures, source, f"size {scale}, ")
        method.remove(snapshot)
        source.remove()
    return sizes
