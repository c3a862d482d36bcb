"""A dispute freezes the buyer and holds what was earned; lost, coins are taken; won, it is as if it had not been."""

import asyncio
from datetime import date
from typing import Any

import pytest

from largesse import ledger
from largesse.kit.money import Money

ADULT = date(2008, 5, 17)


def usd(minor: int) -> Money:
    return Money(minor, "USD")


async def lay(till: Any, *, spent: int, days: int = 0) -> None:
    """Alice bought, gave some of it to Bob, and so many days passed."""
    await till.buy()
    if spent:
        await till.give(spent)
    if days:
        await till.wait(days)


async def test_an_open_dispute_freezes_and_holds_what_the_coins_earned(till: Any) -> None:
    await lay(till, spent=600)
    opened = await till.dispute()
    assert (opened.coins, opened.held_milli, opened.debt) == (0, 420_000, 0)
    assert await till.money(opened.transfer) == {
        "assets:disputed": 1399, "expenses:disputefee": 1500, "assets:psp": -2899,
    }  # fmt: skip
    assert await till.freezes() == ["dispute"]
    assert (await till.wallet()).frozen
    assert await till.earned() == (420_000, 0, 420_000)
    assert await till.dispute() == opened
    with pytest.raises(ledger.SourceReused):
        await till.dispute(1398)


async def test_earnings_that_have_cleared_are_not_held(till: Any) -> None:
    await lay(till, spent=600, days=16)
    assert (await till.dispute()).held_milli == 0
    assert await till.earned() == (420_000, 0, 0)


async def test_lost_with_gifts_in_hold(till: Any) -> None:
    await lay(till, spent=1000)
    await till.dispute()
    taken = await till.lose()
    assert (taken.clawed, taken.reversed_coins, taken.reversed_milli, taken.debt) == (1000, 1000, 700_000, 0)
    assert await till.money(taken.transfer) == {
        "revenue:gifts": 1166, "liabilities:tax": 233, "assets:disputed": -1399,
        "liabilities:creators": 490, "expenses:creators": -490,
    }  # fmt: skip
    assert await till.earned() == (700_000, 700_000, 0)
    assert {row["reason"] for row in await till.news("gift.reversed")} == {"chargeback"}
    assert await till.freezes() == [], "nothing is owed"


async def test_lost_after_the_hold_takes_what_it_held_all_the_same(till: Any) -> None:
    await lay(till, spent=1000, days=10)
    await till.dispute()
    await till.wait(60)
    taken = await till.lose()
    assert (taken.reversed_coins, taken.reversed_milli, taken.debt) == (1000, 700_000, 0)
    assert await till.earned() == (700_000, 700_000, 0)


async def test_lost_with_the_hold_passed_is_owed_and_freezes_until_it_is_repaid(till: Any) -> None:
    await lay(till, spent=1000, days=16)
    await till.dispute()
    taken = await till.lose()
    assert (taken.clawed, taken.reversed_coins, taken.debt) == (1000, 0, 1000)
    assert await till.money(taken.transfer) == {
        "expenses:chargebacks": 1166, "liabilities:tax": 233, "assets:disputed": -1399,
    }  # fmt: skip
    assert await till.freezes() == ["debt"]
    await till.buy("p2", coins=400)
    assert (await till.wallet()).frozen
    await till.buy("p3", coins=700)
    wallet = await till.wallet()
    assert (wallet.debt, wallet.coins, wallet.frozen) == (0, 100, False)
    assert await till.freezes() == []


async def test_lost_with_unspent_coins(till: Any) -> None:
    await lay(till, spent=0)
    await till.dispute()
    taken = await till.lose()
    assert await till.money(taken.transfer) == {
        "liabilities:coins": 1166, "liabilities:tax": 233, "assets:disputed": -1399,
    }  # fmt: skip
    assert await till.units(taken.transfer) == {"coins:wallet": -1000, "coins:issued": 1000}
    assert (await till.wallet()).coins == 0


