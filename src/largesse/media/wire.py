"""How a stream is shown on the wire."""

from urllib.parse import urlsplit

import msgspec

from largesse.kit.config import Settings
from largesse.media.model import Stream, StreamKeys
from largesse.media.recording import REPLAY
from largesse.media.window import PLAYLIST


class IngestBody(msgspec.Struct, frozen=True, kw_only=True):
    """Where a creator's camera or encoder publishes; the key is a secret. `rtmp` is null where RTMP is off.

    `said` is the last that whoever publishes, or published, was told: a notice, or why it ended; a sentence in English.
    """

    ws: str
    whip: str | None
    rtmp: str | None
    key: str
    said: str | None


class PlaybackBody(msgspec.Struct, frozen=True, kw_only=True):
    """Where players find pictures and sound; null where there are none of that kind."""

    hls: str | None
    mse_ws: str | None
    whep: str | None


class SignalBody(msgspec.Struct, frozen=True, kw_only=True):
    """Whether pictures arrive: `none` until they first did, `lost` while they are awaited back."""

    state: str
    run: int


def ingest_body(stream: Stream, keys: StreamKeys, settings: Settings) -> IngestBody:
    """For who publishes it, while they may."""
    host = urlsplit(settings.origin).hostname or settings.http_host
    where = f"[{host}]" if ":" in host else host
    return IngestBody(
        ws=f"{stream.address}/ingest",
        whip=None,
        rtmp=f"rtmp://{where}:{settings.rtmp_port}/live" if settings.rtmp_port else None,
        key=keys.text(stream.id, stream.key_number),
        said=stream.said,
    )


def playback_body(stream: Stream) -> PlaybackBody | None:
    """For everybody: the running LIVE, or its replay; null where there is nothing to see."""
    files = f"/hls/{stream.public_id}"
    if stream.open and stream.run:
        return PlaybackBody(hls=f"{files}/{PLAYLIST}", mse_ws=f"{stream.address}/pictures", whep=None)
    if stream.replay_s:
        return PlaybackBody(hls=f"{files}/{REPLAY}", mse_ws=None, whep=None)
    return None


def signal_body(stream: Stream | None) -> SignalBody:
    """For everybody."""
    return SignalBody(state=stream.signal, run=stream.run) if stream else SignalBody(state="none", run=0)
