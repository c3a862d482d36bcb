"""Reading the journal: the feed by cursor, histories, one gift, a stage's tally, a creator's earnings.

A cursor is 64 batch numbers, by stripe the last one that was counted. Within a stripe batches commit in order, so a
reader that goes on from its cursor meets every gift exactly once, whatever commits late on another stripe.
"""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

import msgspec
from psycopg import AsyncCursor

from largesse.kit.db import ReadTx, WriteTx, int_array, sql
from largesse.ledger.entry import GiftRow, parse_receipt
from largesse.ledger.journal import STRIPES

BATCHES_MAX = 200
_NEWEST = (2**62, 0)
_HOUR_MAX = 2**31 - 1
_SECONDS_AN_HOUR = 3600
_HOURS_A_DAY = 24
_EPOCH_DAY = date(1970, 1, 1)

Cursor = list[int]


class Feed(msgspec.Struct, frozen=True):
    """Gifts in the order of the books, and the cursor after them; `more` where the reading was cut."""

    cursor: Cursor
    gifts: list[GiftRow]
    more: bool


class Tally(msgspec.Struct, frozen=True, kw_only=True):
    """What one giver gave on a stage; `anonymous_coins` is the part given without a name."""

    sender: int
    coins: int
    gifts: int
    anonymous_coins: int
    diamonds_milli: int


class Received(msgspec.Struct, frozen=True, kw_only=True):
    """What was given on a stage to one receiver: its creator, or a guest."""

    receiver: int
    gifts: int
    coins: int
    diamonds_milli: int


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """What came on a LIVE in one step of its time, of what is released on one UTC day; step -1 came after its end.

    `milli` are its creator's milli-diamonds alone; `released_on` is the gift's own day where there is no hold.
    """

    step: int
    released_on: date
    gifts: int
    coins: int
    milli: int


class Named(msgspec.Struct, frozen=True):
    """(giver, paid coins given by name) in the batches after a cursor, and the cursor after them."""

    cursor: Cursor
    coins: list[tuple[int, int]]
    more: bool


class Earned(msgspec.Struct, frozen=True, kw_only=True):
    """What creators earned under one policy: coins given to them, and milli-diamonds without what was reversed."""

    policy: int
    creators: int
    coins: int
    milli: int


class Batches(msgspec.Struct, frozen=True):
    """The batches after a cursor, and the cursor after them; `more` where the reading was cut."""

    cursor: Cursor
    batches: list[int]
    more: bool


class EarningDay(msgspec.Struct, frozen=True, kw_only=True):
    """A creator's earnings of one UTC day under one policy, in milli-diamonds; disputes hold `milli_held` of them.

    `milli_granted` of them came without a gift.
    """

    day: date
    policy: int
    gifts: int
    coins: int
    milli_in: int
    milli_reversed: int
    milli_held: int
    milli_reserved: int
    milli_redeemed: int
    milli_granted: int = 0


class Move(msgspec.Struct, frozen=True, kw_only=True):
    """What a transfer did to a creator's diamonds: signed milli-diamonds, 0 where a payout arrived.

    `source` names a payout or a grant; gross and fee are US cents, `sent` is what left us in its own
    currency. Parts of gifts that were reversed, or came back, and what was set off of what is owed, have none of these.
    """

    at: datetime
    kind: str
    source: str | None
    milli: int
    gross_minor: int | None
    fee_minor: int | None
    sent_minor: int | None
    sent_currency: str | None


def start() -> Cursor:
    """The cursor before the first gift."""
    return [0] * STRIPES


def encode_cursor(cursor: Cursor) -> str:
    """A cursor as an opaque text for the wire."""
    pairs = [(stripe, batch) for stripe, batch in enumerate(cursor) if batch]
    return urlsafe_b64encode(msgspec.json.encode(pairs)).decode().rstrip("=")


def decode_cursor(text: str) -> Cursor | None:
    """The cursor of a text; None where it is not one."""
    cursor = start()
    try:
        pairs = msgspec.json.decode(urlsafe_b64decode(text + "=" * (-len(text) % 4)), type=list[tuple[int, int]])
    except (ValueError, msgspec.MsgspecError):
        return None
    for stripe, batch in pairs:
        if not (0 <= stripe < STRIPES and 0 <= batch < _NEWEST[0]):
            return None
        cursor[stripe] = batch
    return cursor


