"""What viewers by WHEP take: one camera by WHIP, few viewers and then more, all of them aiortc's own peers.

Processor time is of the process that takes and carries (`largesse-media`), the cameras' and viewers' own apart. A frame
that is late counts by its time of arrival after the one before it; those that never came are counted by the viewers.
"""

import argparse
import asyncio
import random
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import httpx
from aiortc import MediaStreamTrack, RTCBundlePolicy, RTCConfiguration, RTCPeerConnection, RTCSessionDescription
from aiortc.codecs import get_capabilities
from av import VideoFrame

from bench import lives, media, report, world

RATE = 15
SIZE = (640, 360)
MEDIA = "largesse-media"
_ALONE = RTCConfiguration(iceServers=[], bundlePolicy=RTCBundlePolicy.MAX_BUNDLE)


class Picture(MediaStreamTrack):
    """A grey picture with a moving band of noise, so that frames have some size."""

    kind = "video"

    def __init__(self) -> None:
        super().__init__()
        self.sent, self.began = 0, time.monotonic()
        self._noise = random.Random(7).randbytes(60 * SIZE[0])

    async def recv(self) -> VideoFrame:
        """The next frame, when it is due."""
        self.sent += 1
        await asyncio.sleep(max(0.0, self.began + self.sent / RATE - time.monotonic()))
        frame = VideoFrame(*SIZE, "yuv420p")
        for plane in frame.planes:
            whole = bytearray(b"\x80" * plane.buffer_size)
            if plane.line_size == SIZE[0]:
                at = self.sent * 4 % (SIZE[1] - 60) * SIZE[0]
                whole[at : at + len(self._noise)] = self._noise
            plane.update(bytes(whole))
        frame.pts, frame.time_base = self.sent * 90_000 // RATE, Fraction(1, 90_000)
        return frame


@dataclass
class Seen:
    """What one viewer saw."""

    frames: int = 0
    at: float = 0.0
    longest_s: float = 0.0

    async def look(self, track: MediaStreamTrack) -> None:
        """Until it ends."""
        with suppress(Exception):
            while True:
                await track.recv()
                now = time.monotonic()
                if self.frames:
                    self.longest_s = max(self.longest_s, now - self.at)
                self.frames, self.at = self.frames + 1, now


@asynccontextmanager
async def call(client: httpx.AsyncClient, path: str, peer: RTCPeerConnection, **headers: str) -> AsyncIterator[None]:
    """A peer that is connected until the end."""
    try:
        for transceiver in peer.getTransceivers():
            h264 = [c for c in get_capabilities("video").codecs if c.mimeType in {"video/H264", "video/rtx"}]
            transceiver.setCodecPreferences(h264)
        await peer.setLocalDescription(await peer.createOffer())
        offer = peer.localDescription.sdp
        answer = await client.post(path, content=offer, headers={"Content-Type": "application/sdp"} | headers)
        assert answer.status_code == 201, answer.text
        await peer.setRemoteDescription(RTCSessionDescription(answer.text, "answer"))
        yield
    finally:
        await peer.close()


@asynccontextmanager
async def viewer(client: httpx.AsyncClient, live: str, seen: Seen) -> AsyncIterator[None]:
    """A viewer by WHEP."""
    peer = RTCPeerConnection(_ALONE)
    looking: list[asyncio.Task[None]] = []
    peer.on("track", lambda track: looking.append(asyncio.create_task(seen.look(track))))
    peer.addTransceiver("video", "recvonly")
    async with call(client, f"/v1/lives/{live}/whep", peer):
        yield
    for task in looking:
        task.cancel()


@dataclass
class Round:
    """A round's figures: a hundredth of a core each, and frames."""

    camera: float
    each: float
    shown: float
    longest_s: float


async def one(args: argparse.Namespace) -> Round:
    """A service of its own, its camera, few viewers and more."""
    async with AsyncExitStack() as stack:
        made = await stack.enter_async_context(media.service())
        client = await stack.enter_async_context(httpx.AsyncClient(base_url=made.base, timeout=30))
        family = lives.Family(made.pid)
        live, key = await lives.start_live(client, 0)
        picture, camera = Picture(), RTCPeerConnection(_ALONE)
        camera.addTransceiver(picture, "sendonly")
        head = {"Authorization": f"Bearer {key}"}
        await stack.enter_async_context(call(client, f"/v1/lives/{live}/whip", camera, **head))
        await lives.until_there(client, live)
        alone = await taken(family, args.seconds)
        watched = [Seen() for _ in range(args.viewers)]
        for seen in watched:
            await stack.enter_async_context(viewer(client, live, seen))
        await asyncio.sleep(media.SETTLE_S)
        for seen in watched:
            seen.longest_s = 0.0
        frames, sent = sum(seen.frames for seen in watched), picture.sent
        many = await taken(family, args.seconds)
        due = (picture.sent - sent) * args.viewers
        shown = (sum(seen.frames for seen in watched) - frames) / due
        return Round(alone, (many - alone) / args.viewers, shown, max(seen.longest_s for seen in watched))


async def taken(family: lives.Family, seconds: float) -> float:
    """Hundredths of a core of the process that carries."""
    before, began = family.taken()[MEDIA], time.monotonic()
    await asyncio.sleep(seconds)
    return 100 * (family.taken()[MEDIA] - before) / (time.monotonic() - began)


async def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--viewers", type=int, default=8)
    parser.add_argument("--seconds", type=float, default=15)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args()
    rounds: list[Round] = [await one(args) for _ in range(args.rounds)]

    def figure(name: str, unit: str, read: Any, reach: float | None = None) -> report.Figure:
        return report.Figure(name, unit, tuple(read(each) for each in rounds), reach, at_most=True)

    report.show(
        [
            figure("processor of a camera by WHIP, packed", "% of one", lambda r: r.camera),
            figure("processor of a viewer by WHEP", "% of one", lambda r: r.each),
            figure("frames sent that viewers saw", "x", lambda r: r.shown),
            figure("longest time between two of them", "s", lambda r: r.longest_s),
        ],
        title=f"{args.viewers} viewers by WHEP, {SIZE[0]}x{SIZE[1]} at {RATE} frames a second",
    )


if __name__ == "__main__":
    world.run(main())
