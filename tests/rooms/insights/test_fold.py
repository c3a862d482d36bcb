"""What the fold promises: each gift counts once in every read model, what is reversed counts out, whoever folds."""

import asyncio
import random
import signal
import sys
from collections import Counter
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from bookkeeping import Bookkeeper, Gift
from largesse import ledger
from largesse.insights import Fold
from largesse.kit.db import Database
from largesse.kit.money import Money
from largesse.ledger import ANONYMOUS
from largesse.main import worker

PROCESS = Path(__file__).parents[2] / "crash" / "insights_process.py"
MODELS = {"hour": "hour", "live": "stage", "gift": "kind", "gifter_day": "gifter"}


async def _shown(db: Database, model: str) -> dict[tuple[int, int, Any], tuple[int, int, int]]:
    """{(creator, key, day): (gifts, coins, milli)} of a read model."""
    async with db.read() as tx:
        rows = await tx.rows(f"SELECT * FROM insights.{model}")  # type: ignore[arg-type]
    return {(r["creator"], r[MODELS[model]], r.get("day")): (r["gifts"], r["coins"], r["milli"]) for r in rows}


async def _given(db: Database, model: str) -> dict[tuple[int, int, Any], tuple[int, int, int]]:
    """The same, counted here from the feed of the books, without reversals."""
    async with db.read() as tx:
        gifts = (await ledger.read_feed(tx, ledger.start())).gifts
    sums: dict[tuple[int, int, Any], list[int]] = {}
    for g in gifts:
        at = g.recorded_at.astimezone(UTC)
        gifter = 0 if g.flags & ANONYMOUS else g.sender
        key = {"hour": int(at.timestamp()) // 3600, "live": g.stage, "gift": g.kind, "gifter_day": gifter}[model]
        into = sums.setdefault((g.receiver, key, None if model == "hour" else at.date()), [0, 0, 0])
        for n, value in enumerate((1, g.coins_paid + g.coins_promo, g.diamonds_milli)):
            into[n] += value
    return {key: (n, coins, milli) for key, (n, coins, milli) in sums.items()}


async def _first_days(db: Database) -> dict[int, date]:
    async with db.read() as tx:
        return {r["gifter"]: r["first_day"] for r in await tx.rows("SELECT * FROM insights.gifter")}


async def test_every_gift_counts_once_whoever_folds_and_however_often(  # noqa: PLR0917 - fixtures
    db: Database, cast: Any, books: Bookkeeper, fold: Fold, wait: Any, proved: Any
) -> None:
    rng, givers = random.Random(7), (cast.alice.key, cast.charlie.key, cast.olga.key)
    for giver in givers:
        await books.buy(giver, 100_000, 100_000)
        await books.grant(giver, 300)
    one, other = [await ledger.Journal.open(db, books.keys.salt_secret) for _ in range(2)]
    second = Fold(db)
    for turn in range(9):
        for journal in (one, other):
            gifts = [
                Gift(rng.choice(givers), cast.bob.key, rng.randint(1, 50), rng.randint(1, 3), flags=rng.choice([0, 4]))
                for _ in range(12)
            ]
            await books.give(gifts, journal=journal)
        await asyncio.gather(fold.fold(), second.fold(), fold.fold())
        if turn % 3 == 2:
            await wait(1)
    await one.close()
    await other.close()
    await worker.fold_insights(fold)
    await worker.fold_insights(second)
    for model in MODELS:
        assert await _shown(db, model) == await _given(db, model), model
    assert len(await _shown(db, "live")) > 6
    assert await proved() == []


async def test_what_is_reversed_counts_out_where_its_gift_counted_and_in_again_when_it_comes_back(
    db: Database, cast: Any, books: Bookkeeper, wait: Any, proved: Any
) -> None:
    async with db.write() as tx:
        await ledger.sell_coins(
            tx, account=cast.alice.key, gives_from=date(2008, 5, 17), coins=1000, gross=Money(1399, "USD"),
            tax=Money(233, "USD"), provider_fee=Money(71, "USD"), source="p1", happened_at=datetime.now(UTC),
        )  # fmt: skip
    await books.give([Gift(cast.alice.key, cast.bob.key, n, flags=f) for n, f in ((600, 0), (150, ANONYMOUS))])
    given = {model: await _given(db, model) for model in MODELS}
    await wait(2)
    async with db.write() as tx:  # 250 are unspent, then the newest spent ones: 150 anonymous ones, 100 by name
        await ledger.refund_coins(
            tx, purchase="p1", coins=500, via="psp", source="r1", happened_at=datetime.now(UTC), reason="asked"
        )
    left = {model: dict(rows) for model, rows in given.items()}
    for model in ("hour", "live", "gift"):
        (key,) = given[model]
        left[model] = {key: (2, 500, 350_000)}
    for key in given["gifter_day"]:
        left["gifter_day"][key] = (1, 500, 350_000) if key[1] else (1, 0, 0)
    for again in (Fold(db), Fold(db)):
        await _folds_to(db, again, left)
    assert await proved() == []
    async with db.write() as tx:
        await ledger.restore_refund(tx, source="r1", happened_at=datetime.now(UTC))
    assert await proved() == [], "what is not folded yet is no fault"
    for again in (Fold(db), Fold(db)):
        await _folds_to(db, again, given)
    assert await proved() == []


async def _folds_to(db: Database, fold: Fold, expected: dict[str, Any]) -> None:
    """News are seen when every earlier transaction of the server has ended, those of other tests too: so it waits."""
    for _ in range(200):
        await worker.fold_insights(fold)
        if all([await _shown(db, model) == rows for model, rows in expected.items()]):
            return
        await asyncio.sleep(0.1)
    for model, rows in expected.items():
        assert await _shown(db, model) == rows


@pytest.mark.parametrize("cut", ["locked", "counted", "moved", "committed"])
async def test_a_fold_killed_at_any_step_counts_nothing_twice(
    db: Database, cast: Any, books: Bookkeeper, proved: Any, cut: str
) -> None:
    await books.buy(cast.alice.key, 1000)
    await books.give([Gift(cast.alice.key, cast.bob.key, n) for n in (3, 40, 500)])
    process = await asyncio.create_subprocess_exec(sys.executable, str(PROCESS), db.url, cut)
    assert await asyncio.wait_for(process.wait(), 60) == -signal.SIGKILL
    shown = await _shown(db, "gift")
    assert (shown != {}) == (cut == "committed"), "a killed fold leaves all of it behind, or nothing"
    await _folds_to(db, Fold(db), {model: await _given(db, model) for model in MODELS})
    assert await proved() == []


async def test_who_is_new_does_not_depend_on_which_stripe_is_read_first(  # noqa: PLR0917 - fixtures
    db: Database, cast: Any, books: Bookkeeper, wait: Any, proved: Any, monkeypatch: Any
) -> None:
    monkeypatch.setattr("largesse.insights.service_fold.BATCHES_A_FOLD", 1)
    for giver in (cast.alice.key, cast.charlie.key):
        await books.buy(giver, 1000)
    early, late = [await ledger.Journal.open(db, books.keys.salt_secret) for _ in range(2)]
    await books.give([Gift(cast.charlie.key, cast.bob.key)], journal=early)
    await books.give([Gift(cast.alice.key, cast.bob.key)], journal=early)
    async with db.read() as tx:
        today = (await tx.scalar("SELECT now()")).date()
    await wait(1)
    await books.give([Gift(cast.alice.key, cast.bob.key)], journal=late)
    await early.close()
    await late.close()
    fold = Fold(db)
    assert await fold.fold() is True
    assert (await _first_days(db))[cast.alice.key] > today, "the late stripe was read first"
    await worker.fold_insights(fold)
    assert await _first_days(db) == {cast.alice.key: today, cast.charlie.key: today}
    assert await proved() == []


async def test_a_fold_that_finds_nothing_new_writes_nothing(
    db: Database, cast: Any, books: Bookkeeper, fold: Fold
) -> None:
    await books.buy(cast.alice.key, 1000)
    await books.give([Gift(cast.alice.key, cast.bob.key)])
    await worker.fold_insights(fold)

    async def written() -> Any:
        async with db.read() as tx:
            return await tx.rows(
                "SELECT xmin::text, ctid::text FROM ledger.reader"
                " UNION ALL SELECT xmin::text, ctid::text FROM insights.hour"
            )

    before = await written()
    assert await fold.fold() is False
    assert await written() == before


async def test_audit_names_a_figure_that_is_not_the_books(
    db: Database, cast: Any, books: Bookkeeper, fold: Fold, proved: Any
) -> None:
    await books.buy(cast.alice.key, 1000)
    await books.give([Gift(cast.alice.key, cast.bob.key, 40)])
    await worker.fold_insights(fold)
    assert await proved() == []
    async with db.write() as tx:
        for change in (
            "UPDATE insights.hour SET milli = milli + 1",
            "UPDATE insights.live SET coins = coins - 1",
            "UPDATE insights.gift SET pieces = pieces + 1",
            "DELETE FROM insights.gifter_day",
            "UPDATE insights.gifter SET first_day = first_day - 1",
        ):
            await tx.execute(change)
    found = await proved()
    assert Counter(f.promise for f in found) == {6: 5}
    assert sum("the books say 1, 40, 28000" in f.detail for f in found) == 4
