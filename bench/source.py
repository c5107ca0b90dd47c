"""The database that is measured."""

import os

import engine


def _expect(container, what, answer, number):
    if answer != number:
        raise engine.Failed(f"{container} has {answer} {what}, not {number}: the copy is not whole")


class Source:
    """The container that snapshots are taken of."""

    def __init__(self, work, kind, image, scale, options=()):
        self.name = work.name("source")
        self.kind = kind
        self.image = image
        self.scale = scale
        self.notes = 0
        self._writers = None
        engine.docker("run", "-d", "--name", self.name, *kind.run_options, *options, image)
        kind.wait_for_answer(self.name)
        kind.fill(self.name, scale)
        self.change()
        kind.flush(self.name)
        os.sync()

    def change(self):
        """A few rows of the small table."""
        self.kind.change(self.name)
        self.notes += 5

    def size(self):
        return self.kind.size(self.name)

    def version(self):
        return self.kind.version(self.name)

    def start_load(self):
        self._writers = self.kind.start_load(self.name)

    def expect_load(self):
        self.kind.expect_load(self._writers)

    def stop_load(self):
        self.kind.stop_load(self.name, self._writers)

    def remove(self):
        engine.docker("rm", "-fv", self.name)

    def expect_rows(self, copy):
        """Looks at all of the big table."""
        rows = self.scale * self.kind.rows_per_scale
        _expect(copy, f"{self.kind.rows} of {self.kind.big}", self.kind.count(copy), rows)

    def expect_notes(self, copy, number=None):
        number = self.notes if number is None else number
        _expect(copy, f"small {self.kind.rows}", self.kind.count_notes(copy), number)
