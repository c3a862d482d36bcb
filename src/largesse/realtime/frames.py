"""Frames as they travel: events, totals, and the packed form that is published and kept.

A frame is serialised once. Packed, it is a head (version, seq, prev, milli-diamonds) and the public JSON, whose last
member is `totals`; the creator's JSON is the same with `diamonds_milli` put before the last two braces.
"""

from datetime import datetime
from struct import Struct

import msgspec

from largesse.accounts import PersonBody
from largesse.stage import GoalBody, MatchBody, RankBody

EPOCH_BITS = 32
_VERSION = 1
_HEAD = Struct(">Bqqq")


class Event(msgspec.Struct, frozen=True, kw_only=True, tag_field="type"):
    """What every event has."""

    at: datetime


class GiftSent(Event, frozen=True, kw_only=True, tag="gift.sent"):
    """A settled gift: final and countable. `diamond_count` is the price in coins of one unit, `coins` the total."""

    id: str
    gift_id: str
    repeat_count: int
    repeat_end: bool = True
    streakable: bool
    combo_id: str | None
    coins: int
    diamond_count: int
    sender: PersonBody | None
    receiver: PersonBody
    receipt: str
    message: str | None


class GiftReversed(Event, frozen=True, kw_only=True, tag="gift.reversed"):
    """A part of a settled gift was taken back, or came back (negative). `reason`: refund, chargeback or restored."""

    receipt: str
    coins: int
    diamonds_milli: int
    reason: str


class ChatMessage(Event, frozen=True, kw_only=True, tag="chat.message", omit_defaults=True):
    """A comment. `highlight`: its sender gave by name in this LIVE; `rank` is their place among its first three."""

    id: str
    sender: PersonBody
    text: str
    highlight: bool = False
    rank: int | None = None


class QuestionNew(Event, frozen=True, kw_only=True, tag="question.new"):
    """A question to the creator."""

    id: str
    sender: PersonBody
    text: str


class Like(Event, frozen=True, kw_only=True, tag="like"):
    """The likes of a frame; `senders` as counted in each moment, so somebody may be in it twice."""

    count: int
    senders: int


class MemberJoined(Event, frozen=True, kw_only=True, tag="member.joined"):
    """Who came in; at most five are named, `count` is of all, guests too."""

    members: list[PersonBody]
    count: int


class Follow(Event, frozen=True, kw_only=True, tag="follow"):
    """Somebody follows the creator now."""

    account: PersonBody


class Share(Event, frozen=True, kw_only=True, tag="share"):
    """Somebody shared the LIVE."""

    account: PersonBody


class Thanks(Event, frozen=True, kw_only=True, tag="thanks"):
    """The creator thanks givers: `accounts` are the first five of `count`, none who gave anonymously."""

    accounts: list[PersonBody]
    count: int
    text: str | None


class RankUpdated(Event, frozen=True, kw_only=True, tag="rank.updated"):
    """The first three givers, named coins only."""

    top_gifters: list[RankBody]


class ModerationAction(Event, frozen=True, kw_only=True, tag="moderation.action", omit_defaults=True):
    """What was done to keep order; `text` is the id of a comment or question, `said` its words, pinned or answered."""

    action: str
    account: PersonBody | None
    text: str | None
    said: str | None = None


class GuestAsked(Event, frozen=True, kw_only=True, tag="guest.asked"):
    """Somebody asks to come in; the creator and moderators read who in the list of guests. `waiting`: how many ask."""

    waiting: int


class GuestInvited(Event, frozen=True, kw_only=True, tag="guest.invited"):
    """The creator asks somebody to come in."""

    account: PersonBody


class GuestJoined(Event, frozen=True, kw_only=True, tag="guest.joined"):
    """Somebody is a guest of the LIVE now: gifts can be for them, and their pictures come with `signal.back`."""

    account: PersonBody


class GuestLeft(Event, frozen=True, kw_only=True, tag="guest.left"):
    """Somebody is a guest no longer."""

    account: PersonBody


class LiveStarted(Event, frozen=True, kw_only=True, tag="live.started"):
    """The LIVE runs."""


class LiveEnded(Event, frozen=True, kw_only=True, tag="live.ended"):
    """The LIVE is over."""

    summary_url: str


class SignalBack(Event, frozen=True, kw_only=True, tag="signal.back", omit_defaults=True):
    """Pictures of the creator arrive, for the first time (run 1) or again; of a guest where `guest` says whose."""

    run: int
    guest: str | None = None


class SignalLost(Event, frozen=True, kw_only=True, tag="signal.lost", omit_defaults=True):
    """No pictures arrive any more; half a minute is given to return, ten minutes until the LIVE ends.

    With `guest`, that guest's: the LIVE goes on.
    """

    guest: str | None = None


class RecordingStopped(Event, frozen=True, kw_only=True, tag="recording.stopped"):
    """The disk is full: what is shown is not kept any more. The LIVE goes on."""


