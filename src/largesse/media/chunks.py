"""RTMP's chunk stream: messages out of bytes as they arrive, and bytes of the few that we say. No sockets here.

What is held is bounded: a header, and at most `pending_bytes_max` of unfinished messages.
Source: Adobe, "RTMP Specification 1.0", 5.3 and 5.4.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import IntEnum

LANES_MAX = 64  # chunk streams of one connection; encoders use five
PENDING_BYTES_MAX = 12 << 20
OUR_CHUNK_BYTES = 4096
_FIRST_CHUNK_BYTES = 128
_EXTENDED = 0xFFFFFF


class Kind(IntEnum):
    """A message's type, those that a publisher and its server say."""

    CHUNK_SIZE = 1
    ABORT = 2
    ACKNOWLEDGED = 3
    CONTROL = 4
    WINDOW = 5
    BANDWIDTH = 6
    AUDIO = 8
    VIDEO = 9
    COMMAND_AMF3 = 17
    SCRIPT = 18
    COMMAND = 20


class BadChunk(ValueError):  # noqa: N818
    """Bytes that are no chunk stream, or one beyond its bounds."""


@dataclass(frozen=True, slots=True)
class Message:
    """A whole message; `ms` is the publisher's clock, modulo 2^32."""

    kind: int
    ms: int
    stream: int
    body: bytes


@dataclass(slots=True)
class _Lane:
    """What a chunk stream remembers for the headers that leave it out."""

    ms: int = 0
    delta_ms: int = 0
    length: int = 0
    kind: int = 0
    stream: int = 0
    extended: bytes = b""
    body: bytearray = field(default_factory=bytearray)
    open: bool = False  # a message of it is unfinished


class ChunkReader:
    """Feed bytes, take messages. Raises only BadChunk, after which the connection is of no use."""

    def __init__(self, message_bytes_max: int) -> None:
        self.message_bytes_max = message_bytes_max
        self._chunk_bytes = _FIRST_CHUNK_BYTES
        self._fed = bytearray()
        self._at = 0
        self._lanes: dict[int, _Lane] = {}
        self._current: _Lane | None = None
        self._left = 0  # bytes of the current chunk that did not arrive yet
        self._pending = 0

    @property
    def held_bytes(self) -> int:
        """Bytes that wait for the rest of their message."""
        return self._pending + len(self._fed) - self._at

    def feed(self, arrived: bytes) -> None:
        """Add what the socket gave; take `messages` before feeding again."""
        del self._fed[: self._at]
        self._at = 0
        self._fed += arrived

    def messages(self) -> Iterator[Message]:
        """Every message that is whole by now. Chunk size and abort are obeyed here, and not told."""
        while self._current is not None or self._begin():
            message = self._go_on()
            if message is None:
                if self._current is not None:
                    return
            elif message.kind == Kind.CHUNK_SIZE:
                self._chunk_bytes = _number(message)
                if not 0 < self._chunk_bytes < 1 << 31:
                    raise BadChunk("a chunk size out of bounds")
            elif message.kind == Kind.ABORT:
                self._abort(_number(message))
            else:
                yield message

    def _go_on(self) -> Message | None:
        """Take what arrived of the current chunk; a message if that was its last byte."""
        lane = self._current
        assert lane is not None
        taken = self._fed[self._at : self._at + self._left]
        lane.body += taken
        self._at += len(taken)
        self._left -= len(taken)
        self._pending += len(taken)
        if self._pending > PENDING_BYTES_MAX:
            raise BadChunk("too many unfinished messages")
        if self._left:
            return None
        self._current = None
        if len(lane.body) < lane.length:
            return None
        message = Message(lane.kind, lane.ms, lane.stream, bytes(lane.body))
        self._pending -= lane.length
        lane.body, lane.open = bytearray(), False
        return message

    def _begin(self) -> bool:
        """Read a chunk's headers; False while they are not all there."""
        fed, at = self._fed, self._at
        if at + 1 > len(fed):
            return False
        shape, number = fed[at] >> 6, fed[at] & 63
        wide = {0: 1, 1: 2}.get(number, 0)
        size = (11, 7, 3, 0)[shape]
        start = at + 1 + wide
        if start + size > len(fed):
            return False
        if wide:
            number = 64 + int.from_bytes(fed[at + 1 : start], "little")
        lane = self._lane(number, shape)
        field_ms = int.from_bytes(fed[start : start + 3]) if size else 0
        extended = field_ms == _EXTENDED if size else bool(lane.extended)
        end = start + size
        if extended and end + 4 > len(fed):
            return False
        late = bytes(fed[end : end + 4]) if extended else b""
        if extended and (size or late == lane.extended):  # some leave it out of what goes on
            end += 4
        if not lane.open:
            self._open(lane, shape, bytes(fed[start : start + size]), late if size else lane.extended)
        elif shape != 3:  # noqa: PLR2004
            raise BadChunk("a message begins inside another")
        self._at, self._current = end, lane
        self._left = min(self._chunk_bytes, lane.length - len(lane.body))
        return True

    def _open(self, lane: _Lane, shape: int, header: bytes, extended: bytes) -> None:
        """A new message: what its header leaves out is as before."""
        lane.extended = extended
        if header:
            lane.delta_ms = int.from_bytes(extended) if extended else int.from_bytes(header[:3])
        if len(header) > 3:  # noqa: PLR2004
            lane.length, lane.kind = int.from_bytes(header[3:6]), header[6]
        if shape == 0:
            lane.stream = int.from_bytes(header[7:11], "little")
            lane.ms = 0
        lane.ms = (lane.ms + lane.delta_ms) & 0xFFFFFFFF
        if lane.length > self.message_bytes_max:
            raise BadChunk("a message longer than allowed")
        lane.open = True

    def _lane(self, number: int, shape: int) -> _Lane:
        lane = self._lanes.get(number)
        if lane is None:
            if shape:
                raise BadChunk("a chunk stream that did not begin")
            if len(self._lanes) >= LANES_MAX:
                raise BadChunk("too many chunk streams")
            lane = self._lanes[number] = _Lane()
        return lane

    def _abort(self, number: int) -> None:
        lane = self._lanes.get(number)
        if lane is not None and lane.open:
            self._pending -= len(lane.body)
            lane.body, lane.open = bytearray(), False


def _number(message: Message) -> int:
    if len(message.body) != 4:  # noqa: PLR2004
        raise BadChunk("a control message of a wrong size")
    return int.from_bytes(message.body)


def written(kind: int, body: bytes, *, stream: int = 0, lane: int = 2, chunk_bytes: int = OUR_CHUNK_BYTES) -> bytes:
    """The chunks of a message at time 0; `lane` 2 is for control, 3 for commands."""
    head = bytes((lane,)) + bytes(3) + len(body).to_bytes(3) + bytes((kind,)) + stream.to_bytes(4, "little")
    parts = [body[i : i + chunk_bytes] for i in range(0, len(body), chunk_bytes)] or [b""]
    return head + bytes((0xC0 | lane,)).join(parts)