async def test_lost_in_part_takes_the_part(till: Any) -> None:
    await lay(till, spent=900)
    await till.dispute(700)
    taken = await till.lose()
    assert (taken.removed, taken.clawed, taken.reversed_coins) == (100, 401, 401)
    assert (await till.money(taken.transfer))["assets:disputed"] == -700
    assert await till.earned() == (630_000, 280_700, 0)


async def test_won_lets_go_of_everything(till: Any) -> None:
    await lay(till, spent=600)
    before = await till.balances()
    await till.dispute()
    won = await till.win(fee_back=1500)
    assert await till.money(won.transfer) == {
        "assets:psp": 2899, "assets:disputed": -1399, "expenses:disputefee": -1500,
    }  # fmt: skip
    assert await till.balances() == before
    assert await till.earned() == (420_000, 0, 0)
    assert await till.freezes() == []
    assert not (await till.wallet()).frozen
    assert await till.news("gift.reversed") == []
    assert await till.win(fee_back=1500) == won


@pytest.mark.parametrize(("spent", "days"), [(0, 0), (600, 0), (1000, 0), (1000, 16), (600, 16)])
async def test_won_after_it_was_lost_restores_everything(till: Any, spent: int, days: int) -> None:
    await lay(till, spent=spent, days=days)
    await till.buy("p2", coins=250)
    before, wallet = await till.balances(), await till.wallet()
    await till.dispute()
    await till.lose()
    won = await till.win(fee_back=1500)
    assert won.coins == -1000
    assert await till.balances() == before
    after = await till.wallet()
    assert (after.coins, after.debt, after.frozen) == (wallet.coins, 0, False)
    assert await till.earned() == (spent * 700, 0, 0)
    assert await till.freezes() == []
    parts = await till.news("gift.reversed")
    assert sum(row["coins"] for row in parts) == sum(row["diamonds_milli"] for row in parts) == 0


async def test_debt_repaid_before_it_was_won_comes_back_as_coins(till: Any) -> None:
    await lay(till, spent=1000, days=16)
    await till.dispute()
    await till.lose()
    await till.buy("p2", coins=600)
    won = await till.win()
    assert (won.debt, won.set_off) == (-1000, -600)
    wallet = await till.wallet()
    assert (wallet.debt, wallet.coins, wallet.frozen) == (0, 600, False)


async def test_a_bank_may_decide_otherwise_again_and_again(till: Any) -> None:
    await lay(till, spent=1000)
    start = await till.balances()
    await till.dispute()
    lost = await till.lose()
    end = await till.balances()
    fee = {("assets:psp", "USD"): 1500, ("expenses:disputefee", "USD"): -1500}
    for _ in range(3):
        won = await till.win()
        assert await till.win() == won
        after = await till.balances()
        assert {k: after.get(k, 0) + fee.get(k, 0) for k in after | fee if after.get(k, 0) + fee.get(k, 0)} == start
        again = await till.lose()
        assert again.transfer != lost.transfer
        assert (again.clawed, again.reversed_milli) == (1000, 700_000)
        assert await till.balances() == end
    assert await till.earned() == (700_000, 700_000, 0)


async def test_lost_after_it_was_won_reverses_only_what_is_still_in_hold(till: Any) -> None:
    """What a win let go of may have been paid out since."""
    await lay(till, spent=1000)
    await till.dispute()
    await till.wait(30)
    await till.win()
    taken = await till.lose()
    assert (taken.reversed_coins, taken.debt) == (0, 1000)
    assert await till.freezes() == ["debt"]


async def test_a_refund_in_an_open_dispute_takes_what_it_holds_and_gives_it_back(till: Any) -> None:
    await lay(till, spent=1000)
    await till.dispute(700)
    await till.wait(30)
    taken = await till.refund(700)
    assert (taken.clawed, taken.reversed_coins, taken.debt) == (501, 501, 0), "held since it was opened"
    assert await till.earned() == (700_000, 350_700, 0)
    await till.restore()
    assert await till.earned() == (700_000, 0, 350_700)
    lost = await till.lose()
    assert (lost.reversed_coins, lost.debt) == (501, 0)


