"""Running commands with their time and peak memory, and the engine by its command line."""

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from typing import NamedTuple

SAMPLE_SECONDS = 0.02
PATIENCE_SECONDS = 30  # how long an interrupted program may take to roll back


class Failed(Exception):
    """A command that had to work did not."""


class Result(NamedTuple):
    seconds: float
    peak_bytes: int  # of the process itself, not of those it started
    out: str
    err: str
    code: int


def say(text):
    print(f"bench: {text}", file=sys.stderr, flush=True)


def _high_water(pid):
    """Not wait4's ru_maxrss: that counts what the caller had resident when it forked."""
    try:
        with open(f"/proc/{pid}/status", encoding="ascii") as status:
            for line in status:
                if line.startswith("VmHWM:"):
                    return int(line.split()[1]) * 1024
    except OSError:
        pass
    return 0


class _Sampler:
    """The kernel's own high-water mark, read until the process has gone."""

    def __init__(self, pid):
        self.peak = 0
        self._pid = pid
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._sample)
        self._thread.start()

    def _sample(self):
        while True:
            self.peak = max(self.peak, _high_water(self._pid))
            if self._end.wait(SAMPLE_SECONDS):
                return

    def stop(self):
        self._end.set()
        self._thread.join()


def run(command, stdin=None, check=True, env=None):
    """Runs it to its end; raises Failed if it fails and `check` is set."""
    start = time.monotonic()
    with subprocess.Popen(
        command,
        stdin=subprocess.PIPE if stdin is not None else subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, **(env or {})},
        # A Ctrl-C reaches it through us, once: to dksnap a second one means to quit without rolling back.
        start_new_session=True,
    ) as process:
        sampler = _Sampler(process.pid)
        try:
            out, err = process.communicate(stdin)
            seconds = time.monotonic() - start
        except BaseException:
            # It may have to thaw a container and remove what it made.
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGINT)
            try:
                process.wait(PATIENCE_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
            raise
        finally:
            sampler.stop()
    if check and process.returncode != 0:
        tail = "\n  ".join((err or out).strip().splitlines()[-15:])
        raise Failed(f"`{' '.join(command)[:200]}` ended with {process.returncode}:\n  {tail}")
    return Result(seconds, sampler.peak, out, err, process.returncode)


def docker(*words, **options):
    return run(["docker", *words], **options)


def inspect(kind, name):
    return json.loads(docker(kind, "inspect", name).out)[0]


def image_size(name):
    return inspect("image", name)["Size"]


def writable_layer_size(container):
    return json.loads(docker("container", "inspect", "--size", container).out)[0]["SizeRw"]


def _images(*filters):
    words = [word for chosen in filters for word in ("--filter", chosen)]
    return docker("images", *words, "--format", "{{.Repository}}:{{.Tag}}").out.split()


def freezes(container, since, until):
    """Seconds between each pause and the thaw after it, by the engine's own clock."""
    events = docker(
        "events", "--since", f"{since:.9f}", "--until", f"{until:.9f}", "--filter", f"container={container}",
        "--filter", "event=pause", "--filter", "event=unpause", "--format", "{{json .}}",
    ).out  # fmt: skip
    found = []
    paused = None
    for event in map(json.loads, events.splitlines()):
        if event["Action"] == "pause":
            paused = event["timeNano"]
        elif paused is not None:
            found.append((event["timeNano"] - paused) / 1e9)
            paused = None
    return found


class Workspace:
    """Names for all that a run makes, and the end of all of it."""

    def __init__(self):
        self.prefix = f"dksnap-bench-{os.getpid()}"
        self.label = f"dksnap-bench={self.prefix}"
        self.folder = tempfile.mkdtemp(prefix=f"{self.prefix}-")
        self._numbers = {}

    def name(self, what):
        self._numbers[what] = self._numbers.get(what, 0) + 1
        return f"{self.prefix}-{what}-{self._numbers[what]}"

    def file(self, name):
        return os.path.join(self.folder, name)

    def make_base(self, image):
        """The same under an own id and our label, which all that is made from it inherits: other users of
        the engine keep their stage images, and we tell ours from theirs."""
        base = self.name("base")
        docker("build", "--tag", base, "-", stdin=f"FROM {image}\nLABEL {self.label}\n", env={"DOCKER_BUILDKIT": "0"})
        return base

    def remove_stage_images(self):
        """So that the next first snapshot is one."""
        made = _images("reference=dksnap/base:*", f"label={self.label}")
        if made:
            docker("rmi", *made, check=False)

    def _clean_engine(self):
        containers = docker("ps", "-aq", "--filter", f"name=^/{self.prefix}-").out.split()
        if containers:
            docker("rm", "-fv", *containers, check=False)
        volumes = docker("volume", "ls", "-q", "--filter", f"name={self.prefix}-").out.split()
        if volumes:
            docker("volume", "rm", "-f", *volumes, check=False)
        images = _images(f"label={self.label}")
        if images:
            docker("rmi", "-f", *images, check=False)
        # What an interrupted build left.
        docker("container", "prune", "-f", "--filter", f"label={self.label}", check=False)
        docker("image", "prune", "-f", "--filter", f"label={self.label}", check=False)

    def clean(self):
        try:
            self._clean_engine()
        finally:
            shutil.rmtree(self.folder, ignore_errors=True)
