"""AMF0, as much of it as RTMP's commands use: read with bounds, written plainly.

Source: Adobe, "Action Message Format - AMF 0" (2007). AMF3 values inside are refused: no encoder sends them.
"""

import struct
from collections.abc import Mapping

VALUES_MAX = 512  # in one message, nested ones too
DEPTH_MAX = 8

Value = float | bool | str | None | Mapping[str, "Value"] | list["Value"]


class BadAmf(ValueError):  # noqa: N818
    """Bytes that are not AMF0, or more of it than a command needs."""


def read_values(body: bytes) -> list[Value]:
    """Every value of a message's body, in order. Raises only BadAmf."""
    reader = _Reader(body)
    values: list[Value] = []
    while reader.at < len(body):
        values.append(reader.value(0))
    return values


def write_values(*values: Value) -> bytes:
    """The bytes of these values; a mapping is an object, a list a strict array."""
    return b"".join(_written(value) for value in values)


class _Reader:
    def __init__(self, body: bytes) -> None:
        self._body = body
        self.at = 0
        self._left = VALUES_MAX

    def value(self, depth: int) -> Value:  # noqa: PLR0911 - one a marker
        self._left -= 1
        if depth > DEPTH_MAX or self._left < 0:
            raise BadAmf("too many values, or nested too deep")
        marker = self._take(1)[0]
        match marker:
            case 0:
                return float(struct.unpack(">d", self._take(8))[0])
            case 1:
                return self._take(1) != b"\0"
            case 2:
                return self._text(2)
            case 3:
                return self._members(depth)
            case 5 | 6:  # null, undefined
                return None
            case 8:
                self._take(4)  # how many there are is only a hint
                return self._members(depth)
            case 10:
                return [self.value(depth + 1) for _ in range(self._count())]
            case 11:
                return float(struct.unpack(">d2x", self._take(10))[0])
            case 12 | 15:
                return self._text(4)
        raise BadAmf(f"marker {marker}")

    def _members(self, depth: int) -> dict[str, Value]:
        members: dict[str, Value] = {}
        while True:
            name = self._text(2)
            if not name and self._body[self.at : self.at + 1] == b"\x09":
                self.at += 1
                return members
            members[name] = self.value(depth + 1)

    def _count(self) -> int:
        count = int.from_bytes(self._take(4))
        if count > self._left:
            raise BadAmf("an array longer than a command needs")
        return count

    def _text(self, width: int) -> str:
        return self._take(int.from_bytes(self._take(width))).decode("utf-8", "replace")

    def _take(self, count: int) -> bytes:
        end = self.at + count
        if end > len(self._body):
            raise BadAmf("ends inside a value")
        taken, self.at = self._body[self.at : end], end
        return taken


def _written(value: Value) -> bytes:
    if value is None:
        return b"\x05"
    if isinstance(value, bool):
        return b"\x01\x01" if value else b"\x01\x00"
    if isinstance(value, int | float):
        return b"\x00" + struct.pack(">d", value)
    if isinstance(value, str):
        return b"\x02" + _name(value)
    if isinstance(value, list):
        return b"\x0a" + len(value).to_bytes(4) + write_values(*value)
    return b"\x03" + b"".join(_name(k) + _written(v) for k, v in value.items()) + b"\0\0\x09"


def _name(text: str) -> bytes:
    raw = text.encode()[:65_535]
    return len(raw).to_bytes(2) + raw
