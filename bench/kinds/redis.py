"""Redis and Valkey."""

import os
import random
import time

import engine
from kinds.kind import FIRST_QUERY_SECONDS, LIMIT_SECONDS, Kind, Replay, random_text
from wire import redis as wire

TEXT = 216
KEYS_AT_ONCE = 2_000
SMALL = 1  # number of the database with what is not of the big one


class Redis(Kind):
    key = "redis"
    title = "Redis"
    lab_image = "redis:8"
    port = 6379
    data = "/data"
    rows_per_scale = 68_000
    run_options = ("-p", "127.0.0.1::6379")
    contents = f"{TEXT} characters of base64 of random bytes in a key"
    rows = "keys"
    big = "the keys"
    is_counted = "are counted"
    few = "5 entries of a list added"
    boot_ratio = 1.2
    dump_program = "redis-cli"

    def _connect(self, container, database=0):
        connection = wire.Connection(*self.published(container), LIMIT_SECONDS)
        if database:
            connection.command("SELECT", database)
        return connection

    def _command(self, container, *words, database=0):
        try:
            with self._connect(container, database) as connection:
                return connection.command(*words)
        except wire.Refused as error:
            raise engine.Failed(f"{container} refuses `{' '.join(map(str, words))[:80]}`: {error}") from error

    def first_query(self, container):
        """A server that still loads refuses this one too."""
        host, port = self.published(container)

        def ask():
            try:
                with wire.Connection(host, port, FIRST_QUERY_SECONDS) as connection:
                    connection.command("EXISTS", "k:0")
            except wire.Refused as error:
                return str(error) or "no answer"
            return ""

        return ask

    def fill(self, container, scale):
        with self._connect(container) as connection:
            for first in range(0, scale * self.rows_per_scale, KEYS_AT_ONCE):
                texts = random_text(KEYS_AT_ONCE, TEXT)
                connection.commands([("SET", f"k:{first + at}", text) for at, text in enumerate(texts)])

    def flush(self, container):
        end = time.monotonic() + LIMIT_SECONDS
        while "rdb_bgsave_in_progress:1" in self._command(container, "INFO", "persistence"):
            if time.monotonic() > end:
                raise engine.Failed(f"{container} saves without end")
            time.sleep(0.1)
        self._command(container, "SAVE")

    def change(self, container):
        self._command(container, "RPUSH", "notes", *random_text(5, 32), database=SMALL)

    def change_all(self, container):
        self.fill(container, self.count(container) // self.rows_per_scale)

    def count(self, container):
        """Its server knows the number; it has looked at each of them to load it."""
        return self._command(container, "DBSIZE")

    def count_notes(self, container):
        return self._command(container, "LLEN", "notes", database=SMALL)

    def size(self, container):
        return self.taken(container, f"{self.data}/dump.rdb")

    def version(self, container):
        fields = dict(line.split(":", 1) for line in self._command(container, "INFO", "server").split() if ":" in line)
        return fields.get("valkey_version", fields["redis_version"])

    def replay(self):
        return Replay(
            title=f"{self.dump_program} --rdb and load",
            dump=[self.dump_program, "--rdb", "-"],
            lines=f"COPY --chown=999:999 dump {self.data}/dump.rdb",
        )

    def written(self, container):
        return self._command(container, "LLEN", "history", database=SMALL)

    def write(self, host, port):
        with wire.Connection(host, port, LIMIT_SECONDS) as connection:
            keys = connection.command("DBSIZE")
            texts = random_text(1_000, TEXT)
            while True:
                key = f"k:{random.randrange(keys)}"
                connection.command("SET", key, random.choice(texts))
                connection.command("SELECT", SMALL)
                connection.command("RPUSH", "history", key)
                connection.command("SELECT", 0)

    def extra(self, work, source, snapshot, figures, runs):
        """How long the image's own server takes on the snapshot's file, which lies in a volume already."""
        file = work.file(work.name("own"))
        container = work.name("own")
        engine.docker("create", "--name", container, snapshot.image)
        engine.docker("cp", f"{container}:{self.data}/dump.rdb", file)
        engine.docker("rm", "-fv", container)
        for turn in range(runs):
            engine.say(f"the server's own load {turn + 1} of {runs}")
            mount = ["--volume", f"{work.name('data')}:{self.data}"]
            engine.docker("create", "--name", container, *mount, source.image)
            engine.docker("cp", file, f"{container}:{self.data}/dump.rdb")
            engine.docker("rm", container)
            self._own_load(mount, container, source, figures)
        os.remove(file)

    def _own_load(self, mount, container, source, figures):
        os.sync()
        start = time.monotonic()
        engine.docker("run", "-d", "--name", container, *mount, *self.run_options, source.image)
        self.wait_for_answer(container)
        figures.add("own load", self.key, time.monotonic() - start)
        source.expect_rows(container)
        engine.docker("rm", "-f", container)


class Valkey(Redis):
    key = "valkey"
    title = "Valkey"
    lab_image = "valkey:9"
    places = ("the container", "named volume")
    dump_program = "valkey-cli"
