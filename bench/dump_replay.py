"""Dump and replay: the method of the original dksnap, written for the bench."""

import os
import sys

import engine
from methods import Snapshot

CLIENT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "dump_client.py")


class Replayed:
    """A method whose images load a dump when they are started."""

    key = "dump"

    def __init__(self, work, kind):
        self._work = work
        self._kind = kind

    def boot(self, snapshot):
        name = self._work.name("copy")
        engine.docker("run", "-d", "--name", name, *self._kind.run_options, snapshot.image)
        return name

    def replace(self, container, snapshot):
        engine.docker("rm", "-fv", container)
        engine.docker("run", "-d", "--name", container, *self._kind.run_options, snapshot.image)

    def discard(self, container):
        engine.docker("rm", "-fv", container)

    def remove(self, snapshot):
        engine.docker("rmi", "-f", snapshot.image)


class DumpAndReplay(Replayed):
    title = "dump and replay"

    def snapshot(self, source):
        image = self._work.name("dump")
        taken = engine.run([sys.executable, CLIENT, source.name, source.image, image])
        stored = engine.image_size(image) - engine.image_size(source.image)
        return Snapshot(taken.seconds, taken.peak_bytes, stored, image)
