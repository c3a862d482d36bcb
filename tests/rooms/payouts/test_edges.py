"""At the edges: twenty at once, a week to the microsecond and across changes of clocks, disputes, strange amounts."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import psycopg
import pytest
from psycopg import sql

from bookkeeping import Gift
from largesse import ledger
from largesse.kit import ids
from largesse.kit.http import NotFound
from largesse.kit.money import Money
from largesse.payouts import errors, store
from largesse.payouts.routes import routes
from largesse.payouts.withdrawal import WEEK


@pytest.fixture
def database_url(clock_url: str) -> str:
    return clock_url


async def pay(desk: Any, method: Any, milli: int | None) -> Any:
    """A payout that arrives."""
    made = await desk.ask(await desk.quote(method, milli))
    for who in (desk.cast.olga, desk.cast.charlie):
        if (await desk.get(made)).status == "review":
            await desk.office.approve(who.key, made.id)
    await desk.carrying.work()
    return await desk.get(made)


async def move(desk: Any, payout: Any, requested_at: datetime) -> None:
    """Let a payout have been requested at another time, behind the back of the database's guard."""
    with psycopg.connect(desk.db.url, autocommit=True) as connection:
        connection.execute("ALTER TABLE payouts.payout DISABLE TRIGGER payout_for_ever")
        connection.execute("UPDATE payouts.payout SET requested_at = %s WHERE id = %s", [requested_at, payout.id])
        connection.execute("ALTER TABLE payouts.payout ENABLE TRIGGER payout_for_ever")


async def counted(desk: Any, now: datetime) -> int:
    """US cents that count against the weekly maximum at a moment."""
    async with desk.db.read() as tx:
        return await store.sum_since(tx, desk.bob.account, now - WEEK)


# Twenty at once


async def test_of_twenty_parallel_requests_one_wins(desk: Any) -> None:
    await desk.earn(200_000)
    method = await desk.method()
    quotes = [await desk.quote(method) for _ in range(20)]
    answers = await asyncio.gather(*(desk.ask(quote) for quote in quotes), return_exceptions=True)
    won = [answer for answer in answers if not isinstance(answer, BaseException)]
    assert len(won) == 1
    assert {type(answer) for answer in answers if isinstance(answer, BaseException)} == {ledger.PayoutOpen}
    assert await desk.places() == (140_000_000 - 14_285_715, 14_285_715, 0)


async def test_twenty_requests_under_one_id_are_one_payout(desk: Any) -> None:
    await desk.earn(200_000)
    quote, payout = await desk.quote(await desk.method()), ids.new()
    answers = await asyncio.gather(*(desk.ask(quote, payout) for _ in range(20)))
    assert {answer.id for answer in answers} == {payout}


# The week


async def test_the_week_ends_to_the_microsecond(desk: Any) -> None:
    await desk.earn(300_000)
    at = (await pay(desk, await desk.method(), 100_000_000)).requested_at
    tick = timedelta(microseconds=1)
    assert [await counted(desk, at + WEEK - tick), await counted(desk, at + WEEK)] == [70_000, 0]


async def test_exactly_the_weekly_maximum_may_be_withdrawn_and_not_a_cent_more(desk: Any) -> None:
    await desk.earn(300_000)
    method = await desk.method()
    await pay(desk, method, 114_285_715)  # USD 800.00
    with pytest.raises(errors.OverWeeklyMaximum) as over:
        await desk.quote(method, 28_573_000)  # USD 200.01
    assert (over.value.left.minor, over.value.maximum.minor) == (20_000, 100_000)
    assert (await pay(desk, method, 28_572_000)).quote.gross_minor == 20_000
    with pytest.raises(errors.OverWeeklyMaximum):
        await desk.quote(method)


async def test_what_came_back_counts_no_more(desk: Any) -> None:
    await desk.earn(300_000)
    method = await desk.method()
    paid = await pay(desk, method, 140_000_000)
    with pytest.raises(errors.OverWeeklyMaximum):
        await desk.quote(method)
    await desk.office.play_return(desk.cast.olga.key, paid.id, "closed", None)
    await desk.carrying.work()
    assert (await pay(desk, method, None)).quote.gross_minor == 100_000


@pytest.mark.parametrize("change", ["2026-10-25", "2026-03-29"])  # in Berlin, back and forth an hour
async def test_the_week_has_168_hours_whatever_clocks_do(desk: Any, change: str) -> None:
    with psycopg.connect(desk.db.url, autocommit=True) as connection:
        name = sql.Identifier(connection.info.dbname)
        connection.execute(sql.SQL("ALTER DATABASE {} SET timezone = 'Europe/Berlin'").format(name))
    await desk.earn(300_000)
    method = await desk.method()
    first = await pay(desk, method, 100_000_000)
    noon = datetime.fromisoformat(change).replace(hour=12, tzinfo=ZoneInfo("Europe/Berlin"))
    before = noon - timedelta(days=3, hours=12)  # the same wall clock as a week later, and not the same hours
    instant = before.astimezone(UTC)
    await move(desk, first, instant)
    hour = timedelta(hours=1)
    assert [await counted(desk, instant + n * hour) for n in (167, 168, 169)] == [70_000, 0, 0]
    second = await pay(desk, method, 100_000_000)
    await move(desk, second, instant + 168 * hour)
    assert await desk.prove() == []
    await move(desk, second, instant + 167 * hour)
    assert [finding.promise for finding in await desk.prove()] == [7]
    await move(desk, second, instant + 168 * hour)


