"""Hours of gifts become money once: revenue by lot, and what creators are owed."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bookkeeping import Bookkeeper, Gift, entry_of
from largesse import ledger
from largesse.kit.db import Database, sql
from largesse.kit.money import Money
from largesse.ledger import closing
from largesse.ledger.audit import audit
from largesse.ledger.closing import Given, Totals, added, closing_legs, end_of, hour_of
from largesse.ledger.keys import Keys
from largesse.ledger.model import Book

CLOSING = ("liabilities:coins", "revenue:gifts", "expenses:creators", "expenses:promotion", "liabilities:creators")


async def close_all(db: Database) -> list[int]:
    """Close every hour that has ended; the gifts of each."""
    found: list[int] = []
    while True:
        async with db.write() as tx:
            gifts = await closing.close_next(tx)
        if gifts is None:
            return found
        found.append(gifts)


async def balances(db: Database, currency: str = "USD") -> dict[str, int]:
    async with db.read() as tx:
        rows = await tx.rows(
            "SELECT k.name, sum(l.amount)::bigint AS minor FROM ledger.leg l JOIN ledger.book k ON k.key = l.book"
            " WHERE l.currency = %s AND k.name = ANY (%s) GROUP BY 1 HAVING sum(l.amount) <> 0",
            [currency, list(CLOSING)],
        )
    return {row["name"]: row["minor"] for row in rows}


async def assert_the_books_hold(db: Database, secrets: Keys) -> None:
    report = await audit(db, secrets)
    assert report.findings == []


def test_hours_are_utc_and_end_where_the_next_begins() -> None:
    at = datetime(2026, 11, 30, 23, 59, 59, 999999, tzinfo=UTC)
    assert end_of(hour_of(at)) == datetime(2026, 12, 1, tzinfo=UTC)
    assert hour_of(end_of(hour_of(at))) == hour_of(at) + 1


@given(st.lists(st.tuples(st.integers(0, 10**6), st.integers(0, 10**4)), max_size=20))
def test_hours_sum_to_within_half_a_cent_of_what_was_given(hours: list[tuple[int, int]]) -> None:
    """However small each hour is: cents are the growth of a running total."""
    totals, cents = Totals(), 0
    for paid, promo in hours:
        after = added(totals, [Given(1, paid, promo, paid + promo, paid, 7000)])
        cents += sum(leg.amount for leg in closing_legs(totals, after, {}) if leg.book == Book.CREATORS_COST)
        totals = after
    assert abs(cents * 10_000_000 - totals.creators) <= 5_000_000


async def test_a_spent_purchase_becomes_its_net_in_revenue(till: Any, db: Database, secrets: Keys) -> None:
    await till.buy()
    for coins in (1, 7, 992):
        await till.give(coins)
        await till.wait(1)
        assert await close_all(db) == [1]
    assert await balances(db) == {"revenue:gifts": -1166, "expenses:creators": 490, "liabilities:creators": -490}
    await assert_the_books_hold(db, secrets)


async def test_an_hour_that_has_not_ended_is_not_closed(till: Any, db: Database) -> None:
    await till.buy()
    await till.give(10)
    async with db.read() as tx:
        assert not await closing.has_ended(tx, end_of(hour_of(await tx.scalar("SELECT now()"))))


async def test_lots_of_several_currencies_are_closed_each_in_its_own(till: Any, db: Database, secrets: Keys) -> None:
    await till.buy(coins=10)
    await till.buy("p2", coins=7, gross=Money(501, "EUR"), tax=Money(1, "EUR"), provider_fee=Money(0, "EUR"))
    await till.buy("p3", coins=30, gross=Money(100, "JPY"), tax=Money(0, "JPY"), provider_fee=Money(0, "JPY"))
    await till.give(12)
    await till.wait(1)
    await close_all(db)
    assert (await balances(db))["revenue:gifts"] == -1166
    assert await balances(db, "EUR") == {"liabilities:coins": -500 + 143, "revenue:gifts": -143}
    assert await balances(db, "JPY") == {"liabilities:coins": -100}
    await assert_the_books_hold(db, secrets)


@pytest.mark.parametrize("close_first", [True, False])
async def test_reversed_before_or_after_the_close_comes_to_the_same(
    till: Any, db: Database, secrets: Keys, *, close_first: bool
) -> None:
    await till.buy()
    await till.give(1000)
    await till.wait(1)
    if close_first:
        assert await close_all(db) == [1]
    await till.refund(700)
    await close_all(db)
    found = await balances(db)
    await till.restore()
    assert (found, await balances(db)) == (
        {"revenue:gifts": -582, "expenses:creators": 245, "liabilities:creators": -245},
        {"revenue:gifts": -1166, "expenses:creators": 490, "liabilities:creators": -490},
    )
    await assert_the_books_hold(db, secrets)


async def test_a_dispute_won_after_the_close_leaves_the_revenue_as_it_was(
    till: Any, db: Database, secrets: Keys
) -> None:
    await till.buy()
    await till.give(600)
    await till.wait(1)
    await till.dispute()
    await close_all(db)
    before = await balances(db)
    await till.lose()
    await till.win()
    assert await balances(db) == before
    await till.wait(20)
    await till.give(400)
    await till.wait(1)
    await close_all(db)
    assert (await balances(db))["revenue:gifts"] == -1166
    await assert_the_books_hold(db, secrets)


async def test_promotional_coins_are_no_revenue_and_an_expense_only_where_a_policy_pays(
    till: Any, books: Bookkeeper, db: Database, secrets: Keys
) -> None:
    await books.grant(till.alice, 50)
    await till.give(50)
    await till.wait(1)
    assert await close_all(db) == [1]
    assert await balances(db) == {}
    async with db.read() as tx:
        assert await tx.scalar("SELECT transfer FROM ledger.hour") is None
    await assert_the_books_hold(db, secrets)
    totals = added(Totals(), [Given(1, 0, 50, 35_000, 0, 7000)])
    legs = {leg.book: leg.amount for leg in closing_legs(Totals(), totals, {})}
    assert legs == {Book.PROMOTION_COST: 24, Book.CREATORS_OWED: -24}


async def test_a_gift_that_commits_late_is_closed_with_the_next_hour(till: Any, db: Database, secrets: Keys) -> None:
    """Recorded in an hour that was closed meanwhile: neither missed nor closed twice."""
    await till.buy()
    late = await ledger.Journal.open(db, secrets.salt_secret)
    try:
        await late.connection.execute("BEGIN")
        wallets, _ = await late.lock_wallets([till.alice], wait=True)
        batch, at = await (await late.ask_batch()).fetchone()  # type: ignore[misc]
        await late.connection.execute("COMMIT")
        await till.wait(1)
        await till.give(3)
        await till.wait(1)
        assert await close_all(db) == [1]
        await _copied(late, till, batch, at, await _wallet(late, till.alice))
        assert wallets
        assert await close_all(db) == [1]
    finally:
        await late.close()
    async with db.read() as tx:
        hours = await tx.rows("SELECT hour, gifts, coins_paid FROM ledger.hour ORDER BY hour")
    assert [(h["gifts"], h["coins_paid"]) for h in hours] == [(1, 3), (1, 5)]
    assert hours[0]["hour"] > hour_of(at)
    await assert_the_books_hold(db, secrets)


async def _wallet(journal: ledger.Journal, account: int) -> ledger.WalletState:
    wallets, _ = await journal.lock_wallets([account], wait=True)
    return wallets[account]


async def _copied(journal: ledger.Journal, till: Any, batch: int, at: datetime, wallet: ledger.WalletState) -> None:
    """Five coins to Bob, recorded at a moment long ago."""
    entry = entry_of(Gift(till.alice, till.bob, 5), wallet, at)
    await journal.connection.execute("BEGIN")
    head = await journal.copy([entry], batch, at)
    await journal.send_writes([entry], {till.alice: wallet}, head)
    await journal.connection.execute("COMMIT")
    journal.moved(head)


async def test_a_committer_in_the_middle_of_a_batch_holds_its_hour_open(till: Any, db: Database, secrets: Keys) -> None:
    await till.buy()
    journal = await ledger.Journal.open(db, secrets.salt_secret)
    try:
        async with db.read() as tx:
            end = await tx.scalar("SELECT pg_catalog.clock_timestamp()") - timedelta(seconds=1)
        async with db.read() as tx:
            assert await closing.has_ended(tx, end - timedelta(seconds=1))
        await journal.connection.execute("BEGIN")
        later = end + timedelta(seconds=3)
        await asyncio.sleep(0.01)
        await till.wait(1)
        async with db.read() as tx:
            assert not await closing.has_ended(tx, later)
        await journal.connection.execute("COMMIT")
        async with db.read() as tx:
            assert await closing.has_ended(tx, later)
    finally:
        await journal.close()


async def test_two_closers_close_an_hour_once(till: Any, db: Database, secrets: Keys) -> None:
    await till.buy()
    for _ in range(5):
        await till.give(10)
        await till.wait(1)
    closed = await asyncio.gather(*(close_all(db) for _ in range(4)))
    closed.append(await close_all(db))
    assert sorted(gifts for one in closed for gifts in one) == [1] * 5
    await assert_the_books_hold(db, secrets)


@pytest.mark.parametrize("steps", range(1, 9))
async def test_a_closer_killed_between_two_steps_leaves_nothing(
    till: Any, db: Database, database_url: str, steps: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its server process is ended before the nth statement: as if it had not begun, and the next one closes all."""
    await till.buy()
    await till.give(10)
    await till.wait(1)
    asked = 0

    def asked_more() -> bool:
        nonlocal asked
        asked += 1
        return asked == steps

    for verb in ("scalar", "row", "rows", "all", "execute"):
        monkeypatch.setattr(ledger_tx, verb, _dying(getattr(ledger_tx, verb), database_url, asked_more))
    with pytest.raises(psycopg.OperationalError):
        await close_all(db)
    monkeypatch.undo()
    async with db.read() as tx:
        assert await tx.scalar("SELECT count(*) FROM ledger.hour") == 0
        assert await tx.scalar("SELECT count(*) FROM ledger.hour_lot") == 0
        assert await tx.scalar("SELECT count(*) FROM ledger.transfer WHERE kind = 'close'") == 0
    assert await close_all(db) == [1]


