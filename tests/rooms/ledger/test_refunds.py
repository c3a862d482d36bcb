"""Money that goes back takes coins with it: unspent ones, then those that paid for gifts in their hold, then debt."""

import asyncio
from typing import Any

import pytest

from bookkeeping import Gift
from largesse import ledger
from largesse.kit.money import Money


def usd(minor: int) -> Money:
    return Money(minor, "USD")


async def test_a_full_refund_of_unspent_coins_undoes_the_purchase(till: Any) -> None:
    await till.buy()
    taken = await till.refund(1399)
    assert (taken.coins, taken.removed, taken.debt, taken.money) == (1000, 1000, 0, usd(1399))
    assert await till.money(taken.transfer) == {
        "liabilities:coins": 1166, "liabilities:tax": 233, "assets:psp": -1399,
    }  # fmt: skip
    assert await till.units(taken.transfer) == {"coins:wallet": -1000, "coins:issued": 1000}
    assert (await till.wallet()).coins == 0
    assert await till.balances() == {("assets:psp", "USD"): -71, ("expenses:psp", "USD"): 71}


async def test_spent_coins_come_out_of_gifts_in_their_hold(till: Any) -> None:
    await till.buy()
    await till.give(1000)
    taken = await till.refund(1399)
    assert (taken.removed, taken.clawed, taken.reversed_coins, taken.reversed_milli, taken.debt) == (
        0, 1000, 1000, 700_000, 0)  # fmt: skip
    assert await till.money(taken.transfer) == {
        "revenue:gifts": 1166, "liabilities:tax": 233, "assets:psp": -1399,
        "liabilities:creators": 490, "expenses:creators": -490,
    }  # fmt: skip
    assert await till.units(taken.transfer) == {"diamonds:creator": -700_000, "diamonds:reversed": 700_000}
    assert await till.earned() == (700_000, 700_000, 0)
    wallet = await till.wallet()
    assert (wallet.coins, wallet.paid_out, wallet.debt) == (0, 1000, 0), "a spent coin never leaves the line"


async def test_coins_whose_gifts_are_past_their_hold_are_owed(till: Any) -> None:
    await till.buy()
    await till.give(1000)
    await till.wait(16)
    taken = await till.refund(1399)
    assert (taken.clawed, taken.reversed_coins, taken.debt, taken.set_off) == (1000, 0, 1000, 0)
    assert await till.money(taken.transfer) == {
        "expenses:chargebacks": 1166, "liabilities:tax": 233, "assets:psp": -1399,
    }  # fmt: skip
    assert await till.units(taken.transfer) == {}
    assert await till.earned() == (700_000, 0, 0)
    assert (await till.wallet()).debt == 1000
    assert await till.freezes() == [], "a refund freezes nobody: debt alone refuses gifts"


async def test_the_last_day_in_hold_is_reversed_and_the_day_after_is_not(till: Any) -> None:
    await till.buy(coins=2000)
    async with till.db.read() as tx:
        hours = await tx.scalar("SELECT extract(hour FROM now() AT TIME ZONE 'UTC')::int")
    await till.give(2000)
    await till.wait(14)
    assert 0 <= hours < 24, "day + 14 is before 00:00 of day + 15, whatever the hour"
    assert (await till.refund(700)).reversed_coins > 0
    await till.wait(1)
    assert (await till.refund(699, source="r2")).reversed_coins == 0


async def test_unspent_coins_go_first_and_then_the_newest_gifts(till: Any) -> None:
    await till.buy()
    first, second = await till.give(300), await till.give(300)
    taken = await till.refund(700)  # 501 coins, rounded up
    assert (taken.removed, taken.clawed, taken.reversed_coins) == (400, 101, 101)
    told = await till.news("gift.reversed")
    assert [(row["receipt"], row["coins"], row["diamonds_milli"]) for row in told] == [(second, 101, 70_700)]
    taken = await till.refund(699, source="r2")
    assert (taken.removed, taken.clawed, taken.reversed_coins) == (0, 499, 499)
    told = (await till.news("gift.reversed"))[1:]
    assert [(row["receipt"], row["coins"]) for row in told] == [(first, 300), (second, 199)]


async def test_what_is_told_names_the_gift_and_its_place_in_the_room(till: Any) -> None:
    await till.buy()
    receipt = await till.give(7, stage=5, flags=4)
    await till.refund(1399)
    batch, leaf = map(int, receipt.split("."))
    assert await till.news("gift.reversed") == [
        {"subject": 5, "receipt": receipt, "batch": batch, "leaf": leaf, "sender": till.alice, "receiver": till.bob,
         "coins": 7, "diamonds_milli": 4900, "anonymous": True, "reason": "refund"}
    ]  # fmt: skip
    (told,) = await till.news("wallet.changed")
    assert (told["subject"], told["kind"], told["source"], told["reason"]) == (till.alice, "refund", "r1", "asked")


