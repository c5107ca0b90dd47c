"""What the bench has to know of a kind of database, whichever it is: how to fill one, and to ask copies of it."""

import base64
import os
import subprocess
import sys
import time
from typing import NamedTuple

import dump_file
import engine

LIMIT_SECONDS = 600
FIRST_QUERY_SECONDS = 5  # one try of it
WRITER = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "writer.py")


class Replay(NamedTuple):
    """The kind's own dump, and how an image of the base loads it."""

    title: str
    dump: list  # run in the container; its standard output is the dump
    lines: str  # of the Dockerfile, after FROM
    files: dict = {}  # further files beside the Dockerfile, by name


class Kind:
    """A scale is about 15 MB of data, so that a number means the same to all kinds."""

    key = ""
    title = ""
    lab_image = ""
    port = 0
    data = ""  # where the server has its files
    rows_per_scale = 0
    run_options = ()  # what every container is run with, whichever method made its image
    places = ("anonymous volume", "named volume")  # where data lies that is replaced
    engines = "containerd"  # default of --engine
    methods = "dksnap,dump"  # default of --methods
    sizes = ()  # scales for boot by size
    contents = ""  # what the rows hold
    # In reports:
    rows = "rows"
    big = "the big table"
    is_counted = "is counted"
    few = "5 rows of a small table added"
    # Goals:
    boot_seconds = None  # until the first query, at any size
    boot_ratio = None  # against the server's own load of the same file, where it loads all of it

    tick_seconds = 0.02  # between two tries of the first query

    # What each kind has of its own.

    def first_query(self, container):
        """A function that asks it at the published port: why there is no answer, or nothing if there is one."""
        raise NotImplementedError

    def fill(self, container, scale):
        """Makes the big one, and a small one without rows."""
        raise NotImplementedError

    def flush(self, container):
        """Returns when the server has written what it holds back."""
        raise NotImplementedError

    def change(self, container):
        """Adds 5 rows to the small one."""
        raise NotImplementedError

    def change_all(self, container):
        """Changes every row of the big one."""
        raise NotImplementedError

    def count(self, container):
        """The rows of the big one, all of which are looked at."""
        raise NotImplementedError

    def count_notes(self, container):
        """The rows of the small one."""
        raise NotImplementedError

    def size(self, container):
        """Bytes of the data."""
        raise NotImplementedError

    def version(self, container):
        raise NotImplementedError

    def replay(self):
        raise NotImplementedError

    def write(self, host, port):
        """One client of the write load, without pause; never returns."""
        raise NotImplementedError

    # What most have in common.

    def dump_title(self):
        return self.replay().title

    def extra(self, work, source, snapshot, figures, runs):
        """Measures what only this kind is asked for."""

    def others(self, work):
        """The methods to compare with."""
        return [dump_file.DumpFile(work, self)]

    def extraction(self, work):
        """The other way to restore a volume, or None."""
        del work

    def replaced_scales(self, scale, sizes):
        """Scales at which replace and undo are measured."""
        del sizes
        return [scale]

    def published(self, container):
        host, port = engine.docker("port", container, f"{self.port}/tcp").out.split()[0].rsplit(":", 1)
        return host, int(port)

    def wait_for_answer(self, container):
        ask = self.first_query(container)
        end = time.monotonic() + LIMIT_SECONDS
        while True:
            refusal = ask()
            if not refusal:
                return
            if time.monotonic() > end:
                log = engine.docker("logs", "--tail", "10", container, check=False)
                raise engine.Failed(f"{container} does not answer:\n{refusal}\n{log.out}{log.err}")
            time.sleep(self.tick_seconds)

    def disk_of(self, container):
        """What a running copy takes beside its image: the writable layer, and the volume if it has one."""
        size = engine.writable_layer_size(container)
        if engine.inspect("container", container)["Mounts"]:
            size += self.taken(container, self.data)
        return size

    def taken(self, container, path):
        return int(engine.docker("exec", container, "du", "-sk", path).out.split()[0]) * 1024

    def start_load(self, container):
        """Two clients write from now on. Returns what stop_load() takes."""
        host, port = self.published(container)
        command = [sys.executable, WRITER, self.key, host, str(port)]
        # A Ctrl-C is not theirs: they end by stop_load().
        writers = [subprocess.Popen(command, start_new_session=True) for _ in range(2)]
        # They write once their first rows are there.
        end = time.monotonic() + LIMIT_SECONDS
        try:
            while self.written(container) == 0:
                self.expect_load(writers)
                if time.monotonic() > end:
                    raise engine.Failed(f"nothing is written to {container}")
                time.sleep(0.1)
        except BaseException:
            self.stop_load(container, writers)
            raise
        return writers

    def expect_load(self, writers):
        """All of them still write."""
        if any(writer.poll() is not None for writer in writers):
            raise engine.Failed("the write load ended before it was told to")

    def written(self, container):
        """What the load has added so far."""
        raise NotImplementedError

    def stop_load(self, container, writers):
        del container
        for writer in writers:
            writer.terminate()
            writer.wait()


def random_text(count, length):
    """`count` texts of that many characters, a multiple of 4: random bytes in base64, of which compression takes
    off a quarter."""
    bytes_each = length // 4 * 3
    text = base64.b64encode(os.urandom(bytes_each * count)).decode()
    return [text[at : at + length] for at in range(0, len(text), length)]
