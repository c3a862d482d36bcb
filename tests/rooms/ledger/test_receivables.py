"""What a creator owes for gifts that were taken back too late is set off once, and comes back as it went."""

import asyncio
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bookkeeping import AT
from largesse import ledger
from largesse.kit.money import Money
from largesse.ledger import DayPart, owing
from largesse.ledger.audit import audit
from largesse.ledger.owing import Claim, Row

DAY = date(2026, 3, 1)
SWITCH = "UPDATE policy.version SET receivable = true WHERE key = 1"


async def tamper(till: Any, *statements: str) -> None:
    """Change what the database refuses to change."""
    async with till.db.write() as tx:
        await tx.execute("SET LOCAL session_replication_role = replica")
        for statement in statements:
            await tx.execute(statement)


@pytest.fixture
async def late(till: Any) -> Any:
    """Alice bought 1,000 coins, Bob has them as 700 diamonds, whose policy books receivables and whose hold is over."""
    await tamper(till, SWITCH)
    await till.buy()
    await till.give(1000)
    await till.wait(16)
    return till


async def owed(till: Any) -> int:
    async with till.db.read() as tx:
        return await ledger.owed_milli(tx, till.bob)


async def set_off(till: Any) -> int:
    async with till.db.write() as tx:
        return await ledger.set_off(tx, creator=till.bob, happened_at=AT)


async def days(till: Any) -> list[tuple[int, int]]:
    """In and reversed of each of Bob's days."""
    async with till.db.read() as tx:
        return [(e.milli_in, e.milli_reversed) for e in await ledger.list_earnings(tx, till.bob)]


async def withdraw(till: Any, milli: int, minor: int) -> int:
    """All or part of Bob's oldest day."""
    async with till.db.write() as tx:
        first = (await ledger.list_earnings(tx, till.bob))[0]
        return await ledger.reserve_payout(
            tx, creator=till.bob, days=[DayPart(first.day, first.policy, milli)], gross=Money(minor, "USD"),
            source="payout:x", happened_at=AT,
        )  # fmt: skip


async def arrive(till: Any) -> None:
    async with till.db.write() as tx:
        zero = Money(0, "USD")
        await ledger.pay_payout(tx, payout="payout:x", fee=zero, sent=Money(490, "USD"), cost=zero, happened_at=AT)


async def last_setoff(till: Any) -> dict[tuple[str, int, str], int]:
    async with till.db.read() as tx:
        key = await tx.scalar("SELECT max(key) FROM ledger.transfer WHERE kind = 'setoff'")
    found: dict[tuple[str, int, str], int] = await till.legs(key)
    return found


async def test_the_life_of_one_receivable(late: Any) -> None:
    till = late
    await withdraw(till, 700_000, 490)
    await arrive(till)
    await till.dispute()
    lost = await till.lose()
    assert (lost.debt, await owed(till)) == (1000, 700_000)
    assert await till.money(lost.transfer) == {
        "expenses:chargebacks": 1166, "liabilities:tax": 233, "assets:disputed": -1399,
        "assets:creators": 490, "expenses:creators": -490,
    }  # fmt: skip
    assert await set_off(till) == 0, "nothing is left that has cleared"

    await till.buy("p2", coins=1400)
    await till.give(400)
    assert await set_off(till) == 0, "the new day is in its hold"
    await till.wait(15)
    assert (await set_off(till), await owed(till)) == (280_000, 420_000)
    assert await last_setoff(till) == {
        ("liabilities:creators", 0, "USD"): 196, ("assets:creators", till.bob, "USD"): -196,
        ("diamonds:creator", till.bob, ""): -280_000, ("diamonds:reversed", 0, ""): 280_000,
    }  # fmt: skip

    await till.buy("p3", coins=1000)
    await till.give(1000)
    await till.wait(15)
    assert (await set_off(till), await owed(till), await set_off(till)) == (420_000, 0, 0)
    assert await days(till) == [(700_000, 0), (280_000, 280_000), (700_000, 420_000)]
    assert ("assets:creators", "USD") not in await till.balances()

    won = await till.win()
    assert (won.clawed, await owed(till)) == (-1000, 0)
    assert await days(till) == [(700_000, 0), (280_000, 0), (700_000, 0)], "what was set off came back, to its days"
    assert ("assets:creators", "USD") not in await till.balances()
    assert await last_setoff(till) == {
        ("liabilities:creators", 0, "USD"): -490, ("assets:creators", till.bob, "USD"): 490,
        ("diamonds:creator", till.bob, ""): 700_000, ("diamonds:reversed", 0, ""): -700_000,
    }  # fmt: skip
    assert await set_off(till) == 0


async def test_a_dispute_that_is_won_before_anything_was_set_off_leaves_nothing(late: Any) -> None:
    before = await late.balances()
    await late.dispute(fee=0)
    await late.lose()
    assert await owed(late) == 700_000
    await late.win()
    assert (await owed(late), await late.balances(), await days(late)) == (0, before, [(700_000, 0)])


async def test_a_refund_is_owed_in_part_and_undone(late: Any) -> None:
    await late.refund(coins=300)
    assert await owed(late) == 210_000
    assert (await set_off(late), await days(late)) == (210_000, [(700_000, 210_000)])
    await late.restore()
    assert (await owed(late), await days(late)) == (0, [(700_000, 0)])
    await late.refund(coins=500, source="r2")
    assert await owed(late) == 350_000


async def test_the_oldest_day_gives_first(late: Any) -> None:
    await late.buy("p2", coins=1000)
    await late.give(1000)
    await late.wait(15)
    await late.refund(coins=300)
    assert (await set_off(late), await days(late)) == (210_000, [(700_000, 210_000), (700_000, 0)])


