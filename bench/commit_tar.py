"""docker commit plus a tar of the volume, which commit leaves out.

The container is frozen around both: a tar of the files of a running server is torn, and the image
and the tar would be of two moments.
"""

import os
import time

import engine
from methods import Snapshot


class CommitAndTar:
    key = "commit"
    title = "commit and tar"

    def __init__(self, work, kind):
        self._work = work
        self._kind = kind

    def _tar(self, image, mount, *words):
        return engine.docker(
            "run", "--rm", "--network", "none", *mount, "--volume", f"{self._work.folder}:/backup",
            "--entrypoint", "tar", image, "--directory", self._kind.data, *words,
        )  # fmt: skip

    def snapshot(self, source):
        image = self._work.name("commit")
        file = image + ".tar"
        start = time.monotonic()
        engine.docker("pause", source.name)
        try:
            steps = [
                engine.docker("commit", source.name, image),
                self._tar(source.image, ["--volumes-from", f"{source.name}:ro"], "-cf", f"/backup/{file}", "."),
            ]
        finally:
            engine.docker("unpause", source.name)
        seconds = time.monotonic() - start
        committed = engine.image_size(image) - engine.image_size(source.image)
        stored = committed + os.path.getsize(self._work.file(file))
        return Snapshot(seconds, max(step.peak_bytes for step in steps), stored, image, file)

    def boot(self, snapshot):
        name = self._work.name("copy")
        engine.docker("volume", "create", name)
        mount = ["--volume", f"{name}:{self._kind.data}"]
        self._tar(snapshot.image, mount, "-xpf", f"/backup/{snapshot.handle}")
        engine.docker("run", "-d", "--name", name, *mount, *self._kind.run_options, snapshot.image)
        return name

    def discard(self, container):
        engine.docker("rm", "-fv", container)
        engine.docker("volume", "rm", container)

    def remove(self, snapshot):
        engine.docker("rmi", "-f", snapshot.image)
        os.unlink(self._work.file(snapshot.handle))
