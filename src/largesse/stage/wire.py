"""How a LIVE is shown on the wire."""

from collections.abc import Mapping
from datetime import datetime

import msgspec

from largesse.accounts import PersonBody
from largesse.media import (
    IngestBody,
    PlaybackBody,
    ReplayState,
    SignalBody,
    Stream,
    playback_body,
    poster,
    replay_state,
    signal_body,
)
from largesse.stage.model import Figure, Stage
from largesse.stage.store_guests import ON, Guest


class LiveBody(msgspec.Struct, frozen=True, kw_only=True):
    """A LIVE as anybody sees it; `you_follow` is null for guests, `ingest` for all but the creator of a running one.

    `poster` is its latest still picture, `replay` says after the end whether there is one to watch.
    """

    id: str
    title: str
    description: str
    status: str
    gifts_enabled: bool
    scheduled_at: datetime | None
    started_at: datetime | None
    ended_at: datetime | None
    cover: str | None
    creator: PersonBody
    viewers: int
    likes: int
    gifts: int
    gifters: int
    coins: int
    simulated: bool
    visibility: str
    signal: SignalBody
    poster: str | None
    replay: ReplayState | None
    ingest: IngestBody | None = None
    playback: PlaybackBody | None = None
    you_follow: bool | None = None


class RankBody(msgspec.Struct, frozen=True):
    """A giver's place; coins that were not given anonymously."""

    rank: int
    account: PersonBody
    coins: int


class GuestBody(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody's place in a LIVE beside its creator. `coins` were given to them here; `ingest` to oneself while on."""

    person: PersonBody
    status: str
    since: datetime
    signal: SignalBody
    coins: int
    playback: PlaybackBody | None = None
    ingest: IngestBody | None = None


class GuestsBody(msgspec.Struct, frozen=True):
    """Places in a LIVE, who has theirs longest first."""

    guests: list[GuestBody]


class UnthankedBody(msgspec.Struct, frozen=True):
    """A giver whom nobody thanked yet; named coins, and all gifts."""

    account: PersonBody
    coins: int
    gifts: int


def live_body(
    stage: Stage, creator: PersonBody, figure: Figure | None, stream: Stream | None, *, you_follow: bool | None,
    ingest: IngestBody | None = None,
) -> LiveBody:  # fmt: skip
    """A LIVE as it is shown; a stage that nobody counts yet shows its likes and zeros."""
    figure = figure or Figure(likes=stage.likes)
    return LiveBody(
        id=stage.public_id,
        title=stage.title,
        description=stage.description,
        status=stage.status,
        gifts_enabled=stage.gifts_enabled,
        scheduled_at=stage.scheduled_at,
        started_at=stage.started_at,
        ended_at=stage.ended_at,
        cover=stage.cover,
        creator=creator,
        viewers=figure.viewers if stage.status == "live" else 0,
        likes=figure.likes,
        gifts=figure.gifts,
        gifters=figure.gifters,
        coins=figure.coins,
        simulated=stage.simulated,
        visibility=stage.visibility,
        signal=signal_body(stream),
        poster=poster(stream),
        replay=replay_state(stream) if stage.status == "ended" else None,
        ingest=ingest,
        playback=playback_body(stream) if stream else None,
        you_follow=you_follow,
    )


def guest_body(
    guest: Guest, person: PersonBody, stream: Stream | None, coins: int, *, ingest: IngestBody | None = None
) -> GuestBody:
    """A place as it is shown; pictures are shown of who is on alone."""
    seen = stream if guest.status == ON else None
    return GuestBody(
        person=person,
        status=guest.status,
        since=guest.since,
        signal=signal_body(seen),
        coins=coins,
        playback=playback_body(seen) if seen else None,
        ingest=ingest,
    )


def ranks(rows: list[tuple[int, int]], people: Mapping[int, PersonBody]) -> list[RankBody]:
    """A ranking from (account, coins), most first."""
    return [RankBody(n, people[account], coins) for n, (account, coins) in enumerate(rows, 1)]
