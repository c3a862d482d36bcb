"""What a stream says besides frames."""

import msgspec

from largesse.accounts import PersonBody


class YouBody(msgspec.Struct, frozen=True):
    """The viewer, as the room sees them."""

    account: PersonBody
    banned: bool
    muted: bool
    is_creator: bool


class FrameList(msgspec.Struct, frozen=True):
    """Kept frames in order; with `gap`, frames between are gone: take a new snapshot."""

    items: list[msgspec.Raw]
    seq: int
    gap: bool
