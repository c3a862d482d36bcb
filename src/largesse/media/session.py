"""One connection of the RTMP front, from its first byte to its last."""

import asyncio
from typing import TYPE_CHECKING

import structlog

from largesse.media import amf, handshake
from largesse.media.chunks import BadChunk, ChunkReader, Kind, Message, written
from largesse.media.tracks import Tracks, Unplayable, is_sound_head

if TYPE_CHECKING:
    from largesse.media.front import RtmpFront, Sink

log = structlog.get_logger(__name__)

_READ_BYTES = 64 << 10
_WINDOW_BYTES = 2_500_000
_STREAM = 1  # the one message stream that a connection gets
_KEY_CHARS_MAX = 256
_GOODBYE_S = 1.0
_TURN_S_MIN = 1.0  # each turn begins a run
_FLV_HEADER = b"FLV\x01\x05" + (9).to_bytes(4) + bytes(4)
_SET_FRAME = amf.write_values("@setDataFrame")
_PING, _PONG = 6, 7


class Ended(Exception):  # noqa: N818
    """The connection is over; the sentence says why. With a code, the encoder is told."""

    def __init__(self, why: str, code: str = "") -> None:
        super().__init__(why)
        self.why = why
        self.code = code


class Session:
    """A peer that shakes hands, connects, publishes with a key, and sends media."""

    def __init__(
        self, front: "RtmpFront", reader: asyncio.StreamReader, writer: asyncio.StreamWriter, number: int,
        task: asyncio.Task[None],
    ) -> None:  # fmt: skip
        self.number = number
        self._front, self._limits = front, front.limits
        self._reader, self._writer, self.task = reader, writer, task
        self._chunks = ChunkReader(front.limits.early_message_bytes_max)
        self._tracks = Tracks()
        self._flv: list[bytes] = []
        self._sound_head = b""
        self._turned = 0.0
        self._key = ""
        self._sink: Sink | None = None
        self._received = self._acknowledged = 0
        self._window = _WINDOW_BYTES
        self._ending: Ended | None = None
        self._since = self._now()  # of the last media, or of the connection's beginning

    @property
    def silent_s(self) -> float:
        """Seconds since the last media."""
        return self._now() - self._since

    @property
    def is_ending(self) -> bool:
        """It takes no more media, though its sink may not be closed yet."""
        return self._ending is not None

    def end(self, why: str) -> bool:
        """End from outside, even while a slow sink is waited for; False where it was ending already."""
        if self.is_ending:
            return False
        self._ending = Ended(why, "NetStream.Publish.BadName")
        self.task.cancel()
        return True

    async def run(self) -> None:
        """Serve until either side ends it. Raises nothing but a cancellation that is not `end`'s."""
        ended = Ended("The connection was lost.")
        try:
            await self._shake_hands()
            await self._converse()
        except asyncio.CancelledError:
            if self._ending is None:
                ended = Ended("The service stops.")
                raise
            self.task.uncancel()
            ended = self._ending
        except Ended as now:
            ended = now
        except (BadChunk, amf.BadAmf) as bad:
            ended = Ended(f"What arrives is not RTMP: {bad}.")
        except Unplayable as bad:
            ended = Ended(str(bad), "NetStream.Publish.BadName")
        except (OSError, asyncio.IncompleteReadError):
            pass
        except Exception:
            log.exception("rtmp.trouble", session=self.number)
        finally:
            self._ending = ended  # what comes from outside now is too late
            log.info("rtmp.ended", session=self.number, received=self._received, why=ended.why)
            await self._close(ended)

    async def _shake_hands(self) -> None:
        try:
            async with asyncio.timeout(self._limits.handshake_s_max):
                if (await self._reader.readexactly(1))[0] != handshake.VERSION:
                    raise Ended("The first byte is not RTMP's.")
                self._writer.write(handshake.answer(await self._reader.readexactly(handshake.PART_BYTES)))
                await self._reader.readexactly(handshake.PART_BYTES)
        except TimeoutError:
            raise Ended("The handshake took too long.") from None
        self._received = 1 + 2 * handshake.PART_BYTES
        self._since = self._now()

    async def _converse(self) -> None:
        while arrived := await self._arrived():
            self._received += len(arrived)
            self._chunks.feed(arrived)
            for message in self._chunks.messages():
                await self._hear(message)
            await self._give()
            if self._received - self._acknowledged >= self._window:
                self._acknowledged = self._received
                self._say(Kind.ACKNOWLEDGED, (self._received & 0xFFFFFFFF).to_bytes(4))
            async with asyncio.timeout(self._limits.sink_s_max):
                await self._writer.drain()

    async def _arrived(self) -> bytes:
        """The next bytes; none at the end. Asks a silent peer whether it is there."""
        while True:
            most = self._limits.idle_s_max if self._sink else self._limits.publish_s_max
            left = most - self.silent_s
            if left <= 0:
                raise Ended("No media for too long.", "NetStream.Publish.BadName" if self._sink else "")
            try:
                async with asyncio.timeout(min(left, self._limits.ping_s)):
                    return await self._reader.read(_READ_BYTES)
            except TimeoutError:
                self._say(Kind.CONTROL, _PING.to_bytes(2) + bytes(4))

    async def _hear(self, message: Message) -> None:
        match message.kind:
            case Kind.AUDIO | Kind.VIDEO | Kind.SCRIPT:
                await self._take(message)
            case Kind.COMMAND:
                await self._obey(amf.read_values(message.body))
            case Kind.COMMAND_AMF3:  # AMF0 behind one byte
                await self._obey(amf.read_values(message.body[1:]))
            case Kind.WINDOW if len(message.body) == 4:  # noqa: PLR2004
                self._window = min(max(int.from_bytes(message.body) // 2, 4096), _WINDOW_BYTES)
            case Kind.CONTROL if message.body[:2] == _PING.to_bytes(2):
                self._say(Kind.CONTROL, _PONG.to_bytes(2) + message.body[2:6])
            case _:
                pass  # acknowledgements, pongs, buffer lengths: nothing follows from them

    async def _take(self, message: Message) -> None:
        if self._sink is None:
            raise Ended("Media came before a key.")
        body = message.body
        if message.kind == Kind.SCRIPT:
            body = body.removeprefix(_SET_FRAME)
        else:
            self._since = self._now()
            if self._tracks.turns(message.kind, body):
                await self._turn(message.ms)
            if text := self._tracks.see(message.kind, message.ms, body):
                await self._sink.notice(text)
        if message.kind == Kind.AUDIO and is_sound_head(body):
            self._sound_head = body
        self._flv += _tag(message.kind, message.ms, body)

    async def _turn(self, ms: int) -> None:
        """Begin a run of its own for pictures of another shape. Raises Unplayable, Ended."""
        if self._now() - self._turned < _TURN_S_MIN:
            raise Unplayable("The picture changes its size again and again. Fix it in the encoder.")
        assert self._sink is not None
        await self._give()
        sink, self._sink = self._sink, None
        await sink.close("The picture changes its size.")
        self._sink = await self._front.admit(self, self._key)
        self._turned = self._since = self._now()
        self._flv = [_FLV_HEADER]
        if self._sound_head:
            self._flv += _tag(Kind.AUDIO, ms, self._sound_head)

    async def _give(self) -> None:
        if not self._flv or self._sink is None:
            return
        flv, self._flv = b"".join(self._flv), []
        try:
            async with asyncio.timeout(self._limits.sink_s_max):
                await self._sink.write(flv)
        except TimeoutError:
            raise Ended("The service is too slow for this stream.", "NetStream.Publish.Failed") from None
        except OSError as error:
            said = str(error).removesuffix(".")
            raise Ended(f"The stream cannot be taken: {said}.", "NetStream.Publish.Failed") from None

    async def _obey(self, values: list[amf.Value]) -> None:
        name, number, *rest = [*values, None, None][: max(len(values), 2)]
        call = number if isinstance(number, float) else 0.0
        match name:
            case "connect":
                self._welcome(call)
            case "createStream":
                self._answer("_result", call, None, float(_STREAM))
            case "publish":
                await self._publish(rest[1] if len(rest) > 1 else None)
            case "FCUnpublish" | "deleteStream" | "closeStream":
                if self._sink is not None:
                    await self._give()
                    raise Ended("The encoder stopped.", "NetStream.Unpublish.Success")
            case "play":
                raise Ended("Nothing is played here.", "NetStream.Play.StreamNotFound")
            case "releaseStream" | "FCPublish" | "_checkbw":
                self._answer("_result", call, None, None)
            case _ if call:
                problem: amf.Value = {"level": "error", "code": "NetConnection.Call.Failed", "description": "Unknown."}
                self._answer("_error", call, None, problem)

    def _welcome(self, call: float) -> None:
        self._say(Kind.WINDOW, _WINDOW_BYTES.to_bytes(4))
        self._say(Kind.BANDWIDTH, _WINDOW_BYTES.to_bytes(4) + b"\x02")
        self._writer.write(written(Kind.CHUNK_SIZE, (4096).to_bytes(4)))
        status: amf.Value = {
            "level": "status", "code": "NetConnection.Connect.Success", "description": "Ready.", "objectEncoding": 0.0,
        }  # fmt: skip
        self._answer("_result", call, {"fmsVer": "FMS/3,0,1,123", "capabilities": 31.0}, status)

    async def _publish(self, name: amf.Value) -> None:
        if self._sink is not None:
            raise Ended("One stream a connection.", "NetStream.Publish.BadName")
        key = name.split("?")[0] if isinstance(name, str) else ""
        if not 0 < len(key) <= _KEY_CHARS_MAX:
            raise Ended("A stream key is missing.", "NetStream.Publish.BadName")
        self._key = key
        self._sink = await self._front.admit(self, key)
        self._chunks.message_bytes_max = self._limits.message_bytes_max
        self._flv = [_FLV_HEADER]
        self._since = self._now()
        log.info("rtmp.publishing", session=self.number)
        self._say(Kind.CONTROL, bytes(2) + _STREAM.to_bytes(4))  # the stream begins
        self._status("status", "NetStream.Publish.Start", "Publishing.")

    async def _close(self, ended: Ended) -> None:
        """Tell the peer, for a second at most, close the sink, and only then let go of the key."""
        try:
            if ended.code:
                level = "status" if ended.code.endswith("Success") else "error"
                self._status(level, ended.code, ended.why)
            self._writer.close()
            async with asyncio.timeout(_GOODBYE_S):
                await self._writer.wait_closed()
        except (OSError, TimeoutError):
            self._writer.transport.abort()
        finally:
            if self._sink is not None:
                try:
                    await self._sink.close(ended.why)
                except Exception:
                    log.exception("rtmp.close", session=self.number)
            self._front.release(self, self._key)

    def _status(self, level: str, code: str, why: str) -> None:
        self._answer("onStatus", 0.0, None, {"level": level, "code": code, "description": why}, stream=_STREAM)

    def _answer(self, name: str, call: float, *values: amf.Value, stream: int = 0) -> None:
        self._writer.write(written(Kind.COMMAND, amf.write_values(name, call, *values), stream=stream, lane=3))

    def _say(self, kind: Kind, body: bytes) -> None:
        self._writer.write(written(kind, body))

    @staticmethod
    def _now() -> float:
        return asyncio.get_running_loop().time()


def _tag(kind: int, ms: int, body: bytes) -> tuple[bytes, bytes, bytes]:
    """An FLV tag: head, body, and the length of both."""
    head = bytes((kind,)) + len(body).to_bytes(3) + (ms & 0xFFFFFF).to_bytes(3) + bytes((ms >> 24, 0, 0, 0))
    return head, body, (11 + len(body)).to_bytes(4)
