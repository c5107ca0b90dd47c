"""A connection to a server, whatever is spoken over it."""

import socket


class Refused(Exception):
    """The server does not answer, or not with what was asked for."""


class Stream:
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

    def _send(self, content):
        try:
            self._socket.sendall(content)
        except OSError as error:
            raise Refused(str(error)) from error

    def _read(self, length):
        try:
            got = self._file.read(length)
        except OSError as error:
            raise Refused(str(error)) from error
        if len(got) < length:
            raise Refused("the connection was closed")
        return got

    def _line(self):
        try:
            line = self._file.readline()
        except OSError as error:
            raise Refused(str(error)) from error
        if not line.endswith(b"\r\n"):
            raise Refused("the connection was closed")
        return line[:-2]
