"""The WebRTC peers of a media process: cameras that publish (WHIP) and viewers (WHEP). Nothing is decoded or encoded.

Offers come over NATS, see `calls`. A camera is H.264, with Opus where it has sound; its frames go to the peers that
watch the stream, and into the packaging that every publisher has. What does not connect, or says nothing, is closed.
Source: RFC 9725 (WHIP); draft-ietf-wish-whep (WHEP); the ids that Chromium reads beside a codec: `x-google-…`.
"""

import asyncio
import re
import secrets
from collections import Counter
from collections.abc import Coroutine
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import msgspec
import structlog
from aiortc import RTCBundlePolicy, RTCConfiguration, RTCPeerConnection, RTCRtpReceiver, RTCSessionDescription, sdp
from aiortc.codecs import get_capabilities

from largesse.kit.config import Settings
from largesse.kit.http import Busy, TooMany
from largesse.kit.news import Listening, News
from largesse.kit.problems import Problem
from largesse.media import calls, ice
from largesse.media.assembly import Pictures, Sounds, tap
from largesse.media.calls import Answer, Offer
from largesse.media.camera import Camera
from largesse.media.errors import BadOffer, NoCamera
from largesse.media.fan import Fan, Lane
from largesse.media.service import MediaService

log = structlog.get_logger(__name__)
_SWEEP_S = 1.0  # also between key frames, which viewers of fragments begin with
_KEY_S_MIN = 0.3
_START_KBITS = 1200
_PROFILE = re.compile(r"^(a=fmtp:\d+ .*profile-level-id=.*)$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Bounds:
    """What peers may take."""

    peers_max: int = 200
    peers_per_address_max: int = 16
    connect_s_max: float = 15
    silent_s_max: float = 6  # of a camera
    idle_s_max: float = 12  # of a viewer to whom nothing was sent


@dataclass(eq=False)
class Peer:
    """One connection. A viewer has lanes, a publisher a camera."""

    id: str
    stream: UUID
    address: str
    connection: RTCPeerConnection
    since_s: float
    ours: bool = True
    lanes: list[Lane] = field(default_factory=list)
    camera: Camera | None = None
    closing: bool = False


class Peers:
    """Build and open it in a process of role `media`, whose `MediaService` is open."""

    def __init__(self, media: MediaService, bounds: Bounds | None = None) -> None:
        self.bounds = bounds or Bounds()
        self.peers: dict[str, Peer] = {}
        self._media = media
        self._news: News = media.news
        self._settings: Settings = media.settings
        self._name = secrets.token_hex(4)
        self._fans: dict[UUID, Fan] = {}
        self._offered: dict[UUID, Listening] = {}  # streams whose viewers may come here
        self._addresses: Counter[str] = Counter()
        self._tasks: set[asyncio.Task[Any]] = set()
        self._listening: list[Listening] = []
        self._sweeping: asyncio.Task[None] | None = None

    async def open(self) -> None:
        """Answer offers."""
        self._listening = [
            await self._news.answer(calls.WHIP_SUBJECT, self._hear_camera, queue=calls.WHIP_QUEUE),
            await self._news.answer(calls.peer_subject(self._name), self._hear_end),
        ]
        self._sweeping = asyncio.create_task(self._sweep(), name="peers sweep")

    async def close(self) -> None:
        """End every peer."""
        for listening in self._listening:
            await listening.unsubscribe()
        if self._sweeping is not None:
            self._sweeping.cancel()
            await asyncio.wait([self._sweeping])
        await asyncio.gather(*[self._end(peer) for peer in list(self.peers.values())])
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _hear_camera(self, told: bytes) -> bytes:
        return await self._answered(self._take_camera(msgspec.msgpack.decode(told, type=Offer)))

    async def _hear_viewer(self, told: bytes) -> bytes:
        return await self._answered(self._take_viewer(msgspec.msgpack.decode(told, type=Offer)))

    async def _hear_end(self, told: bytes) -> bytes:
        peer = self.peers.get(told.decode())
        if peer is None:
            return b"unknown"
        await self._end(peer)
        return b"ended"

    @staticmethod
    async def _answered(answering: Coroutine[Any, Any, Answer]) -> bytes:
        try:
            answer = await answering
        except Problem as problem:
            answer = Answer(problem=problem.code, detail=str(problem.members().get("detail", "")))
        return msgspec.msgpack.encode(answer)

    async def _take_camera(self, offer: Offer) -> Answer:
        """A camera comes; one of the same stream that is here already leaves."""
        kinds = _kinds(offer.sdp, "sendonly")
        peer = self._new(offer)
        peer.camera = camera = Camera(
            lambda wait: self._media.publish(
                offer.stream, "matroska", lambda _: None, key_number=offer.key_number, wait=wait and offer.wait
            ),
            self._fan(offer.stream),
            sound="audio" in kinds,
        )
        now = asyncio.get_running_loop().time
        for kind in kinds:
            transceiver = peer.connection.addTransceiver(kind, "recvonly")
            if kind == "video":
                tap(transceiver.receiver, pictures := Pictures(camera.picture, now))
                camera.ask_key = _KeyFrames(transceiver.receiver, pictures, self._tasks).ask
            else:
                tap(transceiver.receiver, Sounds(camera.sound))
        answer = await self._connected(peer, offer.sdp)
        for other in [p for p in self.peers.values() if p.camera and p.stream == offer.stream and p is not peer]:
            self._run(self._end(other))
        self._fan(offer.stream).ask_key = camera.ask_key
        self._run(self._pack(peer, camera))
        if offer.stream not in self._offered:
            subject = calls.whep_subject(offer.stream)
            self._offered[offer.stream] = await self._news.answer(subject, self._hear_viewer)
        return Answer(sdp=_PROFILE.sub(rf"\1;x-google-start-bitrate={_START_KBITS}", answer), peer=peer.id)

    async def _take_viewer(self, offer: Offer) -> Answer:
        kinds = _kinds(offer.sdp, "recvonly")
        if not any(p.camera for p in self.peers.values() if p.stream == offer.stream):
            raise NoCamera
        strangers = sum(not p.ours for p in self.peers.values() if p.lanes and p.stream == offer.stream)
        if not offer.ours and strangers >= self._settings.webrtc_viewers_max:
            raise Busy
        peer, fan = self._new(offer), self._fan(offer.stream)
        for kind in kinds:
            lane = Lane(kind, fan.want_key)
            transceiver = peer.connection.addTransceiver(lane, "sendonly")
            vars(transceiver.sender)["_send_keyframe"] = fan.want_key  # aiortc would tell its encoder, and has none
            peer.lanes.append(lane)
        answer = await self._connected(peer, offer.sdp)
        fan.lanes.update(peer.lanes)
        return Answer(sdp=answer, peer=peer.id)

    def _new(self, offer: Offer) -> Peer:
        """A place for a peer. Raises `Busy`, `TooMany`."""
        if len(self.peers) >= self.bounds.peers_max:
            raise Busy
        if self._addresses[offer.address] >= self.bounds.peers_per_address_max:
            raise TooMany
        configuration = RTCConfiguration(iceServers=[], bundlePolicy=RTCBundlePolicy.MAX_BUNDLE)
        peer = Peer(
            self._name + secrets.token_hex(16), offer.stream, offer.address, RTCPeerConnection(configuration),
            asyncio.get_running_loop().time(), offer.ours,
        )  # fmt: skip
        self.peers[peer.id] = peer
        self._addresses[peer.address] += 1
        return peer

    async def _connected(self, peer: Peer, offered: str) -> str:
        """Our answer, with the addresses that we are reached at. Raises `BadOffer`, `Busy`."""
        connection = peer.connection
        try:
            for transceiver in connection.getTransceivers():
                transceiver.setCodecPreferences(_codecs(transceiver.kind))
            await connection.setRemoteDescription(RTCSessionDescription(ice.without_candidates(offered), "offer"))
            ice.reached(connection, self._settings)
            await connection.setLocalDescription(await connection.createAnswer())
        except ice.NoPort as error:
            log.warning("webrtc.no_port", error=str(error))
            await self._end(peer)
            raise Busy from error
        except Exception as error:  # what came is a stranger's, and its reader raises whatever it stumbles over
            log.info("webrtc.bad_offer", error=repr(error)[:200])
            await self._end(peer)
            raise BadOffer(detail="Offer H.264 for the picture and Opus for the sound, bundled.") from error

        def changed() -> None:
            if connection.connectionState in {"failed", "closed"}:
                self._run(self._end(peer))

        connection.on("connectionstatechange", changed)
        log.info("webrtc.peer", peer=peer.id[:12], camera=peer.camera is not None, stream=peer.stream.hex)
        return connection.localDescription.sdp

    async def _pack(self, peer: Peer, camera: Camera) -> None:
        try:
            why = await camera.run()
            log.info("webrtc.camera_ended", peer=peer.id[:12], why=why)
        except Exception:  # a fault of ours ends this camera, and no other
            log.exception("webrtc.camera", peer=peer.id[:12])
        finally:
            await self._end(peer)

    async def _end(self, peer: Peer) -> None:
        """Close a peer; a camera's last frames are packed first, elsewhere."""
        if peer.closing:
            return
        peer.closing = True
        if self.peers.pop(peer.id, None) is not None:
            self._addresses[peer.address] -= 1
            if not self._addresses[peer.address]:
                del self._addresses[peer.address]
        fan = self._fan(peer.stream)
        fan.lanes.difference_update(peer.lanes)
        if peer.camera is not None:
            peer.camera.end()
        await peer.connection.close()
        await self._forget(peer.stream)

    async def _forget(self, stream: UUID) -> None:
        """Offer a stream no more whose camera is gone; keep nothing of it without viewers."""
        here = [p for p in self.peers.values() if p.stream == stream]
        if not any(p.camera for p in here) and (offered := self._offered.pop(stream, None)) is not None:
            await offered.unsubscribe()
        if not here:
            self._fans.pop(stream, None)

    async def _sweep(self) -> None:
        """Close who does not connect or says nothing; ask cameras for a key frame each time."""
        while True:
            await asyncio.sleep(_SWEEP_S)
            now_s = asyncio.get_running_loop().time()
            for peer in list(self.peers.values()):
                if peer.connection.connectionState != "connected":
                    over = now_s - peer.since_s > self.bounds.connect_s_max
                elif peer.camera is not None:
                    over = now_s - max(peer.since_s, peer.camera.heard_s) > self.bounds.silent_s_max
                    peer.camera.ask_key()
                else:
                    over = now_s - max(peer.since_s, self._fan(peer.stream).gave_at) > self.bounds.idle_s_max
                if over:
                    self._run(self._end(peer))

    def _fan(self, stream: UUID) -> Fan:
        return self._fans.setdefault(stream, Fan())

    def _run(self, what: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(what)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


class _KeyFrames:
    """Asks a publisher for a key frame (PLI), not more often than it can answer."""

    def __init__(self, receiver: RTCRtpReceiver, pictures: Pictures, tasks: set[asyncio.Task[Any]]) -> None:
        self._receiver = receiver
        self._pictures = pictures
        self._tasks = tasks
        self._asked_s = 0.0

    def ask(self) -> None:
        loop = asyncio.get_running_loop()
        source = self._pictures.source
        if not source or loop.time() - self._asked_s < _KEY_S_MIN:
            return
        self._asked_s = loop.time()
        task = loop.create_task(self._receiver._send_rtcp_pli(source))  # noqa: SLF001 - no other way
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def _codecs(kind: str) -> list[Any]:
    """What we take and give: H.264, which is not encoded again for anybody, with what is sent again; and Opus."""
    wanted = {"video/h264", "video/rtx"} if kind == "video" else {"audio/opus"}
    return [codec for codec in get_capabilities(kind).codecs if codec.mimeType.lower() in wanted]


def _kinds(offered: str, direction: str) -> list[str]:
    """The tracks of an offer, in order: a picture, and sound or none. Raises `BadOffer`."""
    try:
        media = sdp.SessionDescription.parse(offered).media
    except Exception as error:  # a reader of lines raises whatever it stumbles over
        raise BadOffer(detail="This is no session description.") from error
    kinds = [part.kind for part in media]
    if "video" not in kinds:
        raise BadOffer(detail="There is no picture in it. Add a camera, and offer H.264.")
    if set(kinds) - {"audio", "video"} or len(set(kinds)) != len(kinds):
        raise BadOffer(detail="One picture and one sound at most, and nothing else.")
    if any(part.direction not in {direction, "sendrecv"} for part in media):
        raise BadOffer(detail=f"Every part of it is {direction}.")
    return kinds