class GoalProgress(Event, frozen=True, kw_only=True, tag="goal.progress"):
    """What there is of the LIVE's goal: absolute, so a missed one harms nothing."""

    goal: GoalBody


class GoalSet(Event, frozen=True, kw_only=True, tag="goal.set"):
    """The LIVE has another goal; null: it has none any more."""

    goal: GoalBody | None


class MatchInvited(Event, frozen=True, kw_only=True, tag="match.invited"):
    """A LIVE invites another one; its creators act on it."""

    match: MatchBody


class MatchStarted(Event, frozen=True, kw_only=True, tag="match.started"):
    """A match begins at its `started_at`."""

    match: MatchBody


class MatchMultiplier(Event, frozen=True, kw_only=True, tag="match.multiplier"):
    """The last one of its multipliers is announced. It scores only."""

    match: MatchBody


class MatchEnded(Event, frozen=True, kw_only=True, tag="match.ended"):
    """What a match came to, for good: counted from the journal."""

    match: MatchBody


class MatchClosed(Event, frozen=True, kw_only=True, tag="match.closed"):
    """An invitation was declined, withdrawn, or has expired."""

    match: MatchBody


class SideScore(msgspec.Struct, frozen=True):
    """A LIVE's score."""

    live: str
    score: int


class MatchScore(Event, frozen=True, kw_only=True, tag="match.score"):
    """Scores of a running match as its rooms fold them; the ones of `match.ended` are final."""

    id: str
    scores: list[SideScore]


class Totals(msgspec.Struct, frozen=True):
    """Absolute totals, so a missed frame harms nothing."""

    viewers: int
    likes: int
    gifts: int
    gifters: int
    coins: int


class GuestCoins(msgspec.Struct, frozen=True):
    """Coins given to a guest in this LIVE, absolute; `account` is the guest's id."""

    account: str
    coins: int


class Folded(msgspec.Struct, frozen=True):
    """Gifts that this frame counts and does not name."""

    count: int
    coins: int
    senders: int


class FrameBody(msgspec.Struct, frozen=True, kw_only=True):
    """One frame of a room. `totals` stands last: `Frame.creator` builds on it. `guests`: whose coins changed."""

    seq: int
    at: datetime
    events: list[Event]
    folded: Folded | msgspec.UnsetType = msgspec.UNSET
    guests: list[GuestCoins] | msgspec.UnsetType = msgspec.UNSET
    totals: Totals


class FrameRead(msgspec.Struct, frozen=True):
    """What a gateway takes out of a frame for its snapshots."""

    events: list[msgspec.Raw]
    totals: Totals
    guests: list[GuestCoins] = []


class Frame:
    """A serialised frame. `prev` is the seq of the frame before it: a reader that is at `prev` misses nothing."""

    __slots__ = ("_creator", "_read", "diamonds_milli", "prev", "public", "seq")

    def __init__(self, seq: int, prev: int, diamonds_milli: int, public: bytes) -> None:
        self.seq = seq
        self.prev = prev
        self.diamonds_milli = diamonds_milli
        self.public = public
        self._creator: bytes | None = None
        self._read: FrameRead | None = None

    @property
    def creator(self) -> bytes:
        """The JSON for the creator and the overlay."""
        if self._creator is None:
            self._creator = with_diamonds(self.public, self.diamonds_milli)
        return self._creator

    @property
    def read(self) -> FrameRead:
        """Its events and totals, read once."""
        if self._read is None:
            self._read = _reader.decode(self.public)
        return self._read

    def pack(self) -> bytes:
        """The form that is published and kept."""
        return _HEAD.pack(_VERSION, self.seq, self.prev, self.diamonds_milli) + self.public


_reader = msgspec.json.Decoder(FrameRead)


def unpack(packed: bytes) -> Frame | None:
    """The frame of a packed form; None for a form of another release."""
    if len(packed) < _HEAD.size or packed[0] != _VERSION:
        return None
    _, seq, prev, diamonds_milli = _HEAD.unpack_from(packed)
    return Frame(seq, prev, diamonds_milli, packed[_HEAD.size :])


def make(body: FrameBody, prev: int, diamonds_milli: int) -> Frame:
    """Serialise a frame, once."""
    return Frame(body.seq, prev, diamonds_milli, msgspec.json.encode(body))


def with_diamonds(public: bytes, diamonds_milli: int) -> bytes:
    """A JSON object that ends in `totals`, with the creator's milli-diamonds in them."""
    assert public.endswith(b"}}"), public[-20:]
    return b'%b,"diamonds_milli":%d}}' % (public[:-2], diamonds_milli)


def server_sent(payload: bytes, seq: int) -> bytes:
    """A payload of one line as a server-sent event."""
    return b"id: %d\ndata: %b\n\n" % (seq, payload)
