"""What remains of a LIVE (R36): exact, from the journal."""

from collections.abc import Sequence
from datetime import datetime

import msgspec

from largesse import ledger
from largesse.kit.db import ReadTx
from largesse.ledger import Received, Tally
from largesse.stage import store
from largesse.stage.model import UNTHANKED_MAX, Stage

TOP = 10


class Summary(msgspec.Struct, frozen=True, kw_only=True):
    """Totals of a LIVE. `top` and `unthanked` leave anonymous giving out; coins of `unthanked` are named ones.

    `coins` and `gifts` are all that was given in it; `diamonds_milli` are its creator's, those of `guests` apart.
    """

    duration_s: int
    viewers_peak: int
    viewers_average: int
    viewers_unique: int
    gifters: int
    gifts: int
    coins: int
    diamonds_milli: int
    guests: list[Received]
    top: list[tuple[int, int]]
    unthanked: list[tuple[int, int, int]]


async def summarise(tx: ReadTx, stage: Stage, now: datetime) -> Summary:
    """The summary of a stage, running or ended; everything in it is of one moment."""
    tallies = await ledger.tally(tx, stage.key)
    received = {r.receiver: r for r in await ledger.tally_received(tx, stage.key)}
    own = received.pop(stage.creator, None)
    thanked = await store.list_thanked(tx, stage.key)
    named = name_givers(tallies)
    return Summary(
        duration_s=stage.duration_s(now),
        viewers_peak=stage.viewers_peak,
        viewers_average=stage.viewers_average(now),
        viewers_unique=await store.count_viewings(tx, stage.key),
        gifters=len(tallies),
        gifts=sum(t.gifts for t in tallies),
        coins=sum(t.coins for t in tallies),
        diamonds_milli=own.diamonds_milli if own else 0,
        guests=sorted(received.values(), key=lambda r: (-r.coins, r.receiver)),
        top=[(sender, coins) for sender, coins, _ in named[:TOP]],
        unthanked=[row for row in named if row[0] not in thanked][:UNTHANKED_MAX],
    )


async def list_unthanked(tx: ReadTx, stage: int) -> list[tuple[int, int, int]]:
    """Givers whom nobody thanked yet, most coins first: (account, named coins, gifts)."""
    thanked = await store.list_thanked(tx, stage)
    return [row for row in name_givers(await ledger.tally(tx, stage)) if row[0] not in thanked][:UNTHANKED_MAX]


def name_givers(tallies: Sequence[Tally]) -> list[tuple[int, int, int]]:
    """Givers who are known, most coins first: (account, coins not given anonymously, gifts)."""
    named = [(t.sender, t.coins - t.anonymous_coins, t.gifts) for t in tallies if t.coins > t.anonymous_coins]
    return sorted(named, key=lambda row: (-row[1], row[0]))
