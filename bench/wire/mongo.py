"""MongoDB's protocol: commands as documents, of the types that the bench sends and is answered with."""

import struct

from .stream import Refused, Stream

OP_MSG = 2013


def _value(value):
    """Its type and its bytes."""
    if isinstance(value, bool):
        return b"\x08", bytes([value])
    if isinstance(value, int):
        return (b"\x10", struct.pack("<i", value)) if -(2**31) <= value < 2**31 else (b"\x12", struct.pack("<q", value))
    if isinstance(value, str):
        content = value.encode() + b"\0"
        return b"\x02", struct.pack("<i", len(content)) + content
    if isinstance(value, dict):
        return b"\x03", document(value)
    return b"\x04", document({str(at): one for at, one in enumerate(value)})


def document(fields):
    parts = []
    for name, value in fields.items():
        kind, content = _value(value)
        parts.append(kind + name.encode() + b"\0" + content)
    inner = b"".join(parts)
    return struct.pack("<i", len(inner) + 5) + inner + b"\0"


FIXED = {0x01: "<d", 0x08: "<?", 0x09: "<q", 0x10: "<i", 0x11: "<Q", 0x12: "<q"}


def _read_value(kind, content, at):
    if kind in FIXED:
        return struct.unpack_from(FIXED[kind], content, at)[0], at + struct.calcsize(FIXED[kind])
    if kind == 0x0A:
        return None, at
    if kind == 0x07:
        return content[at : at + 12].hex(), at + 12
    length = struct.unpack_from("<i", content, at)[0]
    if kind == 0x02:
        return content[at + 4 : at + 3 + length].decode(), at + 4 + length
    if kind == 0x05:
        return content[at + 5 : at + 5 + length], at + 5 + length
    if kind in (0x03, 0x04):
        fields = parsed(content[at : at + length])
        return (fields if kind == 0x03 else list(fields.values())), at + length
    raise Refused(f"an answer of a type that is not known here: {kind}")


def parsed(content):
    fields, at = {}, 4
    while content[at]:
        end = content.index(b"\0", at + 1)
        fields[content[at + 1 : end].decode()], at = _read_value(content[at], content, end + 1)
    return fields


class Connection(Stream):
    def command(self, database, fields):
        """The answer. A write that was refused is an error too."""
        content = b"\0\0\0\0\0" + document({**fields, "$db": database})
        self._send(struct.pack("<iiii", len(content) + 16, 1, 0, OP_MSG) + content)
        length = struct.unpack("<iiii", self._read(16))[0] - 16
        answer = parsed(self._read(length)[5:])
        if not answer.get("ok") or answer.get("writeErrors"):
            raise Refused(str(answer)[:500])
        return answer