async def heads(tx: ReadTx) -> Cursor:
    """The cursor of now: after all that is committed."""
    return list(await tx.scalar(sql("ledger", "heads")))


async def read_feed(
    tx: ReadTx, cursor: Cursor, stages: Sequence[int] | None = None, batches_max: int = BATCHES_MAX
) -> Feed:
    """The gifts of the batches after a cursor, of some stages or of all."""
    found = await tx.execute(sql("ledger", "new_batches"), {"seen": cursor, "batches_max": batches_max})
    batches = dict(await found.fetchall())
    if not batches:
        return Feed(cursor, [], more=False)
    if stages is None:
        rows = await tx.execute(sql("ledger", "gifts_of_batches"), {"batches": list(batches)})
    else:
        rows = await tx.execute(
            sql("ledger", "gifts_of_batches_on_stages"),
            {"batches": int_array(list(batches)), "stages": int_array(list(stages))},
        )
    return Feed(_after(cursor, batches), await _gifts(rows, batches), more=len(batches) >= batches_max)


async def read_named(tx: ReadTx, cursor: Cursor, batches_max: int = BATCHES_MAX) -> Named:
    """What givers gave by name in the batches after a cursor, in paid coins: summed by the database."""
    found = await tx.execute(sql("ledger", "new_batches"), {"seen": cursor, "batches_max": batches_max})
    batches = dict(await found.fetchall())
    if not batches:
        return Named(cursor, [], more=False)
    rows = await tx.execute(sql("ledger", "named_of_batches"), {"batches": int_array(list(batches))})
    return Named(_after(cursor, batches), await rows.fetchall(), more=len(batches) >= batches_max)


async def read_batches(tx: ReadTx, cursor: Cursor, batches_max: int = BATCHES_MAX) -> Batches:
    """The batches after a cursor alone, for who sums their gifts in the database; `batches_max` of each stripe."""
    found = await tx.execute(sql("ledger", "new_batches"), {"seen": cursor, "batches_max": batches_max})
    batches = dict(await found.fetchall())
    return Batches(_after(cursor, batches), list(batches), more=len(batches) >= batches_max)


async def get_reader(tx: ReadTx, name: str) -> Cursor:
    """Where a reader that counts the journal for good is; readers are made by migrations."""
    cursor: Cursor = await tx.scalar(sql("ledger", "reader_get"), {"name": name})
    return cursor


async def move_reader(tx: WriteTx, name: str, before: Cursor, after: Cursor) -> bool:
    """Put a reader behind what it counts, first of all in the transaction that writes what comes of it.

    False where another process has counted the same: then write nothing.
    """
    values = {"name": name, "before": int_array(before), "after": int_array(after)}
    return await tx.scalar(sql("ledger", "reader_move"), values) is not None


async def list_staged(tx: ReadTx, stage: int, cursor: Cursor, batches_max: int = BATCHES_MAX) -> Feed:
    """The gifts on one stage after a cursor, batch by whole batch: its history, and a new owner's way to catch up."""
    found = await tx.execute(
        sql("ledger", "staged_batches"), {"seen": cursor, "stage": stage, "batches_max": batches_max}
    )
    batches = dict(await found.fetchall())
    if not batches:
        return Feed(cursor, [], more=False)
    rows = await tx.execute(
        sql("ledger", "gifts_of_batches_on_stages"),
        {"batches": int_array(list(batches)), "stages": int_array([stage])},
    )
    return Feed(_after(cursor, batches), await _gifts(rows, batches), more=len(batches) >= batches_max)


async def list_sent(tx: ReadTx, sender: int, before: str | None, limit: int) -> list[GiftRow]:
    """A giver's gifts, newest first, before a receipt number (the last one of the page before)."""
    batch, leaf = (parse_receipt(before) if before else None) or _NEWEST
    hour = await _hour_of(tx, batch) if before else _HOUR_MAX
    params = {"sender": sender, "batch": batch, "leaf": leaf, "hour": hour, "n": limit}
    return await tx.all(GiftRow, sql("ledger", "sent_page"), params)


