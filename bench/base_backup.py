"""The bare physical backup: what PostgreSQL's own program writes into one compressed file. It makes no image, and
nothing boots from it."""

import os

import engine
from methods import Snapshot


class BaseBackup:
    key = "backup"
    title = "pg_basebackup"
    boots = False

    def __init__(self, work):
        self._work = work

    def snapshot(self, source):
        path = self._work.file(self._work.name("backup"))
        taken = engine.run(["sh", "-c", f"exec docker exec {source.name} pg_basebackup -U postgres -D - -F tar "
                            f"-X fetch -c fast -Z server-zstd:1 --no-manifest >{path}"])  # fmt: skip
        return Snapshot(taken.seconds, taken.peak_bytes, os.path.getsize(path), "", path)

    def remove(self, snapshot):
        os.remove(snapshot.handle)
