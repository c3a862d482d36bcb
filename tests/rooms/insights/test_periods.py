"""A frozen month is what it was: nothing is posted into it, and what is late belongs to the open one."""

import asyncio
from datetime import date, timedelta
from typing import Any

import psycopg
import pytest

from bookkeeping import AT
from largesse import ledger
from largesse.kit import ids
from largesse.kit.approval import FourEyes
from largesse.kit.db import Database, sql
from largesse.kit.http import Busy

PUT = """
INSERT INTO ledger.transfer (id, kind, source, happened_at, recorded_at) VALUES (%s, %s, %s, %s, %s) RETURNING period
"""


def following(month: date) -> date:
    return (month + timedelta(days=31)).replace(day=1)


async def test_a_month_is_closed_by_two_people_when_it_is_over_and_its_hours_are_closed(desk: Any) -> None:
    with pytest.raises(ledger.MonthNotOver):
        await desk.close_month()
    await desk.wait(31)
    with pytest.raises(ledger.HoursOpen):
        await desk.close_month()
    await desk.close_hours()
    proposal = ids.new()
    asked = {"proposal": proposal, "month": desk.month, "reason": "over", "ticket": ""}
    await desk.finance.propose_close(by=desk.olga, **asked)
    with pytest.raises(FourEyes):
        await desk.finance.approve_close(by=desk.olga, proposal=proposal)
    frozen = await desk.finance.approve_close(by=desk.oscar, proposal=proposal)
    assert (frozen.month, frozen.proposed_by, frozen.approved_by) == (desk.month, desk.olga, desk.oscar)
    assert [period.month for period in await desk.finance.list_periods(10)] == [desk.month]
    with pytest.raises(ledger.MonthFrozen):
        await desk.close_month()
    with pytest.raises(ledger.MonthFrozen):
        await desk.close_month(
            desk.month - timedelta(days=1) - timedelta(days=(desk.month - timedelta(days=1)).day - 1)
        )


async def test_hours_belong_to_the_month_in_which_they_were_also_when_closed_in_the_next(desk: Any) -> None:
    await desk.wait(31)
    await desk.close_hours()
    trial = await desk.trial(desk.month)
    assert trial["revenue:gifts", "USD"] == (0, 0, 700, -700)
    assert trial["liabilities:coins", "USD"] == (0, 700, 1166, -466)
    assert trial["coins:spent", ""] == (0, 600, 0, 600)
    assert all(sum(line[n] for line in trial.values()) == 0 for n in (0, 3))


async def test_a_frozen_month_never_changes_and_what_is_late_belongs_to_the_next(desk: Any) -> None:
    await desk.wait(31)
    await desk.close_hours()
    await desk.close_month()
    before = await desk.trial(desk.month)
    async with desk.db.write() as tx:
        for kind in ("grant", "close"):
            late = [ids.new(), kind, "late", desk.month, desk.month]
            assert await tx.scalar(PUT, late) == following(desk.month)
        await tx.execute("ROLLBACK")
        await tx.execute("BEGIN")
    async with desk.db.write() as tx:
        await ledger.refund_coins(
            tx, purchase="purchase:1", coins=100, via="psp", source="r", happened_at=AT,
            reason="asked",
        )  # fmt: skip
    await desk.give(50)
    await desk.wait(1)
    await desk.close_hours()
    assert await desk.trial(desk.month) == before
    later = await desk.trial(following(desk.month))
    assert later["liabilities:coins", "USD"][0] == before["liabilities:coins", "USD"][3]
    assert later["liabilities:coins", "USD"][1] > 0


@pytest.mark.parametrize("chosen", ["into a frozen entry", "with a month of its own"])
async def test_the_database_itself_lets_nobody_post_into_a_frozen_month(desk: Any, chosen: str) -> None:
    await desk.wait(31)
    await desk.close_hours()
    await desk.close_month()
    if chosen == "into a frozen entry":
        async with desk.db.read() as tx:
            key = await tx.scalar("SELECT key FROM ledger.transfer WHERE source = 'purchase:1'")
        legs = {"transfer": key, "books": [1, 4], "holders": [0, 0], "currencies": ["", ""], "amounts": [1, -1]}
        with pytest.raises(psycopg.DatabaseError):
            async with desk.db.write() as tx:
                await tx.execute(sql("ledger", "add_legs"), legs)
        with pytest.raises(psycopg.DatabaseError, match="frozen"):
            async with desk.db.write() as tx:
                await tx.execute(
                    "INSERT INTO ledger.leg (transfer, n, book, amount) VALUES (%s, 90, 1, 1), (%s, 91, 4, -1)",
                    [key, key],
                )
    else:
        async with desk.db.write() as tx:
            put = PUT.replace("recorded_at)", "recorded_at, period)").replace("%s)", "%s, %s)")
            values = [ids.new(), "grant", "x", desk.month, desk.month, desk.month]
            assert await tx.scalar(put, values) == following(desk.month)
            await tx.execute("ROLLBACK")
            await tx.execute("BEGIN")
    for statement in ("DELETE FROM ledger.period", "UPDATE ledger.period_balance SET debit = debit + 1"):
        with pytest.raises(psycopg.DatabaseError, match="for ever"):
            async with desk.db.write() as tx:
                await tx.execute(statement)  # type: ignore[arg-type]


async def test_a_freeze_waits_for_the_entry_under_way_and_not_for_long(desk: Any) -> None:
    await desk.wait(31)
    await desk.close_hours()
    async with desk.db.write() as tx:
        await ledger.grant_promo(
            tx, account=desk.alice, gives_from=date(2000, 1, 1), coins=5, source="slow",
            happened_at=AT,
        )  # fmt: skip
        with pytest.raises(Busy):
            await desk.close_month()
    assert (await desk.close_month()).month == desk.month


async def test_of_two_who_approve_one_freezes(desk: Any) -> None:
    await desk.wait(31)
    await desk.close_hours()
    first, second = ids.new(), ids.new()
    for proposal in (first, second):
        await desk.finance.propose_close(by=desk.olga, proposal=proposal, month=desk.month, reason="r", ticket="")
    done = await asyncio.gather(
        *(desk.finance.approve_close(by=desk.oscar, proposal=proposal) for proposal in (first, second)),
        return_exceptions=True,
    )
    assert sorted(type(one).__name__ for one in done) == ["MonthFrozen", "Period"]


async def test_the_audit_sees_a_frozen_month_that_was_changed(desk: Any, db: Database) -> None:
    await desk.wait(31)
    await desk.close_hours()
    await desk.close_month()
    connection = await db.connect(session_replication_role="replica")
    for statement in (
        "UPDATE ledger.period_balance SET debit = debit + 1 WHERE book = 31",
        "DELETE FROM ledger.period_balance WHERE book = 41",
        "UPDATE ledger.leg SET amount = amount + 1 WHERE book = 21",
    ):
        async with connection.transaction(force_rollback=True):
            assert await (await connection.execute(sql("ledger", "audit_periods"))).fetchall() == []
            await connection.execute(statement.encode())
            assert await (await connection.execute(sql("ledger", "audit_periods"))).fetchall() != []
    await connection.close()
