"""What a payout reserves is paid once, or let go, or comes back: never two of these, and never more than was earned."""

import asyncio
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

import psycopg
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bookkeeping import AT
from largesse import ledger
from largesse.kit.money import Money
from largesse.ledger import DayPart, redeeming

SOURCE = "payout:x"
DAY = date(2026, 3, 1)


def usd(minor: int) -> Money:
    return Money(minor, "USD")


@pytest.fixture
async def earned(till: Any) -> Any:
    """Bob has earned 700 diamonds, worth USD 4.90, on two stripes; their hold is over."""
    await till.buy()
    await till.give(900)
    first = await ledger.Journal.open(till.db, till.books.keys.salt_secret)
    try:
        await till.give(100)
    finally:
        await first.close()
    await till.wait(15)
    return till


async def cleared(till: Any, milli: int = 700_000) -> list[DayPart]:
    async with till.db.read() as tx:
        (day,) = await ledger.list_earnings(tx, till.bob)
    return [DayPart(day.day, day.policy, milli)]


async def reserve(
    till: Any, milli: int = 700_000, minor: int = 490, source: str = SOURCE, days: Sequence[DayPart] | None = None
) -> int:
    asked = await cleared(till, milli) if days is None else days
    async with till.db.write() as tx:
        return await ledger.reserve_payout(
            tx, creator=till.bob, days=asked, gross=usd(minor), source=source, happened_at=AT
        )


async def pay(till: Any, sent: Money, fee: int = 32, cost: int = 0) -> int:
    async with till.db.write() as tx:
        return await ledger.pay_payout(tx, payout=SOURCE, fee=usd(fee), sent=sent, cost=usd(cost), happened_at=AT)


async def let_go(till: Any, source: str = SOURCE) -> int:
    async with till.db.write() as tx:
        return await ledger.let_payout_go(tx, payout=source, happened_at=AT)


async def come_back(till: Any, back: Money) -> int:
    async with till.db.write() as tx:
        return await ledger.return_payout(tx, payout=SOURCE, back=back, happened_at=AT)


async def places(till: Any) -> tuple[int, int, int]:
    """Left, reserved and redeemed milli-diamonds of Bob's."""
    async with till.db.read() as tx:
        days = await ledger.list_earnings(tx, till.bob)
    left = sum(d.milli_in - d.milli_reserved - d.milli_redeemed for d in days)
    return left, sum(d.milli_reserved for d in days), sum(d.milli_redeemed for d in days)


async def test_a_paid_payout_is_in_the_books_as_the_table_says(earned: Any) -> None:
    asked = await reserve(earned)
    assert await earned.legs(asked) == {
        ("liabilities:creators", 0, "USD"): 490, ("liabilities:payouts", 0, "USD"): -490,
        ("diamonds:creator", earned.bob, ""): -700_000, ("diamonds:redeeming", earned.bob, ""): 700_000,
    }  # fmt: skip
    assert await places(earned) == (0, 700_000, 0)
    paid = await pay(earned, usd(458), cost=7)
    assert await earned.legs(paid) == {
        ("liabilities:payouts", 0, "USD"): 490, ("revenue:payoutfees", 0, "USD"): -32, ("assets:psp", 0, "USD"): -465,
        ("expenses:payouts", 0, "USD"): 7, ("diamonds:redeeming", earned.bob, ""): -700_000,
        ("diamonds:redeemed", 0, ""): 700_000,
    }  # fmt: skip
    assert await places(earned) == (0, 0, 700_000)
    assert await pay(earned, usd(458), cost=7) == paid
    with pytest.raises(ledger.SourceReused):
        await pay(earned, usd(457), fee=33)
    with pytest.raises(ledger.PayoutDecided):
        await let_go(earned)


