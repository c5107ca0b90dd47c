"""The protocol of Redis and Valkey."""

from .stream import Refused, Stream


def packed(words):
    """A command as it is sent."""
    parts = [f"*{len(words)}\r\n".encode()]
    for word in words:
        content = word if isinstance(word, bytes) else str(word).encode()
        parts.append(b"$%d\r\n%b\r\n" % (len(content), content))
    return b"".join(parts)


class Connection(Stream):
    def command(self, *words):
        return self.commands([words])[0]

    def commands(self, commands):
        """Sends all of them and then reads their answers."""
        self._send(b"".join(map(packed, commands)))
        return [self._answer() for _ in commands]

    def _answer(self):
        line = self._line()
        kind, rest = line[:1], line[1:]
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
        return self._read(int(rest) + 2)[:-2].decode(errors="replace")
