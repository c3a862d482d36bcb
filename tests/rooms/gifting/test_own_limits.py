"""A person's own limits, as a batch reads them under the wallet's lock."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from largesse import ledger
from largesse.gifting import Committer, Receipt
from largesse.gifting.errors import LimitReached
from largesse.gifting.model import next_month, next_week
from largesse.kit.db import Database
from largesse.ledger import OwnLimits
from largesse.safety import Resting


async def limit(db: Database, account: int, **amounts: int) -> None:
    own = OwnLimits(account, amounts.get("day"), amounts.get("week"), amounts.get("month"), amounts.get("gift"))
    async with db.write() as tx:
        await ledger.set_own_limits(tx, [own])


def said(outcomes: list[Any]) -> list[str]:
    return ["settled" if isinstance(o, Receipt) else o.limit for o in outcomes]


@pytest.mark.parametrize(
    ("own", "name"),
    [({"day": 3}, "own-day"), ({"week": 3, "day": 9}, "own-week"), ({"month": 3, "week": 9}, "own-month")],
)
async def test_the_tightest_limit_stops_within_a_batch_and_in_the_next(  # noqa: PLR0917 - the room
    db: Database, cast: Any, room: Any, fill: Any, committer: Committer, own: dict[str, int], name: str
) -> None:
    await fill(cast.alice.key, 1000)
    await limit(db, cast.alice.key, **own)
    asked = [room.ask(cast.alice.key, count=2), room.ask(cast.alice.key, count=2), room.ask(cast.alice.key)]
    assert said(await committer.settle(asked)) == ["settled", name, "settled"]
    assert said(await committer.settle([room.ask(cast.alice.key)])) == [name]
    async with db.read() as tx:
        wallet = await ledger.get_wallet(tx, cast.alice.key)
    assert wallet.given(datetime.now(UTC).date()) == (3, 3, 3)


async def test_a_gift_may_not_cost_more_than_its_giver_allows(
    db: Database, cast: Any, room: Any, fill: Any, committer: Committer
) -> None:
    await fill(cast.alice.key, 1000)
    await limit(db, cast.alice.key, gift=5)
    asked = [room.ask(cast.alice.key, count=6), room.ask(cast.alice.key, count=5), room.ask(cast.alice.key, count=5)]
    assert said(await committer.settle(asked)) == ["own-gift", "settled", "settled"]


async def test_a_limit_below_what_was_given_stops_and_a_new_period_begins_at_nothing(
    db: Database, cast: Any, room: Any, fill: Any, committer: Committer
) -> None:
    await fill(cast.alice.key, 1000)
    await committer.settle([room.ask(cast.alice.key, count=50)])
    await limit(db, cast.alice.key, day=10, week=20, month=60)
    assert said(await committer.settle([room.ask(cast.alice.key)])) == ["own-day"]
    async with db.write() as tx:
        await tx.execute("UPDATE ledger.wallet SET given_on = '2026-01-31'")
    outcomes = await committer.settle([room.ask(cast.alice.key, count=10), room.ask(cast.alice.key)])
    assert said(outcomes) == ["settled", "own-day"]
    async with db.read() as tx:
        assert (await ledger.get_wallet(tx, cast.alice.key)).given(datetime.now(UTC).date()) == (10, 10, 10)


async def test_who_rests_gives_nothing_until_then(
    db: Database, cast: Any, room: Any, fill: Any, committer: Committer
) -> None:
    await fill(cast.alice.key, 1000)
    async with db.write() as tx:
        now: datetime = await tx.scalar("SELECT now() + interval '1 day'")
        await ledger.rest(tx, cast.alice.key, now)
    (outcome,) = await committer.settle([room.ask(cast.alice.key)])
    assert isinstance(outcome, Resting)
    assert outcome.until == now
    async with db.write() as tx:
        await tx.execute("UPDATE ledger.wallet SET rests_until = now()")
    assert isinstance((await committer.settle([room.ask(cast.alice.key)]))[0], Receipt)


def test_weeks_begin_on_monday_and_months_on_the_first() -> None:
    assert next_week(date(2026, 11, 25)) == datetime(2026, 11, 30, tzinfo=UTC)
    assert next_week(date(2026, 11, 30)) == datetime(2026, 12, 7, tzinfo=UTC)
    assert next_month(date(2026, 11, 25)) == datetime(2026, 12, 1, tzinfo=UTC)
    assert next_month(date(2026, 12, 31)) == datetime(2027, 1, 1, tzinfo=UTC)
    assert LimitReached(limit="own-gift", resets_at=None).body()["resets_at"] is None