async def test_a_payout_in_euros_passes_through_the_exchange_and_its_return_too(earned: Any) -> None:
    await reserve(earned)
    paid = await pay(earned, Money(421, "EUR"))
    assert {(k[0], k[2]): v for k, v in (await earned.legs(paid)).items() if k[2]} == {
        ("liabilities:payouts", "USD"): 490, ("revenue:payoutfees", "USD"): -32, ("equity:fx", "USD"): -458,
        ("equity:fx", "EUR"): 421, ("assets:psp", "EUR"): -421,
    }  # fmt: skip
    back = await come_back(earned, Money(400, "EUR"))
    assert {(k[0], k[2]): v for k, v in (await earned.legs(back)).items() if k[2]} == {
        ("assets:psp", "EUR"): 400, ("expenses:fx", "EUR"): 21, ("equity:fx", "EUR"): -421, ("equity:fx", "USD"): 458,
        ("revenue:payoutfees", "USD"): 32, ("liabilities:creators", "USD"): -490,
    }  # fmt: skip
    assert await places(earned) == (700_000, 0, 0)
    assert await come_back(earned, Money(400, "EUR")) == back


async def test_what_came_back_can_be_withdrawn_again(earned: Any) -> None:
    await reserve(earned)
    await pay(earned, usd(458))
    back = await come_back(earned, usd(450))
    assert await earned.money(back) == {
        "assets:psp": 450, "expenses:payouts": 8, "revenue:payoutfees": 32, "liabilities:creators": -490
    }  # fmt: skip
    await reserve(earned, source="payout:y")
    assert await places(earned) == (0, 700_000, 0)


async def test_a_payout_that_is_let_go_leaves_nothing_behind(earned: Any) -> None:
    before = await earned.balances()
    await reserve(earned)
    gone = await let_go(earned)
    assert await let_go(earned) == gone
    assert (await places(earned), await earned.balances()) == ((700_000, 0, 0), before)
    for late in (pay(earned, usd(458)), come_back(earned, usd(458))):
        with pytest.raises(ledger.PayoutDecided):
            await late


async def test_the_same_request_again_is_the_same_payout(earned: Any) -> None:
    asked = await reserve(earned, 300_000, 210)
    assert await reserve(earned, 300_000, 210) == asked
    with pytest.raises(ledger.SourceReused):
        await reserve(earned, 400_000, 280)
    with pytest.raises(ledger.PayoutOpen):
        await reserve(earned, 300_000, 210, "payout:y")
    with pytest.raises(ledger.UnknownPayout):
        await let_go(earned, "payout:y")


async def test_of_twenty_requests_at_once_one_wins(earned: Any) -> None:
    days = await cleared(earned, 300_000)
    tries = [reserve(earned, minor=210, source=f"payout:{n}", days=days) for n in range(20)]
    answers = await asyncio.gather(*tries, return_exceptions=True)
    assert sum(isinstance(answer, int) for answer in answers) == 1, answers
    assert sum(isinstance(answer, ledger.PayoutOpen) for answer in answers) == 19, answers
    assert await places(earned) == (400_000, 300_000, 0)


async def test_paying_and_letting_go_at_once_does_one_of_them(earned: Any) -> None:
    await reserve(earned)
    answers = await asyncio.gather(
        *(verb for _ in range(5) for verb in (pay(earned, usd(458)), let_go(earned))), return_exceptions=True
    )
    done = {answer for answer in answers if isinstance(answer, int)}
    assert len(done) == 1, answers
    assert sum(isinstance(answer, ledger.PayoutDecided) for answer in answers) == 5, answers


async def test_nothing_is_reserved_before_its_hold_is_over(till: Any) -> None:
    await till.buy()
    await till.give(1000)
    await till.wait(14)
    with pytest.raises(ledger.NotEnoughDiamonds) as refused:
        await reserve(till)
    assert (refused.value.needed_milli, refused.value.available_milli) == (700_000, 0)
    await till.wait(1)
    await reserve(till)