async def test_a_refund_beside_an_open_dispute_leaves_it_the_rest(till: Any) -> None:
    await lay(till, spent=1000)
    await till.dispute(700)
    await till.refund(300)
    lost = await till.lose()
    assert lost.reversed_coins == 500
    assert await till.earned() == (700_000, 715 * 700, 0)


async def test_two_disputes_of_one_purchase_hold_different_gifts(till: Any) -> None:
    await lay(till, spent=1000)
    first, second = await till.dispute(700, source="d1"), await till.dispute(699, source="d2")
    assert (first.held_milli, second.held_milli) == (501 * 700, 499 * 700)
    assert await till.freezes() == ["dispute"]
    await till.win("d1")
    assert await till.freezes() == ["dispute"]
    assert await till.earned() == (700_000, 0, 349_300)
    await till.lose("d2")
    assert (await till.wallet()).frozen is False
    assert await till.earned() == (700_000, 350_000, 0)


async def test_an_operators_freeze_and_a_disputes_do_not_lift_each_other(till: Any) -> None:
    await lay(till, spent=0)
    await till.dispute()

    async def set_frozen(frozen: bool) -> bool:  # noqa: FBT001
        async with till.db.write() as tx:
            return await ledger.freeze(tx, till.alice, frozen)

    assert await set_frozen(True)
    assert await till.freezes() == ["dispute", "operator"]
    assert await set_frozen(False), "the dispute's stays"
    assert await set_frozen(True)
    await till.win()
    assert await till.freezes() == ["operator"]
    assert (await till.wallet()).frozen
    assert not await set_frozen(False)


async def test_an_operator_lifts_what_a_debt_froze_and_the_debt_stays(till: Any) -> None:
    await lay(till, spent=1000, days=16)
    await till.dispute()
    await till.lose()
    async with till.db.write() as tx:
        assert not await ledger.freeze(tx, till.alice, False)
    wallet = await till.wallet()
    assert (wallet.frozen, wallet.debt) == (False, 1000)


async def test_a_dispute_told_by_eight_at_once_holds_and_takes_once(till: Any) -> None:
    await lay(till, spent=1000)
    assert len({taken.transfer for taken in await asyncio.gather(*(till.dispute() for _ in range(8)))}) == 1
    assert len({taken.transfer for taken in await asyncio.gather(*(till.lose() for _ in range(8)))}) == 1
    assert await till.earned() == (700_000, 700_000, 0)
    assert len({taken.transfer for taken in await asyncio.gather(*(till.win() for _ in range(8)))}) == 1
    assert await till.earned() == (700_000, 0, 0)


async def test_a_fee_in_another_currency_balances_by_itself(till: Any) -> None:
    await till.buy(gross=Money(1399, "EUR"), tax=Money(233, "EUR"), provider_fee=Money(71, "EUR"))
    async with till.db.write() as tx:
        opened = await ledger.open_dispute(
            tx, purchase="p1", disputed=Money(1399, "EUR"), fee=usd(1500), source="d1",
            happened_at=await tx.scalar("SELECT now()"),
        )  # fmt: skip
    assert (await till.legs(opened.transfer))["assets:psp", 0, "USD"] == -1500
    await till.lose()


async def test_gifts_given_by_one_lot_in_part_are_held_in_part(till: Any) -> None:
    await till.buy("p1", coins=100)
    await till.buy("p2", coins=100)
    await till.give(150)
    assert (await till.dispute(purchase="p2", source="d2")).held_milli == 50 * 700
    assert (await till.dispute(purchase="p1", source="d1")).held_milli == 100 * 700
    await till.lose("d1")
    assert await till.earned() == (105_000, 70_000, 35_000)
    await till.win("d2")
    assert await till.earned() == (105_000, 70_000, 0)
