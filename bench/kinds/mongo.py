"""MongoDB; in the lab, what stands in for it."""

import itertools
import os
import random

import engine
from kinds.kind import FIRST_QUERY_SECONDS, LIMIT_SECONDS, Kind, Replay, random_text
from wire import mongo as wire

TEXT = 900
DOCUMENTS_AT_ONCE = 1_000
LOAD = "mongorestore --quiet --archive=/dump/archive\n"


class Mongo(Kind):
    key = "mongo"
    title = "MongoDB"
    lab_image = "mongo:ferret"
    port = 27017
    data = "/data/db"
    rows_per_scale = 11_000
    run_options = ("-p", "127.0.0.1::27017")
    contents = f"a number and {TEXT} characters of base64 of random bytes in a document"
    rows = "documents"
    big = "the big collection"
    few = "5 documents of a small collection added"

    def _connect(self, container):
        return wire.Connection(*self.published(container), LIMIT_SECONDS)

    def _command(self, container, fields, database="bench"):
        try:
            with self._connect(container) as connection:
                return connection.command(database, fields)
        except wire.Refused as error:
            raise engine.Failed(f"{container} refuses `{str(fields)[:80]}`: {error}") from error

    def first_query(self, container):
        host, port = self.published(container)

        def ask():
            try:
                with wire.Connection(host, port, FIRST_QUERY_SECONDS) as connection:
                    connection.command("bench", {"find": "big", "filter": {"_id": 0}, "limit": 1})
            except wire.Refused as error:
                return str(error) or "no answer"
            return ""

        return ask

    def fill(self, container, scale):
        self._fill_big(container, scale * self.rows_per_scale)
        self._command(container, {"create": "notes"})
        self._command(container, {"create": "history"})

    def _fill_big(self, container, rows):
        with self._connect(container) as connection:
            for first in range(0, rows, DOCUMENTS_AT_ONCE):
                texts = random_text(DOCUMENTS_AT_ONCE, TEXT)
                every = [{"_id": first + at, "text": text, "changed": 0} for at, text in enumerate(texts)]
                connection.command("bench", {"insert": "big", "documents": every})

    def flush(self, container):
        """What it answered for is in its files."""

    def change(self, container):
        rows = [{"_id": os.urandom(8).hex(), "text": text} for text in random_text(5, 32)]
        self._command(container, {"insert": "notes", "documents": rows})

    def change_all(self, container):
        rows = self.count(container)
        self._command(container, {"drop": "big"})
        self._fill_big(container, rows)

    def count(self, container):
        """With a condition, for which each is looked at."""
        return self._command(container, {"count": "big", "query": {"changed": {"$gte": 0}}})["n"]

    def count_notes(self, container):
        return self._command(container, {"count": "notes"})["n"]

    def size(self, container):
        return self.taken(container, self.data)

    def version(self, container):
        told = self._command(container, {"buildInfo": 1}, "admin")
        stand_in = told.get("ferretdbVersion")
        return f"{told['version']} (FerretDB {stand_in} stands in for it)" if stand_in else told["version"]

    def replay(self):
        return Replay(
            title="mongodump and mongorestore",
            dump=["mongodump", "--quiet", "--archive"],
            lines="COPY dump /dump/archive\nCOPY load.sh /docker-entrypoint-initdb.d/load.sh",
            files={"load.sh": LOAD},
        )

    def written(self, container):
        return self._command(container, {"count": "history"})["n"]

    def write(self, host, port):
        me = os.urandom(4).hex()
        with wire.Connection(host, port, LIMIT_SECONDS) as connection:
            rows = connection.command("bench", {"count": "big"})["n"]
            for number in itertools.count():
                row = random.randrange(rows)
                one = {"q": {"_id": row}, "u": {"$inc": {"changed": 1}}}
                connection.command("bench", {"update": "big", "updates": [one]})
                note = {"_id": f"{me}-{number}", "row": row}
                connection.command("bench", {"insert": "history", "documents": [note]})