async def test_what_a_dispute_holds_is_not_reserved(earned: Any) -> None:
    await earned.buy("p2")
    await earned.give(1000)
    await earned.dispute(purchase="p2")
    await earned.wait(15)
    async with earned.db.read() as tx:
        days = [DayPart(d.day, d.policy, d.milli_in) for d in await ledger.list_earnings(tx, earned.bob)]
    with pytest.raises(ledger.NotEnoughDiamonds):
        await reserve(earned, minor=980, days=days)
    await earned.win("d1")
    await reserve(earned, minor=980, days=days)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE ledger.payout SET let_go = paid",
        "UPDATE ledger.payout SET paid = transfer",
        "UPDATE ledger.payout SET sent_minor = 1",
        "UPDATE ledger.payout SET gross_minor = 1",
        "DELETE FROM ledger.payout",
        "UPDATE ledger.payout_part SET milli = 1",
        "DELETE FROM ledger.payout_part",
    ],
)
async def test_the_database_lets_nobody_say_otherwise(earned: Any, statement: str) -> None:
    await reserve(earned)
    await pay(earned, usd(458))
    with pytest.raises(psycopg.Error):
        async with earned.db.write() as tx:
            await tx.execute(statement)


async def test_the_database_refuses_a_return_of_what_was_never_paid(earned: Any) -> None:
    await reserve(earned)
    with pytest.raises(psycopg.errors.CheckViolation):
        async with earned.db.write() as tx:
            await tx.execute("UPDATE ledger.payout SET returned = transfer")


@pytest.mark.parametrize(
    ("change", "back", "about"),
    [
        ("ledger.earning SET milli_redeemed = 0, milli_reserved = milli_redeemed",
         "ledger.earning SET milli_redeemed = milli_reserved, milli_reserved = 0", "creator "),
        ("ledger.payout_part SET milli = milli - 1", "ledger.payout_part SET milli = milli + 1", "payout "),
        ("ledger.payout SET fee_minor = 1", "ledger.payout SET fee_minor = 32", "payout "),
        ("ledger.payout SET returned = transfer", "ledger.payout SET returned = NULL", "payout "),
        ("ledger.payout SET gross_minor = 491", "ledger.payout SET gross_minor = 490", "payout "),
        ("ledger.payout SET paid = NULL, fee_minor = NULL, sent_minor = NULL, sent_currency = NULL",
         "ledger.payout SET paid = transfer + 1, fee_minor = 32, sent_minor = 458, sent_currency = 'USD'", "transfer "),
    ],
)  # fmt: skip
async def test_the_audit_names_what_was_changed_behind_a_payout(
    earned: Any, change: str, back: str, about: str
) -> None:
    await reserve(earned)
    await pay(earned, usd(458))
    for statement, promises in ((change, {7}), (back, set[int]())):
        async with earned.db.write() as tx:
            await tx.execute("SET LOCAL session_replication_role = replica")
            assert (await tx.execute(f"UPDATE {statement}")).rowcount != 0
        findings = (await ledger.audit(earned.db, earned.books.keys)).findings
        assert {f.promise for f in findings} & {7} == promises, findings
        assert not promises or any(f.about.startswith(about) for f in findings), findings


ROWS = st.lists(
    st.builds(
        redeeming.Row, st.sampled_from([DAY, DAY + timedelta(days=1)]), st.sampled_from([1, 2]), st.integers(0, 3),
        st.integers(0, 50), st.just(7000), st.booleans(),
    ),
    unique_by=lambda row: row[:3],
)  # fmt: skip


@given(ROWS, st.integers(1, 60))
def test_a_day_is_taken_from_its_stripes_exactly_or_not_at_all(rows: list[redeeming.Row], milli: int) -> None:
    asked = DayPart(DAY, 1, milli)
    there = [row for row in rows if (row.day, row.policy) == (DAY, 1) and row.cleared]
    if sum(row.left for row in there) < milli:
        with pytest.raises(ledger.NotEnoughDiamonds):
            redeeming.spread([asked], rows)
        return
    taken = redeeming.spread([asked], rows)
    assert sum(part.left for part in taken) == milli
    assert all(0 < part.left <= row.left for part in taken for row in there if row.stripe == part.stripe)
    assert {part[:3] for part in taken} <= {row[:3] for row in there}