async def test_partial_refunds_come_to_the_whole_to_the_last_coin_and_cent(till: Any) -> None:
    await till.buy(coins=700, gross=usd(999), tax=usd(160), provider_fee=usd(0))
    await till.give(333)
    coins = 0
    for n, money in enumerate((100, 1, 333, 565)):
        taken = await till.refund(money, source=f"r{n}")
        coins += taken.coins
        assert coins == -(-700 * sum((100, 1, 333, 565)[: n + 1]) // 999)
    assert coins == 700
    balances = await till.balances()
    del balances["liabilities:creators", "USD"], balances["expenses:creators", "USD"]
    # The gifts' own entries are made when their hour is closed: until then what was theirs stands as a debit.
    gifts = balances.pop(("revenue:gifts", "USD"))
    assert balances == {("liabilities:coins", "USD"): -gifts}


async def test_a_refund_by_coins_says_what_the_buyer_gets(till: Any) -> None:
    await till.buy()
    taken = await till.refund(coins=300, unspent_only=True)
    assert (taken.removed, taken.money) == (300, usd(419))
    rest = await till.refund(coins=700, unspent_only=True, source="r2")
    assert rest.money == usd(1399 - 419), "the last one takes the rest"


async def test_a_right_of_withdrawal_takes_unspent_coins_only(till: Any) -> None:
    await till.buy()
    await till.give(900)
    for asked in ({"coins": 101}, {"refunded": usd(1399)}):
        with pytest.raises(ledger.NotEnoughUnspent) as refused:
            await till.refund(unspent_only=True, **asked)
        assert refused.value.available == 100
    with pytest.raises(ledger.NotEnoughUnspent) as refused:
        await till.refund(coins=1001)
    assert (refused.value.needed, refused.value.available) == (1001, 1000)
    assert (await till.wallet()).coins == 100
    assert await till.news("wallet.changed") == []


async def test_debt_is_set_off_by_other_unspent_coins_newest_lot_first(till: Any) -> None:
    await till.buy("p1")
    await till.give(1000)
    await till.wait(16)
    await till.buy("p2", coins=100, gross=usd(200), tax=usd(0))
    await till.buy("p3", coins=300, gross=Money(310, "EUR"), tax=Money(10, "EUR"), provider_fee=Money(0, "EUR"))
    taken = await till.refund(1399)
    assert (taken.debt, taken.set_off) == (1000, 400)
    assert await till.legs(taken.transfer) == {
        ("expenses:chargebacks", 0, "USD"): 1166,
        ("liabilities:tax", 0, "USD"): 233,
        ("assets:psp", 0, "USD"): -1399,
        ("coins:wallet", till.alice, ""): -400,
        ("coins:recovered", till.alice, ""): 400,
        ("liabilities:coins", 0, "EUR"): 300,
        ("revenue:recovered", 0, "EUR"): -300,
        ("liabilities:coins", 0, "USD"): 200,
        ("revenue:recovered", 0, "USD"): -200,
    }
    assert await till.line() == [(0, 1000), (1000, 1000), (1000, 1000)]
    wallet = await till.wallet()
    assert (wallet.debt, wallet.coins) == (600, 0)
    await till.buy("p4")
    wallet = await till.wallet()
    assert (wallet.debt, wallet.coins) == (0, 400)


async def test_a_refund_takes_what_its_purchase_left_and_no_other_lot(till: Any) -> None:
    await till.buy("p1")
    await till.buy("p2")
    await till.give(1500)
    taken = await till.refund(1399)
    assert (taken.removed, taken.clawed) == (0, 1000)
    taken = await till.refund(1399, purchase="p2", source="r2")
    assert (taken.removed, taken.clawed, taken.reversed_coins) == (500, 500, 500)
    assert await till.earned() == (1_050_000, 1_050_000, 0)


async def test_a_refund_and_a_dispute_of_one_purchase_do_not_both_count(till: Any) -> None:
    await till.buy()
    await till.give(400)
    await till.refund(1399)
    await till.dispute()
    taken = await till.lose()
    assert (taken.coins, taken.debt) == (0, 0)
    assert await till.money(taken.transfer) == {
        "expenses:chargebacks": 1166, "liabilities:tax": 233, "assets:disputed": -1399,
    }  # fmt: skip


async def test_a_purchase_that_repaid_debt_leaves_the_debt_open_again(till: Any) -> None:
    await till.buy("p1")
    await till.give(1000)
    await till.wait(16)
    await till.refund(1399)
    await till.buy("p2", coins=1300, gross=usd(1819), tax=usd(303))
    assert ((await till.wallet()).debt, (await till.wallet()).coins) == (0, 300)
    taken = await till.refund(1819, purchase="p2", source="r2")
    assert (taken.removed, taken.reopened, taken.debt) == (300, 1000, 1000)
    assert await till.money(taken.transfer) == {
        "liabilities:coins": 350, "revenue:recovered": 1166, "liabilities:tax": 303, "assets:psp": -1819,
    }  # fmt: skip
    assert await till.units(taken.transfer) == {
        "coins:wallet": -300, "coins:recovered": -1000, "coins:issued": 1300,
    }  # fmt: skip
    assert (await till.wallet()).debt == 1000


async def test_promotional_coins_of_a_gift_stay_given(till: Any) -> None:
    await till.books.grant(till.alice, 30)
    await till.buy()
    await till.give(100)
    taken = await till.refund(1399)
    assert (taken.removed, taken.reversed_coins, taken.reversed_milli) == (930, 70, 49_000)


async def test_a_store_takes_its_price_back_net_of_tax_and_fee(till: Any) -> None:
    bought = await till.buy(via="store", provider_fee=usd(350))
    assert await till.money(bought) == {
        "assets:store": 816, "expenses:storefee": 350, "liabilities:coins": -1166,
    }  # fmt: skip
    first = await till.refund(700, via="store")
    second = await till.refund(699, via="store", source="r2")
    assert await till.money(first.transfer) == {
        "liabilities:coins": 584, "assets:store": -409, "expenses:storefee": -175,
    }  # fmt: skip
    assert (first.coins, second.coins) == (501, 499)
    assert await till.balances() == {}


@pytest.mark.parametrize(("currency", "gross", "tax"), [("JPY", 1500, 136), ("KWD", 4251, 0)])
async def test_currencies_keep_their_own_minor_units(till: Any, currency: str, gross: int, tax: int) -> None:
    await till.buy(gross=Money(gross, currency), tax=Money(tax, currency), provider_fee=Money(0, currency))
    await till.give(10)
    await till.refund(Money(gross // 3, currency))
    await till.refund(Money(gross - gross // 3, currency), source="r2")
    balances = await till.balances()
    left = {name: minor for (name, found), minor in balances.items() if found == currency}
    assert left.pop("revenue:gifts") == -left.pop("liabilities:coins")
    assert left == {}


async def test_a_refund_told_twice_or_by_eight_at_once_takes_once(till: Any) -> None:
    await till.buy()
    await till.give(500)
    first = await till.refund(1399)
    assert await asyncio.gather(*(till.refund(1399) for _ in range(8))) == [first] * 8
    assert await till.earned() == (350_000, 350_000, 0)


async def test_one_source_never_stands_for_two_refunds(till: Any) -> None:
    await till.buy()
    await till.buy("p2")
    await till.refund(700)
    for changes in ({"refunded": usd(701)}, {"refunded": usd(700), "purchase": "p2"}, {"coins": 501}):
        with pytest.raises(ledger.SourceReused):
            await till.refund(**changes)


async def test_refunds_of_all_of_somebodys_purchases_at_once_lose_nothing(till: Any) -> None:
    for n in range(6):
        await till.buy(f"p{n}")
    for _ in range(4):
        await till.give(1100)
    await asyncio.gather(*(till.refund(1399, purchase=f"p{n}", source=f"r{n}") for n in range(6)))
    wallet = await till.wallet()
    assert (wallet.coins, wallet.debt) == (0, 0)
    assert await till.earned() == (3_080_000, 3_080_000, 0)


async def test_what_is_not_in_the_books_is_said_to_be_unknown(till: Any) -> None:
    with pytest.raises(ledger.UnknownPurchase):
        await till.refund(1)
    with pytest.raises(ledger.UnknownRefund):
        await till.restore()
    with pytest.raises(ledger.UnknownDispute):
        await till.lose()


async def test_money_without_coins_is_lost_and_not_a_rounding(till: Any) -> None:
    """An operator had taken half of the coins; the provider gives all of the money back."""
    await till.buy(tax=usd(0), gross=usd(1000), provider_fee=usd(0))
    async with till.db.write() as tx:
        await ledger.adjust_down(
            tx, account=till.alice, gives_from=(await till.wallet()).gives_from, line="paid", coins=500, source="a",
            happened_at=await tx.scalar("SELECT now()"),
        )  # fmt: skip
    taken = await till.refund(1000)
    assert (taken.coins, taken.removed) == (500, 500)
    assert await till.money(taken.transfer) == {
        "liabilities:coins": 500, "expenses:chargebacks": 500, "assets:psp": -1000,
    }  # fmt: skip


async def test_a_stages_tally_leaves_out_what_was_reversed(till: Any, cast: Any) -> None:
    await till.buy()
    await till.buy("p2", account=cast.charlie.key)
    await till.give(100, stage=7, flags=4)
    await till.give(50, stage=7)
    await till.give(30, stage=8)
    await till.give(5, stage=7, sender=cast.charlie.key)
    await till.refund(coins=900)
    async with till.db.read() as tx:
        found = {t.sender: (t.coins, t.gifts, t.anonymous_coins, t.diamonds_milli) for t in await ledger.tally(tx, 7)}
    assert found == {till.alice: (100, 2, 100, 70_000), cast.charlie.key: (5, 1, 0, 3500)}
    await till.refund(coins=100, source="r2")
    async with till.db.read() as tx:
        found = {t.sender: (t.coins, t.gifts, t.anonymous_coins, t.diamonds_milli) for t in await ledger.tally(tx, 7)}
    assert found == {till.alice: (0, 2, 0, 0), cast.charlie.key: (5, 1, 0, 3500)}


# Undone


async def test_a_restored_refund_is_as_if_it_had_not_been(till: Any) -> None:
    await till.buy()
    await till.give(400)
    before = await till.balances()
    taken = await till.refund(1399)
    back = await till.restore()
    assert (back.removed, back.clawed, back.reversed_milli, back.debt, back.money) == (
        -600,
        -400,
        -280_000,
        0,
        usd(-1399),
    )
    assert await till.balances() == before
    assert await till.earned() == (280_000, 0, 0)
    assert (await till.wallet()).coins == 600
    assert await till.line() == [(0, 400), (400, 1000)], "unspent coins come back at the end of the line"
    told = await till.news("gift.reversed")
    assert [(row["coins"], row["diamonds_milli"], row["reason"]) for row in told] == [
        (400, 280_000, "refund"), (-400, -280_000, "restored")]  # fmt: skip
    assert await till.restore() == back
    assert await till.refund(1399) == taken, "the cause is in the books already: another refund needs another source"


async def test_what_was_restored_can_be_refunded_again_with_its_gifts(till: Any) -> None:
    await till.buy()
    await till.give(400)
    await till.refund(1399)
    await till.restore()
    await till.give(100)
    taken = await till.refund(1399, source="r2")
    assert (taken.removed, taken.clawed, taken.reversed_coins) == (500, 500, 500)
    assert await till.earned() == (350_000, 350_000, 0)
    await till.restore("r2")
    assert (await till.wallet()).coins == 500
    assert await till.line() == [(0, 400), (400, 500), (500, 1000)]


async def test_open_debt_is_cancelled_and_repaid_debt_comes_back_with_its_worth(till: Any) -> None:
    await till.buy("p1")
    await till.give(1000)
    await till.wait(16)
    await till.buy("p2", coins=100, gross=usd(120), tax=usd(0), provider_fee=usd(0))
    before = await till.balances()
    await till.refund(1399)
    await till.buy("p3", coins=200, gross=usd(300), tax=usd(50), provider_fee=usd(0))
    assert (await till.wallet()).debt == 700
    await till.restore()
    wallet = await till.wallet()
    assert (wallet.debt, wallet.coins) == (0, 300)
    after = await till.balances()
    p3 = {("assets:psp", "USD"): 300, ("liabilities:tax", "USD"): -50, ("liabilities:coins", "USD"): -250}
    assert after == {key: before.get(key, 0) + p3.get(key, 0) for key in before | p3}
    assert await till.line() == [(0, 1000), (1000, 1000), (1000, 1000), (1000, 1100), (1100, 1300)]


async def test_restored_coins_repay_what_another_refund_left_open(till: Any) -> None:
    await till.buy("p1")
    await till.give(1000)
    await till.wait(16)
    await till.buy("p2")
    await till.refund(1399, purchase="p2", source="r2")
    await till.refund(1399, purchase="p1", source="r1")
    assert (await till.wallet()).debt == 1000
    await till.restore("r2")
    wallet = await till.wallet()
    assert (wallet.debt, wallet.coins) == (0, 0)


async def test_undone_out_of_order_the_same_coins_are_never_reversed_twice(till: Any) -> None:
    await till.buy()
    first, second = await till.give(500), await till.give(500)
    await till.refund(coins=300, source="r1")
    await till.refund(coins=300, source="r2")
    await till.restore("r1")
    taken = await till.refund(coins=500, source="r3")
    assert taken.reversed_coins == 500
    told = [(row["receipt"], row["coins"]) for row in await till.news("gift.reversed")]
    assert told == [(second, 300), (first, 100), (second, 200), (second, -300), (first, 200), (second, 300)]


async def test_gifts_of_others_in_the_same_batch_are_left_alone(till: Any, cast: Any) -> None:
    await till.buy()
    await till.buy("p2", account=cast.charlie.key)
    await till.books.give([Gift(till.alice, till.bob, 40), Gift(cast.charlie.key, till.bob, 60)])
    await till.refund(1399)
    assert await till.earned() == (70_000, 28_000, 0)
