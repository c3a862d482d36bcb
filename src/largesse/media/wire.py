"""How a stream is shown on the wire."""

from typing import Literal
from urllib.parse import urlsplit

import msgspec

from largesse.kit.config import Settings
from largesse.media.model import Stream, StreamKeys
from largesse.media.recording import REPLAY
from largesse.media.rungs import MASTER
from largesse.media.stills import STILL
from largesse.media.window import PLAYLIST

ReplayState = Literal["none", "making", "ready", "deleted"]


class IngestBody(msgspec.Struct, frozen=True, kw_only=True):
    """Where a creator's camera or encoder publishes; the key is a secret. `ws`, `whip` and `rtmp` are null where off.

    `said` is the last that whoever publishes, or published, was told: a notice, or why it ended; a sentence in English.
    `recording`: whether what is shown is kept: `on`, `off` by the operator, `stopped` because the disk was full.
    """

    ws: str | None
    whip: str | None
    rtmp: str | None
    key: str
    said: str | None
    recording: str


class PlaybackBody(msgspec.Struct, frozen=True, kw_only=True):
    """Where players find pictures and sound; null where there are none of that kind.

    `whep` answers 404 `no-whep` while the stream does not come by WHIP.
    """

    hls: str | None
    mse_ws: str | None
    whep: str | None


class SignalBody(msgspec.Struct, frozen=True, kw_only=True):
    """Whether pictures arrive: `none` until they first did, `lost` while they are awaited back."""

    state: str
    run: int


def ingest_body(stream: Stream, keys: StreamKeys, settings: Settings) -> IngestBody:
    """For who publishes it, while they may."""
    if settings.has_external_engine:
        key = keys.text(stream.id, stream.key_number)
        where = settings.engine_rtmp_url
        if settings.media_engine == "mediamtx":  # it renames nothing: the name is the LIVE's, the key its password
            key = f"{stream.public_id}?user=creator&pass={key}"
        return IngestBody(ws=None, whip=None, rtmp=where, key=key, said=stream.said, recording="off")
    host = urlsplit(settings.origin).hostname or settings.http_host
    where = f"[{host}]" if ":" in host else host
    return IngestBody(
        ws=f"{stream.address}/ingest",
        whip=f"{stream.address}/whip" if settings.webrtc_ports else None,
        rtmp=f"rtmp://{where}:{settings.rtmp_port}/live" if settings.rtmp_port else None,
        key=keys.text(stream.id, stream.key_number),
        said=stream.said,
        recording=_recording(stream, settings),
    )


def playback_body(stream: Stream) -> PlaybackBody | None:
    """For everybody: the running LIVE, or its replay; null where there is nothing to see."""
    signature = f"?signed={stream.signature}" if stream.signature else ""
    if stream.open and stream.run and stream.hls:  # an external engine asks no viewer for a signature
        return None if stream.private else PlaybackBody(hls=stream.hls, mse_ws=None, whep=None)
    if stream.open and stream.run:
        return PlaybackBody(
            hls=f"{stream.files}/{MASTER if stream.ladder else PLAYLIST}",
            mse_ws=f"{stream.address}/pictures{signature}",
            whep=f"{stream.address}/whep{signature}",
        )
    if stream.replay_s and not stream.drop_because:
        return PlaybackBody(hls=f"{stream.files}/{REPLAY}", mse_ws=None, whep=None)
    return None


def signal_body(stream: Stream | None) -> SignalBody:
    """For everybody."""
    return SignalBody(state=stream.signal, run=stream.run) if stream else SignalBody(state="none", run=0)


def poster(stream: Stream | None) -> str | None:
    """For everybody: the latest still picture; null where none was taken, or it was deleted."""
    if stream is None or stream.still_at is None or stream.drop_because:
        return None
    return f"{stream.files}/{STILL}?at={int(stream.still_at.timestamp())}"


def replay_state(stream: Stream | None) -> ReplayState:
    """What can be watched after the end: nothing was recorded, it is being made, it is there, or was deleted."""
    if stream is None or not stream.run:
        return "none"
    if stream.drop_because:
        return "deleted"
    if stream.open or stream.replay_s is None:
        return "making"
    return "ready" if stream.replay_s else "none"


def _recording(stream: Stream, settings: Settings) -> str:
    if not settings.record_lives or stream.guest is not None:
        return "off"
    return "stopped" if stream.unrecorded_at else "on"
