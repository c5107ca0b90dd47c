"""MySQL's protocol: root without a password, text queries."""

from .stream import Refused, Stream

CAPABILITIES = 0x1 | 0x200 | 0x2000 | 0x8000 | 0x80000  # long password, 4.1, transactions, its secure login, plug-ins
UTF8MB4 = 45


def _text(packet, at):
    """A number of the protocol's own form says how long it is; None for NULL. And where the next begins."""
    first = packet[at]
    if first == 0xFB:
        return None, at + 1
    wide = {0xFC: 2, 0xFD: 3, 0xFE: 8}.get(first, 0)
    length = int.from_bytes(packet[at + 1 : at + 1 + wide], "little") if wide else first
    start = at + 1 + wide
    return packet[start : start + length].decode(), start + length


class Connection(Stream):
    def __init__(self, host, port, timeout):
        super().__init__(host, port, timeout)
        try:
            self._log_on()
        except BaseException:
            self.close()
            raise

    def _receive(self):
        """Never more than 16 MB, at which packets would be divided."""
        header = self._read(4)
        self._number = header[3]
        packet = self._read(int.from_bytes(header[:3], "little"))
        if packet[:1] == b"\xff":
            raise Refused(packet[3:].decode(errors="replace"))
        return packet

    def _send_packet(self, content, number):
        self._send(len(content).to_bytes(3, "little") + bytes([number]) + content)

    def _log_on(self):
        hello = self._receive()
        plugin = hello.rstrip(b"\0").rsplit(b"\0", 1)[-1]
        answer = CAPABILITIES.to_bytes(4, "little") + (1 << 24).to_bytes(4, "little") + bytes([UTF8MB4]) + bytes(23)
        self._send_packet(answer + b"root\0" + b"\0" + plugin + b"\0", self._number + 1)
        while True:
            packet = self._receive()
            if packet[:1] == b"\x00":
                return
            if packet[:1] == b"\xfe":  # another plug-in: no password there either
                self._send_packet(b"", self._number + 1)

    def query(self, text):
        """The rows, of texts."""
        self._send_packet(b"\x03" + text.encode(), 0)
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
