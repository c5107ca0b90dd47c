"""The protocol of Redis and Valkey."""

import socket


class Refused(Exception):
    """The server does not answer, or not with what was asked for."""


def packed(words):
    """A command as it is sent."""
    parts = [f"*{len(words)}\r\n".encode()]
    for word in words:
        content = word if isinstance(word, bytes) else str(word).encode()
        parts.append(b"$%d\r\n%b\r\n" % (len(content), content))
    return b"".join(parts)


class Connection:
    def __init__(self, host, port, timeout):
        try:
            self._socket = socket.create_connection((host, port), timeout)
        except OSError as error:
            raise Refused(str(error)) from error
        self._file = self._socket.makefile("rb")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        self._file.close()
        self._socket.close()

    def command(self, *words):
        return self.commands([words])[0]

    def commands(self, commands):
        """Sends all of them and then reads their answers."""
        try:
            self._socket.sendall(b"".join(map(packed, commands)))
            return [self._answer() for _ in commands]
        except OSError as error:
            raise Refused(str(error)) from error

    def _answer(self):
        line = self._file.readline()
        if not line.endswith(b"\r\n"):
            raise Refused("the connection was closed")
        kind, rest = line[:1], line[1:-2]
        if kind == b"-":
            raise Refused(rest.decode(errors="replace"))
        if kind == b"+":
            return rest.decode()
        if kind == b":":
            return int(rest)
        if kind == b"*":
            return [self._answer() for _ in range(int(rest))]
        if int(rest) < 0:
            return None
        content = self._file.read(int(rest) + 2)
        if len(content) < int(rest) + 2:
            raise Refused("the connection was closed")
        return content[:-2].decode(errors="replace")
