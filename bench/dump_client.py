"""The client of dump and replay, as a program of its own, so that its memory can be measured.

  dump_client.py CONTAINER BASE-IMAGE NEW-IMAGE

Takes the whole database as SQL into memory and makes an image of it, whose entrypoint empties the
data directory and replays the dump at every start.
"""

import io
import json
import os
import subprocess
import sys
import tarfile

DOCKERFILE = """FROM {base}
COPY dump.sql /dump/dump.sql
COPY load.sh /docker-entrypoint-initdb.d/load.sh
COPY start.sh /dump/start.sh
ENTRYPOINT ["/dump/start.sh"]
CMD {command}
"""

# The image's own entrypoint makes a cluster where there is none, and then runs the script below.
START = """#!/bin/bash
find "$PGDATA" -mindepth 1 -delete
exec {entrypoint} "$@"
"""

# Not as *.sql beside it: the entrypoint stops at the first error, and pg_dumpall always makes one,
# because the role that replays the dump is there already.
LOAD = 'psql --no-psqlrc --quiet --username "$POSTGRES_USER" --dbname postgres --file /dump/dump.sql >/dev/null\n'


def add(archive, name, content, mode=0o644):
    member = tarfile.TarInfo(name)
    member.size, member.mode = len(content), mode
    archive.addfile(member, io.BytesIO(content))


def main(container, base, image):
    config = json.loads(subprocess.check_output(["docker", "image", "inspect", base]))[0]["Config"]
    dump = subprocess.check_output(["docker", "exec", container, "pg_dumpall", "-U", "postgres"])
    build = subprocess.Popen(
        ["docker", "build", "--quiet", "--no-cache", "--tag", image, "-"],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        env={**os.environ, "DOCKER_BUILDKIT": "0"},
    )
    with tarfile.open(fileobj=build.stdin, mode="w|") as archive:
        dockerfile = DOCKERFILE.format(base=base, command=json.dumps(config["Cmd"]))
        add(archive, "Dockerfile", dockerfile.encode())
        add(archive, "start.sh", START.format(entrypoint=" ".join(config["Entrypoint"])).encode(), 0o755)
        add(archive, "load.sh", LOAD.encode())
        add(archive, "dump.sql", dump)
    build.stdin.close()
    return build.wait()


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
