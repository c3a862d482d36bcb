"""Publishers for the RTMP front: a real FFmpeg, and a peer that says what a test tells it to."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import imageio_ffmpeg

from largesse.media import amf
from largesse.media.chunks import ChunkReader, Kind, Message, written
from largesse.media.front import KeyRefused, Limits, RtmpFront

FFMPEG = imageio_ffmpeg.get_ffmpeg_exe()
H264 = ("-c:v", "libx264", "-preset", "ultrafast", "-tune", "zerolatency", "-g", "15", "-pix_fmt", "yuv420p")
PICTURE = ("-f", "lavfi", "-i", "testsrc2=size=320x180:rate=15")
SOUND = ("-f", "lavfi", "-i", "sine=frequency=440:sample_rate=44100")
BOTH = (*PICTURE, *SOUND, *H264, "-c:a", "aac")
PEERS: list["Peer"] = []  # of the test that runs; they leave at its end
AAC_FRAME = b"\xaf\x01" + bytes(200)


@dataclass
class Kept:
    """A sink that keeps what it is given, and may be slow."""

    key: str = ""
    flv: bytearray = field(default_factory=bytearray)
    notices: list[str] = field(default_factory=list)
    ends: list[str] = field(default_factory=list)
    open: asyncio.Event = field(default_factory=asyncio.Event)
    biggest: int = 0

    def __post_init__(self) -> None:
        self.open.set()

    async def write(self, flv: bytes) -> None:
        await self.open.wait()
        self.biggest = max(self.biggest, len(flv))
        self.flv += flv

    async def notice(self, text: str) -> None:
        self.notices.append(text)

    async def close(self, why: str) -> None:
        self.ends.append(why)


class Keys:
    """Who may publish; the front asks it."""

    def __init__(self, *good: str) -> None:
        self.good = set(good)
        self.sinks: list[Kept] = []
        self.asked: list[str] = []

    async def __call__(self, key: str) -> Kept:
        self.asked.append(key)
        if key not in self.good:
            raise KeyRefused("This stream key is not valid.")
        self.sinks.append(Kept(key))
        return self.sinks[-1]


@contextlib.asynccontextmanager
async def listening(admit: object, limits: Limits | None = None) -> AsyncIterator[RtmpFront]:
    front = RtmpFront(admit, limits)  # type: ignore[arg-type]
    await front.start("127.0.0.1", 0)
    try:
        yield front
    finally:
        await front.stop()
        assert front.connections == 0
        while PEERS:
            await PEERS.pop().leave()


@contextlib.asynccontextmanager
async def publisher(
    front: RtmpFront, key: str, *stream: str, seconds: int = 60
) -> AsyncIterator[asyncio.subprocess.Process]:
    """FFmpeg that publishes in real time; ended when the test leaves."""
    address = f"rtmp://127.0.0.1:{front.port}/live/{key}"
    ffmpeg = await asyncio.create_subprocess_exec(
        *(FFMPEG, "-hide_banner", "-loglevel", "error", "-nostdin", "-re", *stream),
        *("-t", str(seconds), "-threads", "1", "-f", "flv", address),
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        yield ffmpeg
    finally:
        with contextlib.suppress(ProcessLookupError):
            ffmpeg.kill()
        await ffmpeg.communicate()


async def made(*stream: str, seconds: int, form: str) -> bytes:
    """What FFmpeg makes of a stream, as a whole file."""
    ffmpeg = await asyncio.create_subprocess_exec(
        *(FFMPEG, "-hide_banner", "-loglevel", "error", "-nostdin", *stream, "-t", str(seconds), "-f", form, "pipe:1"),
        stdout=asyncio.subprocess.PIPE,
    )
    whole, _ = await ffmpeg.communicate()
    assert ffmpeg.returncode == 0
    return whole


async def soon(what: object, seconds: float = 30) -> None:
    """Wait until `what()` is true."""
    async with asyncio.timeout(seconds):
        while not what():  # type: ignore[operator]  # noqa: ASYNC110 - of other programs too
            await asyncio.sleep(0.05)


class Peer:
    """A client that speaks RTMP word by word."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer
        self.heard: list[Message] = []
        self._chunks = ChunkReader(1 << 20)
        PEERS.append(self)

    @classmethod
    async def connected(cls, front: RtmpFront) -> "Peer":
        peer = cls(*await asyncio.open_connection("127.0.0.1", front.port))
        peer.writer.write(b"\x03" + bytes(8) + b"r" * 1528)
        answer = await peer.reader.readexactly(1 + 2 * 1536)
        assert answer[1537:] == bytes(8) + b"r" * 1528
        peer.writer.write(answer[1:1537])
        peer.command("connect", 1.0, {"app": "live", "tcUrl": "rtmp://127.0.0.1/live"})
        return peer

    @classmethod
    async def published(cls, front: RtmpFront, key: str) -> "Peer":
        peer = await cls.connected(front)
        peer.command("createStream", 2.0, None)
        peer.command("publish", 3.0, None, key, "live", stream=1)
        return peer

    def command(self, *values: amf.Value, stream: int = 0) -> None:
        self.say(Kind.COMMAND, amf.write_values(*values), stream=stream)

    def say(self, kind: int, body: bytes, stream: int = 0) -> None:
        self.writer.write(written(kind, body, stream=stream, lane=3, chunk_bytes=128))

    async def hears(self, code: str) -> dict:
        """The status with this code; fails where the connection ends before it."""
        async with asyncio.timeout(10):
            while True:
                for message in self.heard:
                    if message.kind == Kind.COMMAND:
                        for value in amf.read_values(message.body):
                            if isinstance(value, dict) and value.get("code") == code:
                                return value
                await self.listen()

    async def listen(self) -> None:
        arrived = await self.reader.read(65536)
        assert arrived, "the connection ended"
        self._chunks.feed(arrived)
        for message in self._chunks.messages():
            self.heard.append(message)

    async def leave(self) -> None:
        self.writer.close()
        with contextlib.suppress(OSError):
            await self.writer.wait_closed()

    async def is_cut(self) -> bool:
        async with asyncio.timeout(10):
            try:
                while await self.reader.read(65536):
                    pass
            except OSError:
                pass
        self.writer.close()
        return True
