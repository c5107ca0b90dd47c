"""Restoring as ddev does: stop the container, extract the backup over its volume, start it."""

import subprocess
import time

import engine


class StopAndExtract:
    key = "extract"
    title = "stop, extract, start"

    def __init__(self, work):
        self._work = work

    def save(self, source):
        path = self._work.file(self._work.name("backup"))
        engine.run(["sh", "-c", f"exec docker exec {source.name} pg_basebackup -U postgres -D - -F tar -X fetch "
                    f"-c fast >{path}"])  # fmt: skip
        return path

    def replace(self, source, volume, path):
        """Returns how long the database stood still, until it answered again."""
        start = time.monotonic()
        engine.docker("stop", source.name)
        with open(path, "rb") as backup:
            subprocess.run(
                ["docker", "run", "--rm", "-i", "-v", f"{volume}:/restored", "--entrypoint", "sh", source.image,
                 "-c", "find /restored -mindepth 1 -delete && tar -x -C /restored"],
                stdin=backup, check=True, stdout=subprocess.DEVNULL,
            )  # fmt: skip
        engine.docker("start", source.name)
        source.kind.wait_for_answer(source.name)
        return time.monotonic() - start