# What happens while a payout is open


async def test_a_method_that_changes_while_its_payout_is_open_changes_nothing(desk: Any) -> None:
    await desk.earn(60_000)
    method = await desk.method(where="the old bank")
    made = await desk.ask(await desk.quote(method))
    await desk.methods.remove(desk.bob.account, method.id)
    await desk.method(where="the new bank")
    await desk.office.approve(desk.cast.olga.key, made.id)
    await desk.carrying.work()
    end = await desk.get(made)
    assert (end.status, end.quote.method, end.shown) == ("paid", method.id, method.shown)


async def test_a_method_that_was_removed_takes_no_quote_and_no_request(desk: Any) -> None:
    await desk.earn(60_000)
    method = await desk.method()
    quote = await desk.quote(method)
    await desk.methods.remove(desk.bob.account, method.id)
    with pytest.raises(NotFound):
        await desk.quote(method)
    with pytest.raises(NotFound):
        await desk.ask(quote)


async def dispute(desk: Any, verb: Any, **more: Any) -> Any:
    async with desk.db.write() as tx:
        return await verb(tx, source="dispute:1", happened_at=datetime.now(UTC), **more)


@pytest.mark.parametrize("decided", ["lost", "won"])
async def test_a_dispute_of_what_is_reserved_takes_nothing_from_the_creator(desk: Any, decided: str) -> None:
    await desk.earn()
    made = await desk.asked()
    asked = {"purchase": "purchase:1", "disputed": Money(30_000, "USD"), "fee": Money(1500, "USD")}
    assert (await dispute(desk, ledger.open_dispute, **asked)).held_milli == 0
    await desk.office.approve(desk.cast.olga.key, made.id)
    await desk.carrying.work()
    if decided == "lost":
        assert (await dispute(desk, ledger.lose_dispute)).debt == 30_000
    else:
        await dispute(desk, ledger.win_dispute, fee_back=Money(0, "USD"))
    assert (await desk.get(made)).status == "paid"
    assert await desk.places() == (21_000_000 - 14_285_715, 0, 14_285_715)


async def test_what_a_dispute_holds_clears_for_nobody_until_it_is_won(desk: Any) -> None:
    await desk.books.buy(desk.cast.alice.key, 30_000)
    await desk.books.give([Gift(desk.cast.alice.key, desk.cast.bob.key, 30_000)])
    asked = {"purchase": "purchase:1", "disputed": Money(1399, "USD"), "fee": Money(1500, "USD")}
    assert (await dispute(desk, ledger.open_dispute, **asked)).held_milli == 21_000_000
    await desk.wait(15)
    method = await desk.method()
    with pytest.raises(ledger.NotEnoughDiamonds):
        await desk.quote(method)
    await dispute(desk, ledger.win_dispute, fee_back=Money(0, "USD"))
    assert (await desk.quote(method)).gross_minor == 10_000


# Amounts


STRANGE = [0, -1, -14_286_000, 1.5, 14_286_000.0, "14286000", True, 10**15 + 1, 10**40, None, [], {}]


@pytest.mark.parametrize("milli", STRANGE, ids=repr)
async def test_an_amount_that_is_none_is_refused_by_its_field(
    app_client: Any, desk: Any, accounts_service: Any, milli: Any
) -> None:
    await desk.earn()
    method = await desk.method()
    client: httpx.AsyncClient = await app_client(
        routes, accounts=accounts_service, payouts=None, payout_methods=desk.methods, withdrawals=desk.requests,
        payouts_office=desk.office, payout_batches=desk.batches, bank_files=desk.bank_files,
    )  # fmt: skip
    answer = await client.post(
        "/v1/me/payouts/quote",
        json={"method_id": str(method.id), "diamonds_milli": milli},
        headers=desk.cast.bob.headers,
    )
    assert answer.status_code in {400, 422}, answer.text
    assert await desk.places() == (21_000_000, 0, 0)


@pytest.mark.parametrize("milli", [1, 999, 1000, 14_285_714, 21_000_001, 10**15])
async def test_amounts_at_the_edges_are_judged(desk: Any, milli: int) -> None:
    await desk.earn()
    with pytest.raises(errors.BelowMinimum if milli < 21_000_000 else ledger.NotEnoughDiamonds):
        await desk.quote(await desk.method(), milli)