async def test_only_what_was_past_its_hold_is_owed_and_the_rest_is_reversed(till: Any) -> None:
    await tamper(till, SWITCH)
    await till.buy()
    await till.give(400)
    await till.wait(16)
    await till.give(600)
    await till.dispute()
    await till.lose()
    assert (await owed(till), await days(till)) == (280_000, [(280_000, 0), (420_000, 420_000)])


async def test_without_the_switch_or_in_the_hold_nothing_is_owed(till: Any) -> None:
    await till.buy()
    await till.give(1000)
    await till.refund(coins=100)
    await tamper(till, SWITCH)
    await till.refund(coins=100, source="r2")
    assert (await owed(till), await days(till)) == (0, [(700_000, 140_000)])


async def test_without_the_switch_nobody_owes(till: Any) -> None:
    await till.buy()
    await till.give(1000)
    await till.wait(16)
    assert (await till.refund(coins=100)).debt == 100
    assert await owed(till) == 0


async def test_a_withdrawal_sets_off_first_and_cannot_take_what_is_owed(late: Any) -> None:
    await late.refund(coins=300)
    with pytest.raises(ledger.NotEnoughDiamonds):
        await withdraw(late, 700_000, 490)
    assert await owed(late) == 210_000, "a refusal takes nothing"
    await withdraw(late, 490_000, 343)
    assert (await owed(late), await days(late)) == (0, [(700_000, 210_000)])


async def test_a_report_of_what_is_owed_says_what_creators_owe(late: Any) -> None:
    async def said() -> dict[str, int]:
        async with late.db.read() as tx:
            return {line.what: line.minor for line in await ledger.liabilities(tx)}

    assert "assets:creators" not in await said()
    await late.refund(coins=300)
    assert (await said())["assets:creators"] == -147
    await set_off(late)
    assert "assets:creators" not in await said()


async def test_a_granted_day_pays_what_is_owed_as_any_other(late: Any) -> None:
    await withdraw(late, 700_000, 490)
    await arrive(late)
    async with late.db.write() as tx:
        await ledger.grant_diamonds(
            tx, creator=late.bob, policy=1, micros=7000, milli=300_000, source="grant:g", happened_at=AT
        )
    await late.refund(coins=300)
    assert (await set_off(late), await owed(late)) == (0, 210_000)
    await late.wait(15)
    assert (await set_off(late), await owed(late)) == (210_000, 0)
    assert await days(late) == [(700_000, 0), (300_000, 210_000)]
    await late.restore()
    assert await days(late) == [(700_000, 0), (300_000, 0)]


async def test_twenty_at_once_set_off_once(late: Any) -> None:
    await late.refund(coins=300)
    assert sorted(await asyncio.gather(*(set_off(late) for _ in range(20)))) == [*[0] * 19, 210_000]
    assert await days(late) == [(700_000, 210_000)]


async def test_undoing_and_setting_off_at_once_end_alike(late: Any) -> None:
    for n in range(6):
        await late.refund(coins=300, source=f"r{n}")
        await asyncio.gather(set_off(late), late.restore(f"r{n}"), set_off(late))
        assert (await owed(late), await days(late)) == (0, [(700_000, 0)])


@pytest.mark.parametrize(
    ("fault", "mended", "detail"),
    [
        ("UPDATE ledger.receivable SET milli = milli + 1", "UPDATE ledger.receivable SET milli = milli - 1", "owes"),
        ("UPDATE ledger.receivable SET minor = minor + 1", "UPDATE ledger.receivable SET minor = minor - 1", "owes"),
        ("UPDATE ledger.setoff SET milli = milli - 1", "UPDATE ledger.setoff SET milli = milli + 1", "its rows say"),
        ("UPDATE ledger.setoff SET worth_minor = 0", "UPDATE ledger.setoff SET worth_minor = 147", "that were set off"),
        ("UPDATE policy.version SET receivable = false", SWITCH, "those gifts say 0"),
    ],
)
async def test_an_audit_finds_what_was_changed(late: Any, fault: str, mended: str, detail: str) -> None:
    await late.refund(coins=300)
    await set_off(late)
    await tamper(late, fault)
    report = await audit(late.db, late.books.keys)
    await tamper(late, mended)
    assert any(detail in found.detail for found in report.findings), report.findings


@given(
    st.lists(st.tuples(st.integers(1, 10**6), st.integers(0, 20_000)), min_size=1, max_size=4),
    st.lists(st.tuples(st.integers(1, 10**6), st.integers(1, 20_000)), max_size=6),
)
def test_set_off_takes_the_first_of_both_and_all_cents_of_what_is_paid_back(
    owes: list[tuple[int, int]], has: list[tuple[int, int]]
) -> None:
    claims = [Claim(n, 1, milli, minor, 0) for n, (milli, minor) in enumerate(owes)]
    rows = [Row(DAY, 1, n, left, micros, cleared=True) for n, (left, micros) in enumerate(has)]
    taken = owing.match(7, claims, rows)
    assert sum(t.milli for t in taken) == min(sum(c.milli for c in claims), sum(r.left for r in rows))
    for claim in claims:
        own = [t for t in taken if t.claim == claim.claim]
        assert sum(t.minor for t in own) == claim.minor * sum(t.milli for t in own) // claim.milli
    for row in rows:
        assert sum(t.milli for t in taken if t.stripe == row.stripe) <= row.left
    assert sum(leg.amount for leg in owing.setoff_legs(taken)) == 0
