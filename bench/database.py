"""The database that is measured: a postgres container filled by pgbench, and questions to copies of it."""

import os
import shutil
import time

import engine

DATA = "/var/lib/postgresql/data"
PASSWORD = "bench"  # of a throw-away server on the loopback
TABLE = "pgbench_accounts"
ROWS_PER_SCALE = 100_000
LIMIT_SECONDS = 600

# What every container is run with, whichever method made its image.
RUN_OPTIONS = ["-e", f"POSTGRES_PASSWORD={PASSWORD}", "-p", "127.0.0.1::5432"]


def ask(container, query):
    """One query at the published port, as an application would; without psql here, inside."""
    if shutil.which("psql") is None:
        return ["docker", "exec", "-e", f"PGPASSWORD={PASSWORD}", container, "psql", "-h", "127.0.0.1",
                "-U", "postgres", "-XAtqc", query]  # fmt: skip
    published = engine.docker("port", container, "5432/tcp").out.split()[0]
    host, port = published.rsplit(":", 1)
    return ["psql", "-h", host, "-p", port, "-U", "postgres", "-d", "postgres", "-XAtqc", query]


def _run(command):
    return engine.run(command, check=False, env={"PGPASSWORD": PASSWORD, "PGCONNECT_TIMEOUT": "5"})


def wait_for_answer(container):
    command = ask(container, "SELECT 1")
    end = time.monotonic() + LIMIT_SECONDS
    while True:
        answer = _run(command)
        if answer.code == 0:
            return
        if time.monotonic() > end:
            log = engine.docker("logs", "--tail", "10", container, check=False)
            raise engine.Failed(f"{container} does not answer:\n{answer.err}{log.out}{log.err}")
        time.sleep(0.05)


def query(container, text):
    answer = _run(ask(container, text))
    if answer.code != 0:
        raise engine.Failed(f"{container} refuses `{text}`: {answer.err}")
    return answer.out.strip()


def _expect(container, text, number):
    answer = query(container, text)
    if answer != str(number):
        raise engine.Failed(f"{container} answers `{text}` with {answer}, not {number}: the copy is not whole")


def disk_of(container):
    """What a running copy takes beside its image: the writable layer, and the volume if it has one."""
    size = engine.writable_layer_size(container)
    if engine.inspect("container", container)["Mounts"]:
        size += int(engine.docker("exec", container, "du", "-sk", DATA).out.split()[0]) * 1024
    return size


class Source:
    """The container that snapshots are taken of."""

    def __init__(self, work, image, scale, options=()):
        self.name = work.name("source")
        self.image = image
        self.scale = scale
        self.notes = 0
        engine.docker("run", "-d", "--name", self.name, *RUN_OPTIONS, *options, image)
        wait_for_answer(self.name)
        self._inside("pgbench", "-i", "-q", "-s", str(scale))
        query(self.name, "CREATE TABLE notes (id serial PRIMARY KEY, text text)")
        self.change()
        query(self.name, "CHECKPOINT")
        os.sync()

    def _inside(self, *words, detach=False):
        # initdb's `local … trust` lets in whoever is inside.
        options = ["-e", "PGUSER=postgres", "-e", "PGDATABASE=postgres", *(["-d"] if detach else [])]
        return engine.docker("exec", *options, self.name, *words)

    def change(self):
        """A few rows of a small table."""
        query(self.name, "INSERT INTO notes (text) SELECT md5(n::text) FROM generate_series(1, 5) n")
        self.notes += 5

    def size(self):
        return int(query(self.name, "SELECT pg_database_size('postgres')"))

    def version(self):
        return query(self.name, "SHOW server_version")

    def start_load(self):
        self._inside("pgbench", "-n", "-c", "2", "-T", str(LIMIT_SECONDS), detach=True)
        while int(query(self.name, "SELECT count(*) FROM pgbench_history")) == 0:
            time.sleep(0.1)

    def stop_load(self):
        # pgbench ends when its connections do; the image has no pkill.
        query(self.name, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'pgbench'")

    def remove(self):
        engine.docker("rm", "-fv", self.name)

    def expect_rows(self, copy):
        """Reads the big table from its first to its last page."""
        _expect(copy, f"SELECT count(*) FROM {TABLE}", self.scale * ROWS_PER_SCALE)

    def expect_notes(self, copy, number=None):
        _expect(copy, "SELECT count(*) FROM notes", self.notes if number is None else number)
