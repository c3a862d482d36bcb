"""A LIVE's stream and the key that it is published with: pure, without a clock."""

import hmac
from datetime import datetime
from hashlib import sha256
from typing import Literal
from uuid import UUID, uuid5

import msgspec

from largesse.kit import ids

SignalState = Literal["none", "live", "lost"]
_MARK = b"largesse stream key 1:"


class Stream(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of the pictures and sound of a LIVE's creator, or of a guest, as its row stands.

    `id` is the stream's, which is the LIVE's where it is its creator's. `replay_s` is null until it has ended,
    `still_at` until a still picture was taken, `unrecorded_at` while what is shown is recorded; `drop_because`: its
    files go, or are gone. `said` is what its publisher was last told.
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


def _crockford(value: UUID) -> str:
    return ids.encode("", value)[1:]
