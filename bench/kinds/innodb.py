"""MySQL and MariaDB."""

import random
import time

import engine
from kinds.kind import FIRST_QUERY_SECONDS, LIMIT_SECONDS, Kind, Replay, random_text
from wire import mysql as wire

TEXT = 216
ROWS_A_STATEMENT = 4_000  # under a MB
FLUSHED_PAGES = 50  # a server that does nothing dirties a few again and again

TABLES = """CREATE DATABASE bench
CREATE TABLE bench.big (id bigint PRIMARY KEY, text varchar(255) CHARACTER SET ascii NOT NULL) ENGINE=InnoDB
CREATE TABLE bench.notes (id int AUTO_INCREMENT PRIMARY KEY, text text) ENGINE=InnoDB
CREATE TABLE bench.history (id bigint AUTO_INCREMENT PRIMARY KEY, row_id bigint) ENGINE=InnoDB"""


class InnoDB(Kind):
    port = 3306
    data = "/var/lib/mysql"
    rows_per_scale = 56_000
    run_options = ("-e", "MYSQL_ALLOW_EMPTY_PASSWORD=yes", "-p", "127.0.0.1::3306")
    sizes = (135,)
    contents = f"a number and {TEXT} characters of base64 of random bytes in a row"
    boot_seconds = 2
    dump_program = ""

    def _connect(self, container):
        return wire.Connection(*self.published(container), LIMIT_SECONDS)

    def _query(self, container, *statements):
        """The rows of the last one."""
        try:
            with self._connect(container) as connection:
                return [connection.query(statement) for statement in statements][-1]
        except wire.Refused as error:
            raise engine.Failed(f"{container} refuses `{statements[-1][:80]}`: {error}") from error

    def _number(self, container, statement):
        return int(self._query(container, statement)[0][0])

    def first_query(self, container):
        host, port = self.published(container)

        def ask():
            try:
                with wire.Connection(host, port, FIRST_QUERY_SECONDS) as connection:
                    connection.query("SELECT 1")
            except wire.Refused as error:
                return str(error) or "no answer"
            return ""

        return ask

    def fill(self, container, scale):
        self._query(container, *TABLES.splitlines())
        with self._connect(container) as connection:
            for first in range(0, scale * self.rows_per_scale, ROWS_A_STATEMENT):
                texts = random_text(ROWS_A_STATEMENT, TEXT)
                rows = ",".join(f"({first + at},'{text}')" for at, text in enumerate(texts))
                connection.query(f"INSERT INTO bench.big VALUES {rows}")

    def flush(self, container):
        dirty = "SHOW GLOBAL STATUS LIKE 'Innodb_buffer_pool_pages_dirty'"
        kept = self._query(container, "SELECT @@innodb_max_dirty_pages_pct")[0][0]
        self._query(container, "SET GLOBAL innodb_max_dirty_pages_pct = 0")
        end = time.monotonic() + LIMIT_SECONDS
        while int(self._query(container, dirty)[0][1]) > FLUSHED_PAGES:
            if time.monotonic() > end:
                raise engine.Failed(f"{container} does not write its pages")
            time.sleep(0.1)
        self._query(container, f"SET GLOBAL innodb_max_dirty_pages_pct = {kept}")

    def change(self, container):
        self._query(container, "INSERT INTO bench.notes (text) VALUES (UUID()), (UUID()), (UUID()), (UUID()), (UUID())")

    def change_all(self, container):
        self._query(container, "UPDATE bench.big SET text = REVERSE(text)")

    def count(self, container):
        return self._number(container, "SELECT COUNT(*) FROM bench.big")

    def count_notes(self, container):
        return self._number(container, "SELECT COUNT(*) FROM bench.notes")

    def size(self, container):
        return self.taken(container, f"{self.data}/bench")

    def version(self, container):
        return self._query(container, "SELECT VERSION()")[0][0]

    def replay(self):
        return Replay(
            title=f"{self.dump_program} and replay",
            dump=[self.dump_program, "-uroot", "--single-transaction", "--databases", "bench"],
            lines="COPY dump /docker-entrypoint-initdb.d/dump.sql",
        )

    def written(self, container):
        return self._number(container, "SELECT COUNT(*) FROM bench.history")

    def write(self, host, port):
        with wire.Connection(host, port, LIMIT_SECONDS) as connection:
            rows = int(connection.query("SELECT COUNT(*) FROM bench.big")[0][0])
            while True:
                row = random.randrange(rows)
                connection.query("BEGIN")
                connection.query(f"UPDATE bench.big SET text = REVERSE(text) WHERE id = {row}")
                connection.query(f"INSERT INTO bench.history (row_id) VALUES ({row})")
                connection.query("COMMIT")


class MySQL(InnoDB):
    key = "mysql"
    title = "MySQL"
    lab_image = "mysql:9.7"
    dump_program = "mysqldump"


class MariaDB(InnoDB):
    key = "mariadb"
    title = "MariaDB"
    lab_image = "mariadb:11.8"
    dump_program = "mariadb-dump"