ledger_tx = closing.WriteTx


def _dying(verb: Any, url: str, now: Any) -> Any:
    async def run(self: Any, *arguments: Any) -> Any:
        if now():
            with psycopg.connect(url, autocommit=True) as other:
                pid = self.connection.info.backend_pid
                other.execute("SELECT pg_terminate_backend(%s, 5000)", [pid])
        return await verb(self, *arguments)

    return run


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE ledger.hour SET gifts = gifts + 1",
        "UPDATE ledger.hour SET creators_total = creators_total + 1",
        "UPDATE ledger.hour_lot SET net_minor = net_minor + 1",
        "DELETE FROM ledger.hour_lot",
        "UPDATE ledger.leg SET amount = amount + 1 WHERE book = 41",
        "DELETE FROM ledger.hour",
    ],
)
async def test_the_audit_sees_a_changed_hour(till: Any, db: Database, statement: str) -> None:
    await till.buy()
    await till.give(10)
    await till.wait(1)
    await close_all(db)
    connection = await db.connect(session_replication_role="replica")
    async with connection, connection.transaction(force_rollback=True):
        assert await (await connection.execute(sql("ledger", "audit_closing"))).fetchall() == []
        await connection.execute(statement.encode())
        assert await (await connection.execute(sql("ledger", "audit_closing"))).fetchall() != []


async def test_a_closed_hour_is_for_ever(till: Any, db: Database) -> None:
    await till.buy()
    await till.give(10)
    await till.wait(1)
    await close_all(db)
    for statement in ("UPDATE ledger.hour SET gifts = 2", "DELETE FROM ledger.hour_lot"):
        with pytest.raises(psycopg.DatabaseError, match="for ever"):
            async with db.write() as tx:
                await tx.execute(statement)  # type: ignore[arg-type]
