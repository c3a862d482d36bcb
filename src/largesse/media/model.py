"""A LIVE's stream and the key that it is published with: pure, without a clock."""

import hmac
import re
from collections.abc import Mapping
from datetime import datetime
from hashlib import sha256
from typing import Literal, TypeVar
from uuid import UUID, uuid5

import msgspec

from largesse.kit import ids
from largesse.kit.config import Settings

SignalState = Literal["none", "live", "lost"]
_MARK = b"largesse stream key 1:"
_SIGNED = b"largesse signed address 1:"
SIGNED_STEP_S = 3600
K = TypeVar("K")


class Stream(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of the pictures and sound of a LIVE's creator, or of a guest, as its row stands.

    `id` is the stream's, which is the LIVE's where it is its creator's. `replay_s` is null until it has ended,
    `still_at` until a still picture was taken, `unrecorded_at` while what is shown is recorded; `drop_because`: its
    files go, or are gone. `said` is what its publisher was last told. Of a `private` one, addresses
    for viewers carry a `signature`. `hls`: its playlist, where an external engine shows it. `ladder`: a running one is
    shown by a playlist of several renditions.
    """

    stage: int
    id: UUID
    live: UUID
    guest: int | None
    guest_id: UUID | None
    creator: int
    open: bool
    key_number: int
    run: int
    held: bool
    lost_at: datetime | None
    replay_s: int | None
    said: str | None
    still_at: datetime | None
    unrecorded_at: datetime | None
    drop_because: str | None
    private: bool
    signature: str = ""
    hls: str = ""
    ladder: bool = False

    @property
    def signal(self) -> SignalState:
        """Whether somebody publishes; `none` where nobody ever did."""
        if self.held:
            return "live"
        return "lost" if self.run else "none"

    @property
    def publisher(self) -> int:
        """The account that publishes."""
        return self.creator if self.guest is None else self.guest

    @property
    def public_id(self) -> str:
        """The stream's id on the wire."""
        return ids.encode("live" if self.guest_id is None else "stream", self.id)

    @property
    def guest_public_id(self) -> str | None:
        """The guest's account on the wire; None where it is the creator's stream."""
        return None if self.guest_id is None else ids.encode("acct", self.guest_id)

    @property
    def address(self) -> str:
        """Where its routes begin."""
        whole = f"/v1/lives/{ids.encode('live', self.live)}"
        return whole if self.guest_id is None else f"{whole}/guests/{self.guest_public_id}"

    @property
    def files(self) -> str:
        """Where the files of its playlists are; relative addresses in them keep the signature."""
        return f"/hls/{self.public_id}{'~' if self.signature else ''}{self.signature}"


def guest_stream(live: UUID, guest: UUID) -> UUID:
    """The id of a guest's stream: the same whenever they come to this LIVE."""
    return uuid5(live, guest.hex)


class StreamKeys:
    """The keys that encoders publish with: derived from a secret, so that they can be shown again and none is stored.

    A key is the LIVE's id, the number of the key and 128 bits of HMAC-SHA-256, for this LIVE and number alone.
    """

    def __init__(self, secret: bytes) -> None:
        self._secret = secret

    def text(self, live: UUID, number: int) -> str:
        """The key, 55 characters or more of letters, digits and `-`."""
        mac = hmac.digest(self._secret, _MARK + live.bytes + number.to_bytes(4), sha256)
        return f"{_crockford(live)}-{number}-{_crockford(UUID(bytes=mac[:16]))}"

    def read(self, text: str) -> tuple[UUID, int] | None:
        """The LIVE and the number of a key; None where it is none of ours."""
        head, _, rest = text.partition("-")
        digits = rest.partition("-")[0]
        live = ids.decode(head, "live") if head.isascii() else None
        if live is None or not (digits.isascii() and digits.isdigit()) or len(digits) > 9:  # noqa: PLR2004
            return None
        good = self.text(live, int(digits)).encode()
        return (live, int(digits)) if hmac.compare_digest(good, text.encode()) else None

    def sign(self, stream: UUID, now: datetime) -> str:
        """What lets somebody see a private stream for two to three hours; the same for all who ask within an hour.

        One address for many lets caches keep what they fetched.
        """
        return self._signature(stream, (int(now.timestamp()) // SIGNED_STEP_S + 3) * SIGNED_STEP_S)

    def signed_s(self, stream: UUID, signature: str, now: datetime) -> int:
        """For how many seconds a signature holds yet; 0 where it is none of ours, of another stream, or over."""
        until = signature.partition(".")[0]
        if not re.fullmatch(r"[0-9a-f]{1,12}", until):
            return 0
        good = self._signature(stream, int(until, 16)).encode()
        if not hmac.compare_digest(good, signature.encode()):
            return 0
        return max(0, int(until, 16) - int(now.timestamp()))

    def _signature(self, stream: UUID, until: int) -> str:
        mac = hmac.digest(self._secret, _SIGNED + stream.bytes + until.to_bytes(8), sha256)
        return f"{until:x}.{_crockford(UUID(bytes=mac[:16]))}"


def signed(streams: Mapping[K, Stream], keys: StreamKeys, now: datetime, settings: Settings) -> dict[K, Stream]:
    """Streams as who may see them is told of them: private ones with a signature, or with an external address."""
    if settings.has_external_engine:
        folder, end = settings.engine_hls_url, "/index.m3u8" if settings.media_engine == "mediamtx" else ".m3u8"
        return {
            key: msgspec.structs.replace(stream, hls=f"{folder}/{stream.public_id}{end}")
            for key, stream in streams.items()
        }
    return {
        key: msgspec.structs.replace(
            stream,
            signature=keys.sign(stream.id, now) if stream.private else "",
            ladder=bool(settings.live_ladder) and stream.guest is None,
        )
        for key, stream in streams.items()
    }


def _crockford(value: UUID) -> str:
    return ids.encode("", value)[1:]