async def list_received(
    tx: ReadTx, receiver: int, stages: Sequence[int], before: str | None, limit: int
) -> list[GiftRow]:
    """Gifts to somebody on their own stages and as a guest, newest first, before a receipt number."""
    batch, leaf = (parse_receipt(before) if before else None) or _NEWEST
    hour = await _hour_of(tx, batch) if before else _HOUR_MAX
    params = {
        "receiver": receiver, "stages": int_array(list(stages)), "batch": batch, "leaf": leaf, "hour": hour, "n": limit,
    }  # fmt: skip
    return await tx.all(GiftRow, sql("ledger", "received_page"), params)


async def list_received_on(
    tx: ReadTx, receiver: int, stages: Sequence[int], *, day: date, before: str | None, limit: int
) -> list[GiftRow]:
    """Gifts to somebody that are earnings of one UTC day, newest first, before a receipt number."""
    batch, leaf = (parse_receipt(before) if before else None) or _NEWEST
    params = {
        "receiver": receiver, "stages": int_array(list(stages)), "batch": batch, "leaf": leaf, "n": limit,
        "first_hour": (day - _EPOCH_DAY).days * _HOURS_A_DAY,
    }  # fmt: skip
    return await tx.all(GiftRow, sql("ledger", "received_day_page"), params)


async def find_gift(tx: ReadTx, gift: UUID, sender: int) -> GiftRow | None:
    """A gift by its key, or None."""
    return await tx.one(GiftRow, sql("ledger", "gift_by_id"), {"id": gift, "sender": sender})


async def list_by_ids(tx: ReadTx, stage: int, gifts: Sequence[UUID]) -> list[GiftRow]:
    """Gifts on one stage by their ids alone; an id that two givers used on it comes twice."""
    return await tx.all(GiftRow, sql("ledger", "gifts_by_ids"), {"ids": list(gifts), "stage": stage}) if gifts else []


async def find_by_receipt(tx: ReadTx, batch: int, leaf: int) -> GiftRow | None:
    """A gift by its receipt number, or None."""
    return await tx.one(GiftRow, sql("ledger", "gift_by_receipt"), {"batch": batch, "leaf": leaf})


async def tally(tx: ReadTx, stage: int) -> list[Tally]:
    """What each giver gave on a stage: exact, from the journal itself."""
    return await tx.all(Tally, sql("ledger", "tally_stage"), {"stage": stage})


async def tally_received(tx: ReadTx, stage: int) -> list[Received]:
    """What was given on a stage to its creator and to each guest: exact, from the journal itself."""
    return await tx.all(Received, sql("ledger", "tally_received"), {"stage": stage})


async def tally_steps(tx: ReadTx, stage: int, creator: int, began: datetime, step_s: int) -> list[Step]:
    """What a LIVE brought by steps of its time since `began`, and by day of release: exact, from the journal itself."""
    params = {"stage": stage, "creator": creator, "began": began, "step_s": step_s}
    return await tx.all(Step, sql("ledger", "tally_steps"), params)


async def list_earnings(tx: ReadTx, creator: int) -> list[EarningDay]:
    """A creator's earnings by day and policy, oldest first."""
    return await tx.all(EarningDay, sql("ledger", "earnings"), {"creator": creator})


async def list_moves(tx: ReadTx, creator: int, stages: Sequence[int]) -> list[Move]:
    """What moved a creator's diamonds apart from gifts, oldest first; `stages` are all on which they got any."""
    return await tx.all(Move, sql("ledger", "creator_moves"), {"creator": creator, "stages": int_array(list(stages))})


async def sum_earned(tx: ReadTx, since: date) -> list[Earned]:
    """What all creators earned since a UTC day, by policy. Reads every earning of these days: for the office."""
    return await tx.all(Earned, sql("ledger", "earned_since"), {"since": since})


async def _hour_of(tx: ReadTx, batch: int) -> int:
    at = await tx.scalar("SELECT recorded_at FROM ledger.batch WHERE batch = %s", [batch])
    return int(at.timestamp()) // _SECONDS_AN_HOUR if isinstance(at, datetime) else _HOUR_MAX


def _after(cursor: Cursor, batches: dict[int, datetime]) -> Cursor:
    after = list(cursor)
    for batch in batches:
        stripe = batch & (STRIPES - 1)
        after[stripe] = max(after[stripe], batch)
    return after


async def _gifts(rows: AsyncCursor[Any], batches: dict[int, datetime]) -> list[GiftRow]:
    """Rows as in sql/gifts_of_batches.sql, with the time of their batch (the second column)."""
    return [GiftRow(batches[row[1]], *row) for row in await rows.fetchall()]
