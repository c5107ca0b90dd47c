"""MySQL's protocol: root without a password, text queries."""

import socket

CAPABILITIES = 0x1 | 0x200 | 0x2000 | 0x8000 | 0x80000  # long password, 4.1, transactions, its secure login, plug-ins
UTF8MB4 = 45


class Refused(Exception):
    """The server does not answer, or not with what was asked for."""


def _text(packet, at):
    """A number of the protocol's own form says how long it is; None for NULL. And where the next begins."""
    first = packet[at]
    if first == 0xFB:
        return None, at + 1
    wide = {0xFC: 2, 0xFD: 3, 0xFE: 8}.get(first, 0)
    length = int.from_bytes(packet[at + 1 : at + 1 + wide], "little") if wide else first
    start = at + 1 + wide
    return packet[start : start + length].decode(), start + length


class Connection:
    def __init__(self, host, port, timeout):
        try:
            self._socket = socket.create_connection((host, port), timeout)
        except OSError as error:
            raise Refused(str(error)) from error
        self._file = self._socket.makefile("rb")
        try:
            self._log_on()
        except BaseException:
            self.close()
            raise

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        self._file.close()
        self._socket.close()

    def _read(self, length):
        try:
            got = self._file.read(length)
        except OSError as error:
            raise Refused(str(error)) from error
        if len(got) < length:
            raise Refused("the connection was closed")
        return got

    def _receive(self):
        """Never more than 16 MB, at which packets would be divided."""
        header = self._read(4)
        self._number = header[3]
        packet = self._read(int.from_bytes(header[:3], "little"))
        if packet[:1] == b"\xff":
            raise Refused(packet[3:].decode(errors="replace"))
        return packet

    def _send(self, content, number):
        try:
            self._socket.sendall(len(content).to_bytes(3, "little") + bytes([number]) + content)
        except OSError as error:
            raise Refused(str(error)) from error

    def _log_on(self):
        hello = self._receive()
        plugin = hello.rstrip(b"\0").rsplit(b"\0", 1)[-1]
        answer = CAPABILITIES.to_bytes(4, "little") + (1 << 24).to_bytes(4, "little") + bytes([UTF8MB4]) + bytes(23)
        self._send(answer + b"root\0" + b"\0" + plugin + b"\0", self._number + 1)
        while True:
            packet = self._receive()
            if packet[:1] == b"\x00":
                return
            if packet[:1] == b"\xfe":  # another plug-in: no password there either
                self._send(b"", self._number + 1)

    def query(self, text):
        """The rows, of texts."""
        self._send(b"\x03" + text.encode(), 0)
        first = self._receive()
        if first[:1] == b"\x00":
            return []
        while self._receive()[:1] != b"\xfe":  # the columns, to their end
            pass
        rows = []
        while True:
            packet = self._receive()
            if packet[:1] == b"\xfe" and len(packet) < 9:
                return rows
            row, at = [], 0
            while at < len(packet):
                value, at = _text(packet, at)
                row.append(value)
            rows.append(row)
