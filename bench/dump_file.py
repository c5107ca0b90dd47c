"""The kind's own dump, in a file, and an image of the base with it, which loads it at its first start."""

import os
import shutil

import engine
from dump_replay import Replayed
from methods import Snapshot


class DumpFile(Replayed):
    def __init__(self, work, kind):
        super().__init__(work, kind)
        self._replay = kind.replay()
        self.title = self._replay.title

    def snapshot(self, source):
        image = self._work.name("dump")
        folder = self._work.file(image)
        os.mkdir(folder)
        words = " ".join(self._replay.dump)
        dumped = engine.run(["sh", "-c", f"exec docker exec {source.name} {words} >{folder}/dump"])
        # The server of an image may be another user.
        os.chmod(f"{folder}/dump", 0o644)
        files = {"Dockerfile": f"FROM {source.image}\n{self._replay.lines}\n", **self._replay.files}
        for name, content in files.items():
            with open(os.path.join(folder, name), "w", encoding="utf-8") as file:
                file.write(content)
        built = engine.docker("build", "--quiet", "--no-cache", "--tag", image, folder, env={"DOCKER_BUILDKIT": "0"})
        shutil.rmtree(folder)
        stored = engine.image_size(image) - engine.image_size(source.image)
        return Snapshot(dumped.seconds + built.seconds, max(dumped.peak_bytes, built.peak_bytes), stored, image)
