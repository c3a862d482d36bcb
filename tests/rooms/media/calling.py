"""WebRTC peers for tests, on aiortc's own: a camera that publishes by WHIP, and a viewer that comes by WHEP."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator
from fractions import Fraction
from typing import Any

import httpx
from aiortc import (
    MediaStreamTrack,
    RTCBundlePolicy,
    RTCConfiguration,
    RTCPeerConnection,
    RTCSessionDescription,
)
from aiortc.codecs import get_capabilities
from av import AudioFrame, VideoFrame

ALONE = RTCConfiguration(iceServers=[], bundlePolicy=RTCBundlePolicy.MAX_BUNDLE)


class Picture(MediaStreamTrack):
    """Frames whose brightness tells their number, modulo 200."""

    kind = "video"

    def __init__(self, width: int = 320, height: int = 240, rate: int = 15) -> None:
        super().__init__()
        self.size, self.rate, self.sent = (width, height), rate, 0
        self.began = time.monotonic()

    async def recv(self) -> VideoFrame:
        self.sent += 1
        await asyncio.sleep(max(0.0, self.began + self.sent / self.rate - time.monotonic()))
        frame = VideoFrame(*self.size, "yuv420p")
        for n, plane in enumerate(frame.planes):
            plane.update(bytes([16 + self.sent % 200 if n == 0 else 128]) * plane.buffer_size)
        frame.pts, frame.time_base = self.sent * 90_000 // self.rate, Fraction(1, 90_000)
        return frame


class Tone(MediaStreamTrack):
    """Silence, 20 ms at a time."""

    kind = "audio"

    def __init__(self) -> None:
        super().__init__()
        self.sent = 0
        self.began = time.monotonic()

    async def recv(self) -> AudioFrame:
        self.sent += 1
        await asyncio.sleep(max(0.0, self.began + self.sent * 0.02 - time.monotonic()))
        frame = AudioFrame("s16", "stereo", 960)
        frame.planes[0].update(bytes(frame.planes[0].buffer_size))
        frame.pts, frame.sample_rate, frame.time_base = self.sent * 960, 48_000, Fraction(1, 48_000)
        return frame


async def offered(peer: RTCPeerConnection, codecs: str = "video/H264") -> str:
    """An offer of this peer, whose pictures have one codec."""
    for transceiver in peer.getTransceivers():
        if transceiver.kind == "video":
            chosen = [c for c in get_capabilities("video").codecs if c.mimeType in {codecs, "video/rtx"}]
            transceiver.setCodecPreferences(chosen)
    await peer.setLocalDescription(await peer.createOffer())
    return peer.localDescription.sdp


async def sent(client: httpx.AsyncClient, address: str, offer: str | bytes, **headers: str) -> httpx.Response:
    """An offer to an endpoint."""
    return await client.post(address, content=offer, headers={"Content-Type": "application/sdp"} | headers)


@contextlib.asynccontextmanager
async def camera(
    client: httpx.AsyncClient, address: str, *tracks: MediaStreamTrack, **headers: str
) -> AsyncIterator[tuple[RTCPeerConnection, httpx.Response]]:
    """A publisher: connected if it was taken. It vanishes at the end without a word to HTTP."""
    peer = RTCPeerConnection(ALONE)
    try:
        for track in tracks or (Picture(), Tone()):
            peer.addTransceiver(track, "sendonly")
        answer = await sent(client, address, await offered(peer), **headers)
        if answer.status_code == 201:
            await peer.setRemoteDescription(RTCSessionDescription(answer.text, "answer"))
        yield peer, answer
    finally:
        await peer.close()


class Seen:
    """What a viewer was shown, decoded."""

    def __init__(self) -> None:
        self.frames: list[Any] = []
        self.sounds = 0

    async def until(self, frames: int, seconds: float = 20) -> None:
        async with asyncio.timeout(seconds):
            while len(self.frames) < frames:  # noqa: ASYNC110 - of another program
                await asyncio.sleep(0.02)


@contextlib.asynccontextmanager
async def viewer(client: httpx.AsyncClient, address: str, **headers: str) -> AsyncIterator[tuple[Seen, httpx.Response]]:
    """A viewer: what it sees, and how it was answered."""
    peer, seen = RTCPeerConnection(ALONE), Seen()
    tasks = []

    async def look(track: MediaStreamTrack) -> None:
        with contextlib.suppress(Exception):
            while True:
                frame = await track.recv()
                if track.kind == "video":
                    seen.frames.append(frame)
                else:
                    seen.sounds += 1

    peer.on("track", lambda track: tasks.append(asyncio.create_task(look(track))))
    try:
        for kind in ("audio", "video"):
            peer.addTransceiver(kind, "recvonly")
        answer = await sent(client, address, await offered(peer), **headers)
        if answer.status_code == 201:
            await peer.setRemoteDescription(RTCSessionDescription(answer.text, "answer"))
        yield seen, answer
    finally:
        await peer.close()
        for task in tasks:
            task.cancel()
