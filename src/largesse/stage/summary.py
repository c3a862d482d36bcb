"""What remains of a LIVE (R36): exact, from the journal."""

from collections.abc import Sequence
from datetime import date, datetime
from itertools import groupby

import msgspec

from largesse import ledger
from largesse.kit.db import ReadTx
from largesse.ledger import Received, Step, Tally
from largesse.stage import store
from largesse.stage.model import UNTHANKED_MAX, Seen, Stage

TOP = 10
STEPS_MAX = 720
_MINUTE_S = 60


class Summary(msgspec.Struct, frozen=True, kw_only=True):
    """Totals of a LIVE as anybody sees them, guests' gifts in them. `top` leaves anonymous giving out."""

    duration_s: int
    viewers_peak: int
    viewers_average: int
    viewers_unique: int
    gifters: int
    gifts: int
    coins: int
    top: list[tuple[int, int]]


class AfterEnd(msgspec.Struct, frozen=True, kw_only=True):
    """What came after the end of a LIVE; the totals count it too."""

    gifts: int = 0
    coins: int = 0
    diamonds_milli: int = 0


class Release(msgspec.Struct, frozen=True):
    """Milli-diamonds that can be withdrawn from the beginning of this UTC day, or could be since."""

    date: date
    milli: int


class Curves(msgspec.Struct, frozen=True, kw_only=True):
    """A LIVE by steps of `step_s` seconds, a minute each where there are at most STEPS_MAX of them.

    `viewers` are the most at once, None where nobody counted. Coins and gifts are those of the LIVE, not after its end.
    """

    step_s: int
    viewers: list[int | None]
    coins: list[int]
    gifts: list[int]
    comments: list[int]
    likes: list[int]


class Gifter(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody who gave by name. `coins` are named ones; `gifts` are all of theirs."""

    account: int
    coins: int
    gifts: int
    new: bool
    thanked: bool


class OwnSummary(msgspec.Struct, frozen=True, kw_only=True):
    """What the creator of a LIVE sees beside the totals.

    `diamonds_milli` and the releases, which sum to it, are the creator's own; those of `guests` stand apart.
    """

    diamonds_milli: int
    guests: list[Received]
    after_end: AfterEnd
    releases: list[Release]
    curves: Curves
    gifters: list[Gifter]
    anonymous_coins: int

    @property
    def unthanked(self) -> list[Gifter]:
        """Those whom nobody thanked yet, most coins first."""
        return [gifter for gifter in self.gifters if not gifter.thanked]

    @property
    def shown_unthanked(self) -> list[Gifter]:
        """The first UNTHANKED_MAX of them."""
        return self.unthanked[:UNTHANKED_MAX]


async def summarise(tx: ReadTx, stage: Stage, now: datetime) -> tuple[Summary, list[Tally]]:
    """The summary of a stage, running or ended, and what each gave; everything in it is of one moment."""
    tallies = await ledger.tally(tx, stage.key)
    summary = Summary(
        duration_s=stage.duration_s(now),
        viewers_peak=stage.viewers_peak,
        viewers_average=stage.viewers_average(now),
        viewers_unique=await store.count_viewings(tx, stage.key),
        gifters=len(tallies),
        gifts=sum(t.gifts for t in tallies),
        coins=sum(t.coins for t in tallies),
        top=[(account, coins) for account, coins, _ in name_givers(tallies)[:TOP]],
    )
    return summary, tallies


async def summarise_own(tx: ReadTx, stage: Stage, now: datetime, tallies: Sequence[Tally], new: set[int]) -> OwnSummary:
    """What only the creator sees; `new` gave to them for the first time ever."""
    began, step_s = stage.started_at or now, step_seconds(stage.duration_s(now))
    steps = max(1, -(-stage.duration_s(now) // step_s))
    brought = await ledger.tally_steps(tx, stage.key, stage.creator, began, step_s)
    seen = await store.list_steps(tx, stage.key, began, step_s, steps)
    guests = [row for row in await ledger.tally_received(tx, stage.key) if row.receiver != stage.creator]
    thanked = await store.list_thanked(tx, stage.key)
    after = [row for row in brought if row.step < 0]
    by_day = groupby(sorted(brought, key=lambda row: row.released_on), key=lambda row: row.released_on)
    releases = [Release(day, sum(row.milli for row in rows)) for day, rows in by_day]
    return OwnSummary(
        diamonds_milli=sum(row.milli for row in brought),
        guests=sorted(guests, key=lambda row: (-row.coins, row.receiver)),
        after_end=AfterEnd(
            gifts=sum(row.gifts for row in after),
            coins=sum(row.coins for row in after),
            diamonds_milli=sum(row.milli for row in after),
        ),
        releases=[release for release in releases if release.milli],
        curves=draw(brought, seen, step_s, steps),
        gifters=[
            Gifter(account=account, coins=coins, gifts=gifts, new=account in new, thanked=account in thanked)
            for account, coins, gifts in name_givers(tallies)
        ],
        anonymous_coins=sum(t.anonymous_coins for t in tallies),
    )


async def list_unthanked(tx: ReadTx, stage: int) -> list[tuple[int, int, int]]:
    """Givers whom nobody thanked yet, most coins first: (account, named coins, gifts)."""
    thanked = await store.list_thanked(tx, stage)
    return [row for row in name_givers(await ledger.tally(tx, stage)) if row[0] not in thanked][:UNTHANKED_MAX]


def name_givers(tallies: Sequence[Tally]) -> list[tuple[int, int, int]]:
    """Givers who are known, most coins first: (account, coins not given anonymously, gifts)."""
    named = [(t.sender, t.coins - t.anonymous_coins, t.gifts) for t in tallies if t.coins > t.anonymous_coins]
    return sorted(named, key=lambda row: (-row[1], row[0]))


def step_seconds(duration_s: int) -> int:
    """Whole minutes a step, as few as make at most STEPS_MAX steps of a LIVE."""
    return _MINUTE_S * max(1, -(-duration_s // (_MINUTE_S * STEPS_MAX)))


def draw(brought: Sequence[Step], seen: Sequence[Seen], step_s: int, steps: int) -> Curves:
    """The curves of a LIVE of so many steps; what was booked just behind the last one counts in it."""
    viewers: list[int | None] = [None] * steps
    coins, gifts, comments, likes = ([0] * steps for _ in range(4))
    for row in brought:
        if row.step >= 0:
            coins[min(row.step, steps - 1)] += row.coins
            gifts[min(row.step, steps - 1)] += row.gifts
    for each in seen:
        viewers[each.step], comments[each.step], likes[each.step] = each.viewers, each.comments, each.likes
    return Curves(step_s=step_s, viewers=viewers, coins=coins, gifts=gifts, comments=comments, likes=likes)
