"""What the fold promises: each gift by name counts once, in paid coins, whoever folds and however often."""

import asyncio
import random
from datetime import UTC, date, datetime
from typing import Any

import pytest

from largesse import ledger
from largesse.gifting import Badges, Committer
from largesse.kit.db import Database
from largesse.kit.money import Money
from largesse.ledger import ANONYMOUS
from largesse.main import worker


@pytest.fixture
def badges(db: Database, accounts: Any) -> Badges:
    return Badges(db, accounts)


async def _folded(db: Database) -> dict[int, int]:
    async with db.read() as tx:
        return {row["account"]: row["coins"] for row in await tx.rows("SELECT account, coins FROM accounts.gifter")}


async def test_paid_coins_by_name_count_and_nothing_else_does(  # noqa: PLR0917 - fixtures
    db: Database, cast: Any, room: Any, fill: Any, committer: Committer, badges: Badges, accounts: Any
) -> None:
    await fill(cast.alice.key, 1000, promo=3)
    await fill(cast.charlie.key, 1000)
    await committer.settle(
        [
            room.ask(cast.alice.key, count=5),  # three promotional coins, two paid ones
            room.ask(cast.charlie.key, count=100, anonymous=True),
        ]
    )
    await worker.fold_badges(badges)
    assert await _folded(db) == {cast.alice.key: 2}
    people = await accounts.people([cast.alice.key, cast.charlie.key])
    assert [people[key].level for key in (cast.alice.key, cast.charlie.key)] == [1, 0]


async def test_no_gift_counts_twice_and_none_is_left_out(  # noqa: PLR0917 - fixtures
    db: Database, cast: Any, room: Any, fill: Any, committer: Committer, badges: Badges, accounts: Any
) -> None:
    rng, givers = random.Random(7), (cast.alice.key, cast.charlie.key, cast.olga.key)
    for giver in givers:
        await fill(giver, 100_000, promo=400)
    other = Committer(db, None, room.secret)
    second = Badges(db, accounts)
    for _ in range(12):
        for stripe in (committer, other):
            await stripe.settle(
                [room.ask(rng.choice(givers), count=rng.randint(1, 40), anonymous=rng.random() < 0.3) for _ in range(9)]
            )
        await asyncio.gather(badges.fold(), second.fold(), badges.fold())
    await other.close()
    await worker.fold_badges(badges)
    folded = await _folded(db)
    async with db.read() as tx:
        gifts = (await ledger.read_feed(tx, ledger.start())).gifts
    named = {
        giver: sum(g.coins_paid for g in gifts if g.sender == giver and not g.flags & ANONYMOUS) for giver in givers
    }
    assert folded == named
    assert min(folded.values()) > 0
    await worker.fold_badges(second)
    assert await _folded(db) == named


async def test_a_gift_that_is_reversed_counts_no_more_and_again_when_it_comes_back(  # noqa: PLR0917 - fixtures
    db: Database, cast: Any, room: Any, committer: Committer, badges: Badges, accounts: Any
) -> None:
    async with db.write() as tx:
        await ledger.sell_coins(
            tx, account=cast.alice.key, gives_from=date(2008, 5, 17), coins=1000, gross=Money(1399, "USD"),
            tax=Money(233, "USD"), provider_fee=Money(71, "USD"), source="p1", happened_at=datetime.now(UTC),
        )  # fmt: skip
    await committer.settle(
        [room.ask(cast.alice.key, count=n, anonymous=hidden) for n, hidden in ((600, False), (150, True))]
    )
    await worker.fold_badges(badges)
    assert await _folded(db) == {cast.alice.key: 600}
    async with db.write() as tx:  # 250 are unspent, then the newest spent ones: 150 anonymous ones, 100 by name
        taken = await ledger.refund_coins(
            tx, purchase="p1", coins=500, via="psp", source="r1", happened_at=datetime.now(UTC), reason="asked"
        )
    assert taken.reversed_coins == 250
    await asyncio.gather(badges.fold(), Badges(db, accounts).fold())
    for again in (badges, Badges(db, accounts)):
        await _folds_to(db, again, {cast.alice.key: 500})
    people = await accounts.people([cast.alice.key])
    assert people[cast.alice.key].level == 4
    async with db.write() as tx:
        await ledger.restore_refund(tx, source="r1", happened_at=datetime.now(UTC))
    for again in (badges, Badges(db, accounts)):
        await _folds_to(db, again, {cast.alice.key: 600})


async def _folds_to(db: Database, badges: Badges, expected: dict[int, int]) -> None:
    """News are seen when every earlier transaction of the server has ended, those of other tests too: so it waits."""
    for _ in range(200):
        await worker.fold_badges(badges)
        if await _folded(db) == expected:
            return
        await asyncio.sleep(0.1)
    assert await _folded(db) == expected


async def test_a_long_history_is_folded_piece_by_piece(  # noqa: PLR0917 - fixtures
    db: Database, cast: Any, room: Any, fill: Any, committer: Committer, badges: Badges, monkeypatch: Any
) -> None:
    monkeypatch.setattr("largesse.gifting.service_badges.BATCHES_A_FOLD", 2)
    await fill(cast.alice.key, 1000)
    for _ in range(5):
        await committer.settle([room.ask(cast.alice.key)])
    assert await badges.fold() is True
    assert await _folded(db) == {cast.alice.key: 2}
    await worker.fold_badges(badges)
    assert await _folded(db) == {cast.alice.key: 5}


async def test_a_fold_that_finds_nothing_new_writes_nothing(  # noqa: PLR0917 - fixtures
    db: Database, cast: Any, room: Any, fill: Any, committer: Committer, badges: Badges
) -> None:
    await fill(cast.alice.key, 1000)
    await committer.settle([room.ask(cast.alice.key)])
    await worker.fold_badges(badges)

    async def written() -> Any:
        async with db.read() as tx:
            return await tx.rows(
                "SELECT xmin::text, ctid::text FROM ledger.reader"
                " UNION ALL SELECT xmin::text, ctid::text FROM accounts.gifter"
            )

    before = await written()
    assert await badges.fold() is False
    assert await written() == before
