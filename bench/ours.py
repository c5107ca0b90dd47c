"""dksnap itself, as a user types it."""

import json
import os
import re
import shutil
from typing import NamedTuple

import engine
from methods import Snapshot


def _first_word(step):
    """"copied", of "copied 307 MB; frozen for ..."."""
    return re.match(r"\w*", step).group()


class Told(NamedTuple):
    seconds: float
    peak_bytes: int
    rows: int


class Dksnap:
    key = "dksnap"
    title = "dksnap"

    def __init__(self, work, program):
        self._program = os.path.abspath(program)
        self._work = work
        self._env = {"XDG_STATE_HOME": work.file("state"), "XDG_CACHE_HOME": work.file("cache")}

    def _run(self, *words):
        return engine.run([self._program, *words], env=self._env)

    def version(self):
        return self._run("version").out.strip()

    def snapshot(self, source):
        taken = self._run("create", source.name, "-m", self._work.name("snapshot"), "--json")
        made = json.loads(taken.out.splitlines()[-1])
        made["steps"] = [
            (_first_word(event["text"]), event["seconds"])
            for event in map(json.loads, filter(lambda line: line.startswith("{"), taken.err.splitlines()))
            if event.get("message_type") == "step_ends"
        ]
        image = made["names"][0]
        below = self._image_below(made, source)
        stored = engine.image_size(image) - engine.image_size(below)
        return Snapshot(taken.seconds, taken.peak_bytes, stored, image, made)

    def _image_below(self, made, source):
        if not made["parent"]:
            return source.image
        return json.loads(self._run("show", made["parent"], "--json").out.splitlines()[-1])["names"][0]

    def boot(self, snapshot):
        name = self._work.name("copy")
        self._run("boot", snapshot.handle["id"], "--name", name, "--json")
        return name

    def replace(self, container, snapshot):
        """Returns what the command says of it."""
        done = self._run("replace", container, "--with", snapshot.handle["id"], "-y", "--json")
        told = json.loads(done.out.splitlines()[-1])
        plan = re.search(r"stand-still (.*?); clients", done.err)
        told["estimate"] = plan.group(1) if plan else "-"
        return told

    def undo(self, container):
        self._run("undo", container, "-y", "--json")

    def diff(self, before, after):
        told = self._run("diff", before.handle["id"], after.handle["id"], "--json")
        summary = json.loads(told.out.splitlines()[-1])
        rows = sum(summary[f"rows_{what}"] for what in ("added", "removed", "modified"))
        return Told(told.seconds, told.peak_bytes, rows)

    def forget_diffs(self):
        shutil.rmtree(self._env["XDG_CACHE_HOME"], ignore_errors=True)

    def prune(self):
        """All that is kept for undo."""
        self._run("prune", "--now", "-y", "-q")

    def discard(self, container):
        engine.docker("rm", "-fv", container)

    def remove(self, snapshot):
        self._run("rm", "-y", "-q", "--now", snapshot.handle["id"])
