"""What the figures were measured on."""

import json
import os

import engine


def _first(path, key):
    with open(path, encoding="utf-8") as lines:
        for line in lines:
            if line.startswith(key):
                return line.split(":", 1)[1].strip()
    return "unknown"


def _file_system(path):
    try:
        found = engine.run(["findmnt", "--json", "--target", path, "--output", "FSTYPE,SOURCE"], check=False)
    except FileNotFoundError:
        return "unknown"
    if found.code != 0:
        return "unknown"
    mount = json.loads(found.out)["filesystems"][0]
    return f"{mount['fstype']} on {mount['source']}"


def _store(info):
    store = "containerd" if "io.containerd.snapshotter.v1" in json.dumps(info["DriverStatus"]) else "classic"
    return f"{store} store, {info['Driver']}"


def describe():
    """Pairs of name and value."""
    info = json.loads(engine.docker("info", "--format", "{{json .}}").out)
    cores = len(os.sched_getaffinity(0))
    memory = int(_first("/proc/meminfo", "MemTotal").split()[0]) * 1024
    return [
        ("processor", f"{cores} cores, {_first('/proc/cpuinfo', 'model name')}"),
        ("memory", f"{memory / 2**30:.1f} GiB"),
        ("kernel", os.uname().release),
        ("engine", f"Docker {info['ServerVersion']}, {_store(info)}"),
        ("storage", _file_system(info["DockerRootDir"])),
    ]


def load():
    return os.getloadavg()[0]
