"""What a method gives back, whichever it is.

A method is an object with
  snapshot(source) -> Snapshot     of the running container, which goes on running
  boot(snapshot) -> container      started; its name; it need not answer yet
  discard(container)               with all that its boot made
  remove(snapshot)
One that cannot be booted has `boots = False`, and neither boot() nor discard().
"""

from typing import NamedTuple


class Snapshot(NamedTuple):
    seconds: float
    peak_bytes: int  # memory of the largest process of the client
    stored_bytes: int  # disk that it takes beside what was there before
    image: str
    handle: object = None  # what the method itself needs to know about it
