"""PostgreSQL: a container filled by pgbench."""

import shutil
import time

import base_backup
import commit_tar
import dump_replay
import engine
import extract
from kinds.kind import LIMIT_SECONDS, Kind

PASSWORD = "bench"  # of a throw-away server on the loopback
TABLE = "pgbench_accounts"


class Postgres(Kind):
    key = "postgres"
    title = "PostgreSQL"
    lab_image = "postgres:15"
    port = 5432
    data = "/var/lib/postgresql/data"
    rows_per_scale = 100_000
    run_options = ("-e", f"POSTGRES_PASSWORD={PASSWORD}", "-p", "127.0.0.1::5432")
    engines = "containerd,classic"
    methods = "dksnap,backup,dump,commit"
    sizes = (6, 135)
    tick_seconds = 0.05

    def _ask(self, container, query):
        """One query at the published port, as an application would; without psql here, inside."""
        if shutil.which("psql") is None:
            return ["docker", "exec", "-e", f"PGPASSWORD={PASSWORD}", container, "psql", "-h", "127.0.0.1",
                    "-U", "postgres", "-XAtqc", query]  # fmt: skip
        host, port = self.published(container)
        return ["psql", "-h", host, "-p", str(port), "-U", "postgres", "-d", "postgres", "-XAtqc", query]

    def _run(self, command):
        return engine.run(command, check=False, env={"PGPASSWORD": PASSWORD, "PGCONNECT_TIMEOUT": "5"})

    def _query(self, container, text):
        answer = self._run(self._ask(container, text))
        if answer.code != 0:
            raise engine.Failed(f"{container} refuses `{text}`: {answer.err}")
        return answer.out.strip()

    def _inside(self, container, *words, detach=False):
        # initdb's `local … trust` lets in whoever is inside.
        options = ["-e", "PGUSER=postgres", "-e", "PGDATABASE=postgres", *(["-d"] if detach else [])]
        return engine.docker("exec", *options, container, *words)

    def run_statement(self, container, statement):
        self._query(container, statement)

    def first_query(self, container):
        command = self._ask(container, "SELECT 1")

        def ask():
            answer = self._run(command)
            return "" if answer.code == 0 else answer.err or "no answer"

        return ask

    def fill(self, container, scale):
        self._inside(container, "pgbench", "-i", "-q", "-s", str(scale))
        self._query(container, "CREATE TABLE notes (id serial PRIMARY KEY, text text)")

    def flush(self, container):
        self._query(container, "CHECKPOINT")

    def change(self, container):
        self._query(container, "INSERT INTO notes (text) SELECT md5(n::text) FROM generate_series(1, 5) n")

    def change_all(self, container):
        # Every row is written anew, and every table goes to another file.
        self._query(container, f"UPDATE {TABLE} SET abalance = abalance + 1")
        self._query(container, "VACUUM FULL")

    def count(self, container):
        """Reads the big table from its first to its last page."""
        return int(self._query(container, f"SELECT count(*) FROM {TABLE}"))

    def count_notes(self, container):
        return int(self._query(container, "SELECT count(*) FROM notes"))

    def size(self, container):
        return int(self._query(container, "SELECT pg_database_size('postgres')"))

    def version(self, container):
        return self._query(container, "SHOW server_version")

    def start_load(self, container):
        self._inside(container, "pgbench", "-n", "-c", "2", "-T", str(LIMIT_SECONDS), detach=True)
        while self.written(container) == 0:
            time.sleep(0.1)

    def written(self, container):
        return int(self._query(container, "SELECT count(*) FROM pgbench_history"))

    def expect_load(self, writers):
        """Whether pgbench still writes is not looked at."""

    def stop_load(self, container, writers):
        del writers
        # pgbench ends when its connections do; the image has no pkill.
        self._query(container, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                               "WHERE application_name = 'pgbench'")  # fmt: skip

    def others(self, work):
        return [
            base_backup.BaseBackup(work),
            dump_replay.DumpAndReplay(work, self),
            commit_tar.CommitAndTar(work, self),
        ]

    def dump_title(self):
        return dump_replay.DumpAndReplay.title

    def extraction(self, work):
        return extract.StopAndExtract(work)

    def replaced_scales(self, scale, sizes):
        return [scale, *sizes[-1:]]
